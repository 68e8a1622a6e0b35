import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { after, before, test } from "node:test";
import { installedProject, NAME, type Project } from "./installed.js";

/** The functions of the package, loaded as each kind of module. */
const LOADED = {
  "an ES module": [
    "use.mjs",
    `import { ControlInputError, startEmulator, startGateway } from "${NAME}";`,
  ],
  CommonJS: [
    "use.cjs",
    `const { ControlInputError, startEmulator, startGateway } = require("${NAME}");`,
  ],
} as const;

let project: Project;

before(async () => {
  project = await installedProject();
});

after(() => project.remove());

/** Runs a script that uses the package. It must exit by itself. Returns what it printed as JSON. */
async function outputOf(
  [file, load]: readonly [string, string],
  body: string,
  env: Readonly<Record<string, string>> = {},
): Promise<unknown> {
  await project.write(
    file,
    `${load}
     const isRefused = (url) => fetch(url).then(() => false, () => true);
     (async () => {
       const print = (value) => console.log(JSON.stringify(value));
       ${body}
     })();`,
  );
  const { code, stdout, output } = await project.run([file], {
    env: { PATH: process.env["PATH"], ...env },
    timeout: 60_000,
  });
  assert.equal(code, 0, output);
  return JSON.parse(stdout) as unknown;
}

for (const [kind, loaded] of Object.entries(LOADED)) {
  test(`${kind}: several servers run independently and close all that they opened`, async () => {
    const result = await outputOf(
      loaded,
      `const [one, two] = await Promise.all([startEmulator(), startEmulator({ seed: "empty" })]);
       const [a, b, c] = await Promise.all([
         startGateway({ emulator: one }),
         startGateway({ emulator: two }),
         startGateway(),
       ]);
       const servers = [one, two, a, b, c];
       const urls = [one.url, two.url, a.url, a.opsUrl + "/livez", b.url, c.url, c.emulator.url];
       const counts = [];
       for (const { url } of [a, b, c]) {
         counts.push((await (await fetch(url + "/v1/message-contacts")).json()).totalCount);
       }
       one.control.reset();
       const calls = [one, two, c.emulator].map(({ control }) => control.calls().length);
       const distinct = new Set(urls).size;
       await a.stop();
       const stillRuns = !(await isRefused(one.url));
       await Promise.all([...servers, ...servers].map((server) => server.stop()));
       await c[Symbol.asyncDispose]();
       await one[Symbol.asyncDispose]();
       const refused = await Promise.all(urls.map(isRefused));
       print({ counts, calls, distinct, stillRuns, refused: refused.every(Boolean) });`,
    );
    assert.deepEqual(result, {
      counts: [12, 0, 12],
      calls: [0, 1, 1],
      distinct: 7,
      stillRuns: true,
      refused: true,
    });
  });

  test(`${kind}: invalid options and settings are rejected with the reason`, async () => {
    const result = await outputOf(
      loaded,
      `const emulator = await startEmulator();
       const { control, port } = emulator;
       const before = JSON.stringify(control.snapshot());
       const messageOf = async (run) => {
         try { await run(); return null; }
         catch (error) {
           return (error instanceof ControlInputError ? "input: " : "") + error.message;
         }
       };
       const messages = [];
       for (const run of [
         () => startEmulator({ prot: 1 }),
         () => startEmulator({ port: 70000 }),
         () => startEmulator({ seed: "none" }),
         () => startEmulator({ settings: { activationRule: "some" } }),
         () => startEmulator({ keys: [] }),
         () => startEmulator({ clock: 5 }),
         () => startEmulator({ port }),
         () => control.addFault({ effect: "explode" }),
         () => control.advanceClock(-1),
         () => control.confirmVerification({ code: "000000" }),
         () => control.seed({}),
         () => startGateway({ emulator: "http://127.0.0.1:1" }),
         () => startGateway({ env: { LOG_LEVEL: 5 } }),
         () => startGateway({ env: { LOG_LEVEL: "loud", MAX_PAGES: "1", HOST: "0.0.0.0" } }),
         () => startGateway({ emulator, port }),
       ]) messages.push(await messageOf(run));
       const isUnchanged = JSON.stringify(control.snapshot()) === before;
       await emulator.stop();
       print({ messages, isUnchanged });`,
    );
    const { messages, isUnchanged } = result as {
      messages: string[];
      isUnchanged: boolean;
    };
    assert.ok(isUnchanged);
    const expected = [
      /^input: the options has unknown properties: prot;/,
      /^input: port must be an integer from 0 to 65535$/,
      /^input: seed must be one of sample, empty$/,
      /^input: settings\.activationRule must be one of/,
      /^input: keys must contain at least one key$/,
      /^input: clock must have a method `now`$/,
      /EADDRINUSE/,
      /^input: effect must be one of/,
      /^input: ms must be an integer/,
      /^input: no message has this code$/,
      /^input: directory must be an object$/,
      /^input: emulator must be the result of startEmulator$/,
      /^input: env\.LOG_LEVEL must be a string$/,
      /^The configuration is invalid:\n(?=[^]*LOG_LEVEL)(?=[^]*HOST)/,
      /EADDRINUSE/,
    ];
    assert.equal(messages.length, expected.length);
    for (const [index, pattern] of expected.entries()) {
      assert.match(messages[index] ?? "", pattern);
    }
  });
}

test("the gateway does not use the variables of its caller", async () => {
  const result = await outputOf(
    LOADED.CommonJS,
    `const gateway = await startGateway({ env: { READ_ONLY: "", PUBLIC_URL: "" } });
     print((await fetch(gateway.url + "/v1/message-contacts")).status);
     await gateway.stop();`,
    { LOG_LEVEL: "loud", REDIS_URL: "redis://127.0.0.1:1", NODE_OPTIONS: "" },
  );
  assert.equal(result, 200);
});

test("the emulator uses the given clock, keys and settings", async () => {
  const result = await outputOf(
    LOADED["an ES module"],
    `const emulator = await startEmulator({
       clock: { now: () => Date.parse("2026-01-02T03:04:05Z") },
       keys: [{ accessKeyId: "own", accessKeySecret: "secret" }],
       settings: { activationRule: "any" },
     });
     const gateway = await startGateway({ emulator });
     const { control, accessKeyId, accessKeySecret, endpoint, port } = emulator;
     control.confirmVerification({ contactId: "c-r5IfC8dP0gNmZ4Ek", target: "ben@example.com" });
     const response = await fetch(gateway.url + "/v1/message-contacts/c-r5IfC8dP0gNmZ4Ek");
     print([
       control.advanceClock(86_400_000).now,
       accessKeyId,
       accessKeySecret,
       endpoint === "127.0.0.1:" + port,
       response.status,
     ]);
     await gateway.stop();
     await emulator.stop();`,
  );
  const [now, ...rest] = result as unknown[];
  assert.equal(now, "2026-01-03T03:04:05.000Z");
  // The gateway signs with the real time, which this emulator's clock rejects.
  assert.deepEqual(rest, ["own", "secret", true, 502]);
});

test("the emulator does not start in production", async () => {
  const result = await outputOf(
    LOADED["an ES module"],
    `const messages = [];
     for (const start of [startEmulator, startGateway]) {
       await start().catch(({ message }) => messages.push(message));
     }
     print(messages);`,
    { NODE_ENV: "production" },
  );
  for (const message of result as string[]) {
    assert.match(message, /does not start with NODE_ENV=production/);
  }
  assert.equal((result as string[]).length, 2);
});

test("the gateway ends when the process that started it is killed", async () => {
  const file = await project.write(
    "killed.mjs",
    `${LOADED["an ES module"][1]}
     const { url } = await startGateway();
     console.log(url);`,
  );
  const child = spawn(process.execPath, [file], {
    cwd: project.folder,
    stdio: ["ignore", "pipe", "ignore"],
  });
  const [printed] = (await once(child.stdout, "data")) as [Buffer];
  const url = String(printed).trim();
  assert.equal((await fetch(`${url}/v1/message-contacts`)).status, 200);
  child.kill("SIGKILL");
  while (
    await fetch(url).then(
      () => true,
      () => false,
    )
  );
});

test("the gateway of the package has the schema, the pages and the version of the project", async () => {
  const result = await outputOf(
    LOADED["an ES module"],
    `const gateway = await startGateway();
     const textOf = async (path) => (await fetch(gateway.url + path)).text();
     const page = await textOf("/playground");
     const [script] = /playground\\/assets\\/[^"]+\\.js/.exec(page);
     print({
       schema: await textOf("/schema.graphql"),
       version: JSON.parse(await textOf("/openapi.json")).info.version,
       script: (await fetch(gateway.url + "/" + script)).status,
       emulator: (await fetch(gateway.url + "/emulator")).url === gateway.emulator.url + "/_emulator/ui",
       isReady: (await fetch(gateway.opsUrl + "/readyz")).status,
     });
     await gateway.stop();`,
  );
  const read = (path: string): Promise<string> =>
    readFile(new URL(`../../../${path}`, import.meta.url), "utf8");
  const { version } = JSON.parse(await read("package.json")) as {
    version: string;
  };
  assert.deepEqual(result, {
    schema: await read("schema.graphql"),
    version,
    script: 200,
    emulator: true,
    isReady: 200,
  });
});
