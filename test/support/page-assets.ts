import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const run = promisify(execFile);
const PROJECT = fileURLToPath(new URL("../../", import.meta.url));

/**
 * Builds the scripts and styles of the pages, unless they exist. Runs in a
 * separate process, because the bundler fails inside the test runner's realm.
 */
export async function ensurePageAssets(): Promise<void> {
  const script = "dist/build/assets.build.standalone.js";
  await run(
    "node_modules/.bin/esbuild",
    [
      "src/build/assets.build.ts",
      "--bundle",
      "--platform=node",
      "--format=esm",
      "--packages=external",
      "--log-level=warning",
      `--outfile=${script}`,
    ],
    { cwd: PROJECT },
  );
  await run(process.execPath, [script], { cwd: PROJECT });
}
