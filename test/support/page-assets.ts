import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const run = promisify(execFile);
const PROJECT = fileURLToPath(new URL("../../", import.meta.url));

/**
 * Builds what the pages load in a browser, unless it is there already. In a
 * process of its own: the bundler does not run inside the test runner's realm.
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
