/*
 * Builds the project unless the output in `dist` belongs to the current sources. npm
 * scripts run this file before a command, so it is plain JavaScript and loads nothing
 * but Node.js.
 */
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const STAMP = `${ROOT}dist/.stamp`;
const ENTRY = `${ROOT}dist/bundle/main.js`;

/** Files outside `src` that affect the output. */
const CONFIGURATION = [
  "package.json",
  "package-lock.json",
  "tsconfig.json",
  "test/tsconfig.build.json",
];

/** Hash of all sources. */
function stampOfSources() {
  const hash = createHash("sha256");
  const sources = readdirSync(`${ROOT}src`, {
    recursive: true,
    withFileTypes: true,
  })
    .filter((entry) => entry.isFile())
    .map((entry) => `${entry.parentPath}/${entry.name}`);
  for (const file of [
    ...CONFIGURATION.map((name) => `${ROOT}${name}`),
    ...sources.sort(),
  ]) {
    if (existsSync(file))
      hash.update(file.slice(ROOT.length)).update(readFileSync(file));
  }
  return hash.digest("hex");
}

function isUpToDate(stamp) {
  return (
    existsSync(ENTRY) &&
    existsSync(STAMP) &&
    readFileSync(STAMP, "utf8") === stamp
  );
}

function run(...args) {
  const { status } = spawnSync(process.execPath, args, {
    cwd: ROOT,
    stdio: ["ignore", process.stderr, process.stderr],
  });
  if (status !== 0) process.exit(status ?? 1);
}

// Hashed before the build: a change during the build makes the output stale.
const stamp = stampOfSources();
if (process.argv.includes("--force") || !isUpToDate(stamp)) {
  const compiler = "node_modules/typescript/bin/tsc";
  if (!existsSync(`${ROOT}${compiler}`)) {
    process.stderr.write(
      "The sources have changed since the last build, and the compiler is not installed: run npm ci.\n",
    );
    process.exit(1);
  }
  run(compiler, "-p", "test/tsconfig.build.json");
  run("dist/build/assets.build.js");
  run("dist/build/bundle.build.js");
  writeFileSync(STAMP, stamp);
}
