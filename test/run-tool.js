/*
 * Runs a program of the packages in `test`, such as the linter. Arguments: the name of
 * the program and its arguments. Options of Node.js are passed on. Before, installs all
 * packages that tests and checks read, unless they are up to date.
 */
import { spawn, spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { constants } from "node:os";
import { delimiter } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../", import.meta.url));
const PACKAGES = `${ROOT}test/node_modules/`;

/** Programs that are not named after their package. */
const PACKAGE_OF = { "run-p": "npm-run-all2" };

/** The file of a program, which works on every system, unlike `node_modules/.bin`. */
function programOf(name) {
  const folder = `${PACKAGES}${PACKAGE_OF[name] ?? name}/`;
  const { bin } = JSON.parse(readFileSync(`${folder}package.json`, "utf8"));
  return folder + (typeof bin === "string" ? bin : bin[name]);
}

const installed = spawnSync(
  process.execPath,
  [`${ROOT}src/build/install.js`, "test", "src/pages/browser"],
  { stdio: "inherit" },
);
if (installed.status !== 0) process.exit(1);

const [name, ...args] = process.argv.slice(2);
const child = spawn(
  process.execPath,
  [...process.execArgv, programOf(name), ...args],
  {
    stdio: "inherit",
    env: {
      ...process.env,
      PATH: `${PACKAGES}.bin${delimiter}${process.env.PATH}`,
    },
  },
);
// The program decides what a signal means. From a terminal it receives it directly.
process.on("SIGINT", () => undefined);
process.on("SIGTERM", () => child.kill("SIGTERM"));
child.on("exit", (code, signal) => {
  process.exitCode = code ?? 128 + constants.signals[signal];
});
