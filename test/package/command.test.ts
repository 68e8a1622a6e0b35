import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { installedProject, NAME, run, type Project } from "./installed.js";

let project: Project;

before(async () => {
  project = await installedProject();
});

after(() => project.remove());

/** Runs the command as users do. */
const npx = (...args: string[]) =>
  run("npx", ["--no-install", NAME, ...args], { cwd: project.folder });

/** Starts the command and waits until it has printed this. */
async function started(
  args: readonly string[],
  pattern: RegExp,
): Promise<{ found: string; stop(): Promise<unknown> }> {
  const command = join(project.folder, "node_modules/.bin", NAME);
  const child = spawn(command, args, {
    cwd: project.folder,
    env: { PATH: process.env["PATH"], LOG_LEVEL: "error" },
  });
  const exited = once(child, "exit");
  const stop = async (): Promise<unknown> => {
    child.kill("SIGINT");
    return (await exited)[0] as unknown;
  };
  let text = "";
  const found = await new Promise<string>((resolve, reject) => {
    const read = (part: Buffer): void => {
      text += String(part);
      const match = pattern.exec(text);
      if (match?.[1] !== undefined) resolve(match[1]);
    };
    child.stdout.on("data", read);
    child.stderr.on("data", read);
    child.once("exit", () => reject(new Error(text)));
  });
  return { found, stop };
}

test("npx prints the help and the version", async () => {
  const help = await npx("--help");
  assert.equal(help.code, 0, help.output);
  assert.match(help.output, /^Usage: message-contacts-emulator /);
  const version = await npx("-v");
  assert.match(version.output, /^\d+\.\d+\.\d+\n$/);
  assert.match(project.tarball, new RegExp(`-${version.output.trim()}\\.tgz$`));
});

test("the command starts the emulator and exits with 0 on SIGINT", async () => {
  const { found, stop } = await started(["--port", "0"], /Page +(\S+)/);
  assert.equal((await fetch(found)).status, 200);
  assert.equal(await stop(), 0);
});

test("the command starts the gateway on an emulator and exits with 0 on SIGINT", async () => {
  const { found, stop } = await started(
    ["gateway", "--port", "0", "--ops-port", "0", "--emulator-port", "0"],
    /GraphQL +(\S+)\n[^]*Emulator/,
  );
  const response = await fetch(found, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ query: "{ messageContacts { totalCount } }" }),
  });
  assert.deepEqual(await response.json(), {
    data: { messageContacts: { totalCount: 12 } },
  });
  assert.equal(await stop(), 0);
});

for (const [args, problem] of [
  [["--prot", "1"], /Unknown option '--prot'/],
  [["gateway", "--host", "::1"], /Unknown option '--host'/],
  [["serve"], /Unexpected argument 'serve'/],
] as const) {
  test(`the command exits with 2 and prints the usage for ${args.join(" ")}`, async () => {
    const { code, output } = await npx(...args);
    assert.equal(code, 2, output);
    assert.match(output, problem);
    assert.match(output, /Usage:/);
  });
}

test("the command exits with 1 and the reason when it cannot start", async () => {
  const invalid = await npx("--port", "x");
  assert.equal(invalid.code, 1);
  assert.match(
    invalid.output,
    /cannot start: EMULATOR_PORT must be an integer/,
  );
  const gateway = await npx("gateway", "--port", "x");
  assert.equal(gateway.code, 1);
  assert.match(gateway.output, /PORT must be a port number/);
});
