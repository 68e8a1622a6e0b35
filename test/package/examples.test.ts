import assert from "node:assert/strict";
import { mkdir, symlink } from "node:fs/promises";
import { join } from "node:path";
import { after, before, test } from "node:test";
import {
  exampleOf,
  installedProject,
  TOOLS,
  type Project,
} from "./installed.js";

const JEST = join(TOOLS, "jest/bin/jest.js");
const TSC = join(TOOLS, "typescript/bin/tsc");

let modules: Project;
let commonJs: Project;

before(async () => {
  modules = await installedProject("module");
  commonJs = await installedProject("commonjs");
});

after(async () => {
  await modules.remove();
  await commonJs.remove();
});

test("the example for Jest passes as printed, without configuration", async () => {
  await commonJs.write("contacts.test.js", await exampleOf(commonJs, "Jest"));
  const { code, output } = await commonJs.run([JEST, "--detectOpenHandles"]);
  assert.equal(code, 0, output);
  assert.match(output, /1 passed, 1 total/);
  assert.doesNotMatch(output, /open handle|did not exit/);
});

test("the example for one gateway works as Jest's set-up, as printed", async () => {
  const heading = "One gateway for all test files";
  await commonJs.write("set-up.js", await exampleOf(commonJs, heading));
  await commonJs.write(
    "tear-down.js",
    "module.exports = () => globalThis.gateway.stop();",
  );
  await commonJs.write(
    "set-up.test.js",
    `test("the gateway runs on the emulator", async () => {
       const { GATEWAY_URL, EMULATOR_URL } = process.env;
       expect((await fetch(\`\${GATEWAY_URL}/v1/message-contacts\`)).status).toBe(200);
       const { calls } = await (await fetch(\`\${EMULATOR_URL}/_emulator/calls\`)).json();
       expect(calls).toHaveLength(1);
     });`,
  );
  const { code, output } = await commonJs.run([
    ...[JEST, "set-up.test.js"],
    ...["--globalSetup", "./set-up.js"],
    ...["--globalTeardown", "./tear-down.js"],
  ]);
  assert.equal(code, 0, output);
});

test("the example for Vitest passes as printed", async () => {
  await modules.link("vitest");
  await modules.write("contacts.test.mjs", await exampleOf(modules, "Vitest"));
  const vitest = join(TOOLS, "vitest/vitest.mjs");
  const { code, output } = await modules.run([vitest, "run"]);
  assert.equal(code, 0, output);
  assert.match(output, /1 passed/);
});

test("the example for node:test passes as printed", async () => {
  await mkdir(join(modules.folder, "node_modules/@alicloud"));
  await modules.link("@alicloud/pop-core");
  const file = await modules.write(
    "node.test.mjs",
    await exampleOf(modules, "node:test"),
  );
  const { code, output } = await modules.run(["--test", file]);
  assert.equal(code, 0, output);
  assert.match(output, /pass 1\b/);
});

test("the example in TypeScript compiles and passes as printed", async () => {
  await symlink(
    join(TOOLS, "@types"),
    join(modules.folder, "node_modules/@types"),
  );
  const file = await modules.write(
    "types.test.ts",
    await exampleOf(modules, "TypeScript"),
  );
  const compiled = await modules.run([
    ...[TSC, file, "--strict", "--skipLibCheck", "false"],
    ...["--module", "nodenext", "--target", "es2022"],
    ...["--lib", "es2023,esnext.disposable", "--types", "node"],
  ]);
  assert.equal(compiled.code, 0, compiled.output);
  const { code, output } = await modules.run(["--test", "types.test.js"]);
  assert.equal(code, 0, output);
  assert.match(output, /pass 1\b/);
});
