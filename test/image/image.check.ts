import { execFile, spawn, type ChildProcess } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { stagesOf, type Stage } from "../support/dockerfile.js";

/*
 * Builds the image without a container engine. Each stage is an empty folder in which
 * each COPY and RUN of the Dockerfile is executed. Then the command of the last stage
 * is started. Layers, users and the root file system are not tested.
 */

const run = promisify(execFile);
const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const stages = stagesOf(readFileSync(join(ROOT, "Dockerfile"), "utf8"));
const KEY = `mcg_${"k".repeat(43)}`;

let place: string;
let image: string;
let processes: ChildProcess[] = [];

/** The build context: the tree without ignored files. */
async function contextIn(folder: string): Promise<void> {
  const { stdout } = await run(
    "git",
    ["ls-files", "-z", "--cached", "--others", "--exclude-standard"],
    { cwd: ROOT, maxBuffer: 64 * 1024 * 1024 },
  );
  const kept = readFileSync(join(ROOT, ".dockerignore"), "utf8")
    .split("\n")
    .filter((line) => line.startsWith("!"))
    .map((line) => line.slice(1));
  for (const file of new Set(stdout.split("\0").filter(Boolean))) {
    const isKept = kept.some(
      (one) => file === one || file.startsWith(`${one}/`),
    );
    if (isKept && existsSync(join(ROOT, file))) {
      cpSync(join(ROOT, file), join(folder, file), { recursive: true });
    }
  }
}

/** Executes a stage in a new folder and returns its working directory. */
async function build(
  { instructions }: Stage,
  root: string,
  built: ReadonlyMap<string, string>,
): Promise<string> {
  let cwd = root;
  for (const { name, flags, text } of instructions) {
    if (name === "WORKDIR") {
      cwd = join(root, text);
      mkdirSync(cwd, { recursive: true });
    } else if (name === "COPY") {
      const words = text.split(/\s+/);
      const to = words.pop() ?? "";
      const from = built.get(flags["from"] ?? "context") ?? "";
      for (const word of words) {
        const source = join(from, word);
        const isInto = to.endsWith("/") && !statSync(source).isDirectory();
        cpSync(source, join(cwd, to, isInto ? basename(word) : ""), {
          recursive: true,
        });
      }
    } else if (name === "RUN") {
      await run("/bin/sh", ["-c", text], {
        cwd,
        maxBuffer: 64 * 1024 * 1024,
        // From this environment, only the paths of programs and of npm's settings.
        env: { PATH: process.env["PATH"], HOME: process.env["HOME"] },
      });
    }
  }
  return cwd;
}

beforeAll(async () => {
  place = mkdtempSync(join(tmpdir(), "image-"));
  const context = join(place, "context");
  await contextIn(context);
  const built = new Map([["context", context]]);
  for (const [at, stage] of stages.entries()) {
    const root = join(place, stage.name ?? `stage-${at}`);
    image = await build(stage, root, built);
    if (stage.name !== null) built.set(stage.name, root);
  }
}, 600_000);

afterAll(() => {
  for (const child of processes) child.kill("SIGKILL");
  processes = [];
  rmSync(place, { recursive: true, force: true });
});

const last = (name: string): readonly string[] =>
  stages.at(-1)?.instructions.find((one) => one.name === name)?.exec ?? [];

function start(
  args: readonly string[],
  env: Readonly<Record<string, string>>,
): ChildProcess {
  const [program = "", ...rest] = args;
  const child = spawn(program, rest, {
    cwd: image,
    env: { PATH: process.env["PATH"], ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  processes.push(child);
  return child;
}

/** Resolves when a process has written a text to either stream. */
function written(child: ChildProcess, words: RegExp): Promise<string> {
  let text = "";
  return new Promise((resolve, reject) => {
    const take = (part: Buffer): void => {
      text += part.toString();
      const match = words.exec(text);
      if (match !== null) resolve(match[0]);
    };
    child.stdout?.on("data", take);
    child.stderr?.on("data", take);
    child.once("exit", (code) => reject(new Error(`ended (${code}): ${text}`)));
  });
}

async function freePort(): Promise<string> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return String(port);
}

test("contains no development dependency", () => {
  const { devDependencies } = JSON.parse(
    readFileSync(join(image, "package.json"), "utf8"),
  ) as { devDependencies: Record<string, string> };
  for (const name of ["typescript", "jest", "esbuild", "eslint"]) {
    expect(devDependencies).toHaveProperty(name);
    expect(existsSync(join(image, "node_modules", name))).toBe(false);
  }
});

test("does not start without an upstream and without authentication", async () => {
  const env = { NODE_ENV: "production", HOST: "0.0.0.0" };
  const child = start([...last("ENTRYPOINT"), ...last("CMD")], env);
  let text = "";
  child.stderr?.on("data", (part: Buffer) => (text += part.toString()));
  const [code] = (await once(child, "exit")) as [number];
  expect(code).toBe(1);
  expect(text).toMatch(/UPSTREAM_ENDPOINT must be set in production/);
  expect(text).toMatch(/HOST must be a loopback address/);
});

test.each(["serve", "doctor", "key", "policy", "seed", "emulator"])(
  "contains the command %s, which needs no packages besides the bundle",
  async (command) => {
    const packages = join(image, "node_modules");
    const aside = join(image, "aside");
    renameSync(packages, aside);
    const child = start([...last("ENTRYPOINT"), command, "--help"], {});
    let text = "";
    child.stdout?.on("data", (part: Buffer) => (text += part.toString()));
    const end = await once(child, "exit");
    renameSync(aside, packages);
    expect(end).toEqual([0, null]);
    expect(text).toContain("Exit codes:");
  },
);

test("serves requests, is healthy, and exits with 0 on SIGTERM", async () => {
  const entry = last("ENTRYPOINT");
  const [port, opsPort, emulatorPort] = await Promise.all([
    freePort(),
    freePort(),
    freePort(),
  ]);
  const emulator = start([...entry, "emulator"], {
    EMULATOR_PORT: emulatorPort,
  });
  await written(emulator, /Control .*/);
  const keys = join(place, "keys.json");
  const sha256 = createHash("sha256").update(KEY).digest("hex");
  const entryOfKey = { caller: "check", sha256, scopes: ["contacts:read"] };
  writeFileSync(keys, JSON.stringify({ keys: [entryOfKey] }));
  const env = {
    NODE_ENV: "production",
    HOST: "0.0.0.0",
    PORT: port,
    OPS_PORT: opsPort,
    DRAIN_SECONDS: "0",
    UPSTREAM_ENDPOINT: `http://127.0.0.1:${emulatorPort}`,
    ALIBABA_CLOUD_ACCESS_KEY_ID: "testid",
    ALIBABA_CLOUD_ACCESS_KEY_SECRET: "testsecret",
    API_KEYS_FILE: keys,
  };
  const gateway = start([...entry, ...last("CMD")], env);
  await written(gateway, /Probes .*/);
  const query = "{ messageContacts(pageSize: 3) { items { name } } }";
  const response = await fetch(`http://127.0.0.1:${port}/graphql`, {
    method: "POST",
    headers: { "content-type": "application/json", "x-api-key": KEY },
    body: JSON.stringify({ query }),
  });
  const { data } = (await response.json()) as {
    data: { messageContacts: { items: object[] } };
  };
  expect(data.messageContacts.items).toHaveLength(3);
  const health = start(last("HEALTHCHECK"), { OPS_PORT: opsPort });
  expect(await once(health, "exit")).toEqual([0, null]);
  gateway.kill("SIGTERM");
  expect(await once(gateway, "exit")).toEqual([0, null]);
  const after = start(last("HEALTHCHECK"), { OPS_PORT: opsPort });
  expect(await once(after, "exit")).toEqual([1, null]);
}, 60_000);
