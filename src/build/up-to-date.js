/*
 * Builds the project unless the output in `dist` belongs to the current sources. npm
 * scripts run this file before a command, so it is plain JavaScript and loads nothing
 * but Node.js.
 */
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import {
  existsSync,
  readFileSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const STAMP = `${ROOT}dist/.stamp`;
const ENTRY = `${ROOT}dist/bundle/main.js`;
const COMPILER = "node_modules/typescript/bin/tsc";

/** Files outside `src` that affect the output. */
const CONFIGURATION = [
  "package.json",
  "package-lock.json",
  "tsconfig.json",
  "test/tsconfig.build.json",
];

/** Files of a folder and its subfolders, without installed packages. */
function filesIn(folder) {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = `${folder}/${entry.name}`;
    if (entry.isDirectory()) {
      return entry.name === "node_modules" ? [] : filesIn(path);
    }
    return entry.isFile() ? [path] : [];
  });
}

/** Hash of all sources. */
function stampOfSources() {
  const hash = createHash("sha256");
  for (const file of [
    ...CONFIGURATION.map((name) => `${ROOT}${name}`),
    ...filesIn(`${ROOT}src`).sort(),
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

function say(line) {
  process.stderr.write(`${line}\n`);
}

function secondsSince(begin) {
  return `${((performance.now() - begin) / 1000).toFixed(1)} s`;
}

/** Runs a step and says how long it took. Ends this process if the step fails. */
function run(name, ...args) {
  const begin = performance.now();
  return new Promise((resolve) => {
    const child = spawn(process.execPath, args, {
      cwd: ROOT,
      stdio: ["ignore", process.stderr, process.stderr],
    });
    child.on("exit", (code) => {
      if (code !== 0) {
        say(`  ${name}: failed`);
        process.exit(code ?? 1);
      }
      say(`  ${name}: ${secondsSince(begin)}`);
      resolve();
    });
  });
}

async function build(stamp) {
  if (!existsSync(`${ROOT}${COMPILER}`)) {
    say(
      "The sources have changed since the last build, and the compiler is not installed: run npm ci.",
    );
    process.exit(1);
  }
  const begin = performance.now();
  say("Building the gateway. The first build takes about half a minute.");
  // A build that fails or is interrupted must not look complete.
  rmSync(STAMP, { force: true });
  await Promise.all([
    run("compile the sources", COMPILER, "-p", "test/tsconfig.build.json"),
    run(
      "install the packages of the pages",
      "src/build/install.js",
      "src/pages/browser",
    ),
  ]);
  await Promise.all([
    run("bundle the pages", "dist/build/assets.build.js"),
    run("bundle the gateway", "dist/build/bundle.build.js"),
  ]);
  writeFileSync(STAMP, stamp);
  say(`Built in ${secondsSince(begin)}.`);
}

// Hashed before the build: a change during the build makes the output stale.
const stamp = stampOfSources();
if (process.argv.includes("--force") || !isUpToDate(stamp)) await build(stamp);
