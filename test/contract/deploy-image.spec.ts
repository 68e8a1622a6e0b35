import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { expect, test } from "@jest/globals";
import { settings } from "../../src/config/settings.js";
import { stagesOf } from "../support/dockerfile.js";
import { heapLimitOf, NODE_OPTIONS } from "../support/heap-limit.js";

const read = (path: string): string =>
  readFileSync(new URL(`../../${path}`, import.meta.url), "utf8");

const stages = stagesOf(read("Dockerfile"));
const last = stages.at(-1);

const of = (name: string) =>
  (last?.instructions ?? []).filter((one) => one.name === name);

test("contains no build tools and no development dependencies", () => {
  expect(stages.length).toBeGreaterThan(1);
  expect(of("RUN")).toEqual([]);
  const copied = of("COPY").map(({ text, flags }) => [flags["from"], text]);
  expect(copied).toEqual([
    [undefined, "package.json ./"],
    ["dependencies", "/app/node_modules node_modules"],
    ["build", "/app/dist dist"],
  ]);
  const installs = stages
    .find(({ name }) => name === "dependencies")
    ?.instructions.filter(({ name }) => name === "RUN");
  expect(installs?.map(({ text }) => text)).toEqual([
    "npm ci --omit=dev --omit=optional --ignore-scripts",
  ]);
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
  expect(set).toEqual(["NODE_ENV", "HOST", NODE_OPTIONS]);
  const ours = set.filter((name) => name !== NODE_OPTIONS);
  expect(known).toEqual(expect.arrayContaining(ours));
});

test("sets a heap limit that Node.js applies", () => {
  const [, ...value] =
    of("ENV")
      .find(({ text }) => text.startsWith(`${NODE_OPTIONS}=`))
      ?.text.split("=") ?? [];
  const options = value.join("=");
  const { status, stdout } = spawnSync(
    process.execPath,
    ["-p", "v8.getHeapStatistics().heap_size_limit"],
    { encoding: "utf8", env: { [NODE_OPTIONS]: options } },
  );
  expect(status).toBe(0);
  const limit = Number(stdout) / 1024 / 1024;
  expect(limit).toBeGreaterThanOrEqual(heapLimitOf(options));
  expect(limit).toBeLessThan(heapLimitOf(options) + 100);
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
  expect(read("Dockerfile")).toMatch(/^ARG NODE_IMAGE=node:\d+-\w+$/m);
});

test("sends only copied files to the builder", () => {
  const [first, ...others] = read(".dockerignore")
    .split("\n")
    .filter((line) => line !== "" && !line.startsWith("#"));
  expect(first).toBe("*");
  const sent = others.map((line) => line.replace(/^!/, ""));
  const copied = stages
    .flatMap(({ instructions }) => instructions)
    .filter(({ name, flags }) => name === "COPY" && flags["from"] === undefined)
    .flatMap(({ text }) => text.split(/\s+/).slice(0, -1));
  expect(new Set(sent)).toEqual(new Set(copied));
});
