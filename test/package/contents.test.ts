import assert from "node:assert/strict";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, test } from "node:test";
import {
  checkPackage,
  createPackageFromTarballData,
} from "@arethetypeswrong/core";
import { publint } from "publint";
import { installedProject, NAME, TOOLS, type Project } from "./installed.js";

const TSC = join(TOOLS, "typescript/bin/tsc");

/** What a project of each kind may write; compiled, not run. */
const USE = `
const emulator: RunningEmulator = await startEmulator({
  seed: "empty",
  settings: { activationRule: "any" } satisfies Partial<EmulatorSettings>,
});
const gateway: RunningGateway = await startGateway({ emulator, env: { LOG_LEVEL: "silent" } });
const entries: readonly CallEntry[] = emulator.control.calls();
const isInvalid = (error: unknown): boolean => error instanceof ControlInputError;
// @ts-expect-error: no such setting
await startEmulator({ settings: { activation: "any" } });
// @ts-expect-error: no such effect
emulator.control.addFault({ effect: "explode" });
await gateway[Symbol.asyncDispose]();
export const all = [entries, isInvalid, gateway.url.length];
`;

const TYPES = "CallEntry, EmulatorSettings, RunningEmulator, RunningGateway";
const IMPORT = `import { ControlInputError, startEmulator, startGateway } from "${NAME}";
import type { ${TYPES} } from "${NAME}";
`;

let project: Project;
let folder: string;

before(async () => {
  project = await installedProject();
  folder = join(project.folder, "node_modules", NAME);
});

after(() => project.remove());

test("the package installs offline and has no dependencies", async () => {
  assert.match(project.installed, /added 1 package\b/);
  const text = await readFile(join(folder, "package.json"), "utf8");
  const manifest = JSON.parse(text) as Record<string, unknown>;
  for (const kind of ["", "peer", "optional", "bundle"]) {
    assert.equal(
      manifest[kind === "" ? "dependencies" : `${kind}Dependencies`],
      undefined,
    );
  }
  assert.equal(manifest["private"], undefined);
  assert.equal(manifest["license"], "MIT");
});

test("the package contains its licence, those of its parts, and its README", async () => {
  assert.deepEqual((await readdir(folder)).sort(), [
    "LICENSE",
    "README.md",
    "THIRD_PARTY_LICENSES.txt",
    "dist",
    "package.json",
  ]);
  const text = await readFile(join(folder, "THIRD_PARTY_LICENSES.txt"), "utf8");
  for (const name of ["zod", "fastify", "@nestjs/core", "graphiql", "react"]) {
    assert.match(text, new RegExp(`^${name} \\d+\\.\\d+\\.\\d+.* \\(`, "m"));
  }
});

test("publint finds nothing to change", async () => {
  const { messages } = await publint({ pkgDir: folder, strict: true });
  assert.deepEqual(messages, []);
});

test("the types are right for every way to resolve them", async () => {
  const tarball = await readFile(project.tarball);
  const result = await checkPackage(createPackageFromTarballData(tarball));
  assert.ok(result.types);
  assert.deepEqual("problems" in result ? result.problems : null, []);
});

for (const [module, resolution, extension] of [
  ["nodenext", "nodenext", "mts"],
  ["nodenext", "nodenext", "cts"],
  ["node16", "node16", "mts"],
  ["esnext", "bundler", "ts"],
  ["es2022", "node10", "ts"],
] as const) {
  test(`a .${extension} file compiles with moduleResolution ${resolution}, without types of Node.js`, async () => {
    const isCommonJs = extension === "cts";
    const file = await project.write(
      `${resolution}.${extension}`,
      isCommonJs
        ? `${IMPORT}export async function use() {${USE.replace("export const all =", "return")}}`
        : IMPORT + USE,
    );
    const { code, output } = await project.run([
      ...[TSC, file, "--noEmit", "--strict", "--skipLibCheck", "false"],
      ...["--module", module, "--moduleResolution", resolution],
      ...["--target", "es2022", "--lib", "es2023"],
    ]);
    assert.equal(code, 0, output);
  });
}
