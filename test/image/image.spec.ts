import { once } from "node:events";
import type { ChildProcess } from "node:child_process";
import { createHash } from "node:crypto";
import {
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { SourceMap } from "node:module";
import { createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { isInstalled, reportMissing } from "../support/installed.js";
import { until } from "../support/until.js";
import { makeBaseImage } from "./base-image.js";
import { Buildah, type ImageFile } from "./buildah.js";

/*
 * Builds the image and runs it as its user. The base image is made from this machine's
 * Node.js. Needs the network, or npm's cache, for the packages. `npm run test:image` runs it.
 */

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const BASE = "localhost/base";
const IMAGE = "localhost/gateway";
const KEY = `mcg_${"k".repeat(43)}`;

interface Configuration {
  readonly Entrypoint: readonly string[];
  readonly Cmd: readonly string[];
  readonly Env: readonly string[];
  readonly Labels: Readonly<Record<string, string>>;
  readonly Healthcheck: { readonly Test: readonly string[] };
}

function isRoot(): boolean {
  if (process.getuid?.() === 0) return true;
  reportMissing("the image is isolated with chroot: sudo npm run test:image");
  return false;
}

const describeBuilt =
  isInstalled("buildah", "apt-get install buildah") && isRoot()
    ? describe
    : describe.skip;

describeBuilt("the image", () => {
  let folder: string;
  let above: string;
  let buildah: Buildah;
  let container: string;
  let config: Configuration;
  let files: readonly ImageFile[];
  const started: ChildProcess[] = [];

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "image-"));
    buildah = new Buildah(folder);
    const base = join(folder, "base");
    mkdirSync(base);
    buildah.imageFrom(base, BASE, makeBaseImage(base));
    buildah.build(ROOT, IMAGE, BASE);
    above = join(folder, "above");
    mkdirSync(above);
    files = buildah.filesAbove(BASE, IMAGE, above);
    const inspected = buildah.run("inspect", "--type", "image", IMAGE);
    config = (JSON.parse(inspected) as { Docker: { config: Configuration } })
      .Docker.config;
    container = buildah.run("from", IMAGE);
  }, 900_000);

  afterAll(() => {
    for (const child of started) {
      for (const { pid } of programsOf(child.pid)) process.kill(pid, "SIGKILL");
      child.kill("SIGKILL");
    }
    rmSync(folder, { recursive: true, force: true });
  });

  /** Starts a command of the image and collects what it prints. */
  function start(
    command: readonly string[],
    env: Readonly<Record<string, string>> = {},
    ...options: string[]
  ): { child: ChildProcess; text: () => string } {
    const child = buildah.start(container, env, command, ...options);
    started.push(child);
    let text = "";
    const take = (part: Buffer): void => void (text += part.toString());
    child.stdout?.on("data", take);
    child.stderr?.on("data", take);
    return { child, text: () => text };
  }

  const serve = (): readonly string[] => [...config.Entrypoint, ...config.Cmd];

  it("has at most 60 files and 15 MB above the base image", () => {
    expect(files.length).toBeGreaterThan(20);
    expect(files.length).toBeLessThanOrEqual(60);
    const bytes = files.reduce((sum, file) => sum + file.bytes, 0);
    expect(bytes).toBeLessThanOrEqual(15_000_000);
  });

  it("contains no packages, no build scripts and one source map", () => {
    const paths = files.map(({ path }) => path);
    expect(paths.filter((path) => /node_modules|\/build\//.test(path))).toEqual(
      [],
    );
    expect(paths.filter((path) => path.endsWith(".map"))).toEqual([
      "/app/dist/bundle/main.js.map",
    ]);
  });

  it("contains the licences of the packages in the bundle and in the pages", () => {
    const text = readFileSync(
      join(above, "app/THIRD_PARTY_LICENSES.txt"),
      "utf8",
    );
    for (const name of ["@nestjs/core", "pino", "graphiql", "monaco-editor"]) {
      expect(text).toMatch(new RegExp(`^${name} \\d+\\.\\d+\\.\\d+ \\(`, "m"));
    }
  });

  it("maps positions in our own code to the sources, and no others", () => {
    const read = (path: string): string =>
      readFileSync(join(above, "app/dist/bundle", path), "utf8");
    const map = JSON.parse(read("main.js.map")) as {
      version: number;
      sources: string[];
    };
    expect(
      map.sources.filter((source) => !source.startsWith("../../src/")),
    ).toEqual([]);
    const lines = read("main.js").split("\n");
    const line = lines.findIndex((text) =>
      text.includes("The gateway cannot start."),
    );
    const column = lines[line]?.indexOf("The gateway cannot start.") ?? -1;
    const payload = map as unknown as ConstructorParameters<
      typeof SourceMap
    >[0];
    expect(new SourceMap(payload).findEntry(line, column)).toMatchObject({
      originalSource: "../../src/main.ts",
    });
  });

  it("sets no heap limit: the gateway derives it from the container's memory", () => {
    const names = config.Env.map((variable) => variable.split("=")[0]);
    expect(names).toEqual(expect.arrayContaining(["NODE_ENV", "HOST"]));
    expect(names).not.toContain("NODE_OPTIONS");
  });

  it("names its version in a label", () => {
    const { version } = JSON.parse(
      readFileSync(join(ROOT, "package.json"), "utf8"),
    ) as { version: string };
    expect(config.Labels).toMatchObject({
      "org.opencontainers.image.version": version,
      "org.opencontainers.image.base.name": BASE,
    });
  });

  it("does not start without an upstream and without authentication", async () => {
    const { child, text } = start(serve());
    expect(await once(child, "close")).toEqual([1, null]);
    expect(text()).toMatch(/UPSTREAM_ENDPOINT must be set in production/);
    expect(text()).toMatch(/HOST must be a loopback address/);
  }, 60_000);

  it.each(["serve", "doctor", "key", "policy", "seed", "emulator"])(
    "contains the command %s",
    async (command) => {
      const { child, text } = start([...config.Entrypoint, command, "--help"]);
      expect(await once(child, "close")).toEqual([0, null]);
      expect(text()).toContain("Exit codes:");
    },
    60_000,
  );

  it("serves requests as uid 1000, is healthy, and exits with 0 on SIGTERM", async () => {
    const [port, opsPort, emulatorPort] = await Promise.all([
      freePort(),
      freePort(),
      freePort(),
    ]);
    const emulator = start([...config.Entrypoint, "emulator"], {
      NODE_ENV: "development",
      EMULATOR_PORT: emulatorPort,
    });
    await until(
      "the emulator starts",
      () => /Control /.test(emulator.text()),
      60_000,
    );
    const sha256 = createHash("sha256").update(KEY).digest("hex");
    const entry = { caller: "check", sha256, scopes: ["contacts:read"] };
    const keys = join(folder, "keys.json");
    writeFileSync(keys, JSON.stringify({ keys: [entry] }));
    const gateway = start(
      serve(),
      {
        PORT: port,
        OPS_PORT: opsPort,
        DRAIN_SECONDS: "0",
        UPSTREAM_ENDPOINT: `http://127.0.0.1:${emulatorPort}`,
        ALIBABA_CLOUD_ACCESS_KEY_ID: "testid",
        ALIBABA_CLOUD_ACCESS_KEY_SECRET: "testsecret",
        API_KEYS_FILE: "/keys.json",
      },
      ...["--volume", `${keys}:/keys.json:ro`],
    );
    await until(
      "the gateway starts",
      () => /Probes /.test(gateway.text()),
      60_000,
    );
    const query = "{ messageContacts(pageSize: 3) { items { name } } }";
    const response = await fetch(`http://127.0.0.1:${port}/graphql`, {
      method: "POST",
      headers: { "content-type": "application/json", "x-api-key": KEY },
      body: JSON.stringify({ query }),
    });
    expect(await response.json()).toMatchObject({
      data: { messageContacts: { items: [{}, {}, {}] } },
    });

    const [, ...check] = config.Healthcheck.Test;
    const env = { OPS_PORT: opsPort };
    const healthy = start(check, env);
    expect(await once(healthy.child, "close")).toEqual([0, null]);

    const programs = programsOf(gateway.child.pid);
    expect(programs.map(({ uid }) => uid)).toEqual(["1000"]);
    for (const { pid } of programs) process.kill(pid, "SIGTERM");
    expect(await once(gateway.child, "close")).toEqual([0, null]);
    const ended = start(check, env);
    expect(await once(ended.child, "close")).toEqual([1, null]);
  }, 120_000);
});

interface Program {
  readonly pid: number;
  readonly uid: string;
}

/** The Node.js processes that a process has started, directly or through others. */
function programsOf(parent: number | undefined): Program[] {
  return readdirSync("/proc").flatMap((name) => {
    if (!/^\d+$/.test(name)) return [];
    try {
      const read = (file: string): string =>
        readFileSync(`/proc/${name}/${file}`, "utf8");
      const status = read("status");
      if (Number(/^PPid:\s+(\d+)/m.exec(status)?.[1]) !== parent) return [];
      const pid = Number(name);
      const uid = /^Uid:\s+(\d+)/m.exec(status)?.[1] ?? "";
      const isNode = /^(?:[^\0]*\/)?node\0/.test(read("cmdline"));
      return [...(isNode ? [{ pid, uid }] : []), ...programsOf(pid)];
    } catch {
      // The process has ended meanwhile.
      return [];
    }
  });
}

async function freePort(): Promise<string> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return String(port);
}
