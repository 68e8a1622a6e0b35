import { readFileSync } from "node:fs";
import { expect, test } from "@jest/globals";
import { settings } from "../../src/config/settings.js";
import { stagesOf } from "../support/dockerfile.js";

const read = (path: string): string =>
  readFileSync(new URL(`../../${path}`, import.meta.url), "utf8");

const stages = stagesOf(read("Dockerfile"));
const last = stages.at(-1);

const of = (name: string) =>
  (last?.instructions ?? []).filter((one) => one.name === name);

test("contains only the collected files, and no package and no build tool", () => {
  expect(stages.map(({ name }) => name)).toEqual(["build", null]);
  expect(of("RUN")).toEqual([]);
  const copied = of("COPY").map(({ text, flags }) => [flags["from"], text]);
  expect(copied).toEqual([["build", "/app/dist/image ./"]]);
});

test("has labels that agree with package.json", () => {
  const labels = Object.fromEntries(
    of("LABEL").map(({ text }) => {
      const [, name = "", value = ""] = /^(\S+?)="(.*)"$/.exec(text) ?? [];
      return [name.replace("org.opencontainers.image.", ""), value];
    }),
  );
  const { name, description, version, license } = JSON.parse(
    read("package.json"),
  ) as Record<string, string>;
  expect(labels).toEqual({
    title: name,
    description,
    version,
    licenses: license,
    revision: "${REVISION}",
    "base.name": "${NODE_IMAGE}",
  });
});

test("runs node as process 1, without a shell and not as root", () => {
  for (const name of ["ENTRYPOINT", "CMD", "HEALTHCHECK"]) {
    expect(of(name).map(({ exec }) => exec)).toEqual([expect.any(Array)]);
  }
  expect(of("ENTRYPOINT")[0]?.exec?.[0]).toBe("node");
  expect(of("HEALTHCHECK")[0]?.exec?.[0]).toBe("node");
  expect(of("USER").map(({ text }) => text)).toEqual(["1000:1000"]);
  expect(of("STOPSIGNAL").map(({ text }) => text)).toEqual(["SIGTERM"]);
});

test("sets only known settings and no secret", () => {
  const known = settings().map(({ name }) => name);
  const set = of("ENV").map(({ text }) => text.split("=")[0]);
  expect(set).toEqual(["NODE_ENV", "HOST"]);
  expect(known).toEqual(expect.arrayContaining(set));
});

test("exposes the default ports of the settings", () => {
  const ports = settings()
    .filter(({ name }) => name === "PORT" || name === "OPS_PORT")
    .map(({ defaultText }) => defaultText.replaceAll("`", ""));
  expect(of("EXPOSE").map(({ text }) => text)).toEqual([ports.join(" ")]);
});

test("takes every base image from one argument and names no registry", () => {
  const names = stages.map(({ name }) => name);
  for (const { from } of stages) {
    expect(["${NODE_IMAGE}", ...names]).toContain(from);
  }
  expect(read("Dockerfile")).toMatch(
    /^ARG NODE_IMAGE=node:\d+-\w+(?:@sha256:[0-9a-f]{64})?$/m,
  );
});

test("sends only copied files to the builder", () => {
  const [first, ...others] = read(".dockerignore")
    .split("\n")
    .filter((line) => line !== "" && !line.startsWith("#"));
  expect(first).toBe("*");
  // The last line excludes packages of subfolders again.
  expect(others.pop()).toBe("**/node_modules");
  const sent = others.map((line) => line.replace(/^!/, ""));
  const copied = stages
    .flatMap(({ instructions }) => instructions)
    .filter(({ name, flags }) => name === "COPY" && flags["from"] === undefined)
    .flatMap(({ text }) => text.split(/\s+/).slice(0, -1));
  expect(new Set(sent)).toEqual(new Set(copied));
});
