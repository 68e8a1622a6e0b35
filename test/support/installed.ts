import { spawnSync } from "node:child_process";

/**
 * Whether a program is installed. If it is not, a line explains how to install
 * it; in CI this is an error, so that the tests are not skipped.
 */
export function isInstalled(program: string, howToInstall: string): boolean {
  const { error } = spawnSync(program, ["--version"], { stdio: "ignore" });
  if (error === undefined) return true;
  reportMissing(`${program} is not installed: ${howToInstall}`);
  return false;
}

/**
 * Says why tests are skipped.
 *
 * @throws {Error} in CI, so that the tests are not skipped there
 */
export function reportMissing(line: string): void {
  if (process.env["CI"] !== undefined) throw new Error(line);
  process.stderr.write(`Skipped: ${line}\n`);
}
