import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, symlinkSync } from "node:fs";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));

/** What the program of a release is built from. */
const SOURCES = [
  "src",
  "package.json",
  "tsconfig.json",
  "test/tsconfig.build.json",
];

/**
 * Builds a released version of the gateway from the history of this repository, with the
 * packages that are installed now. The result is kept for later runs.
 *
 * @returns path of the program's entry; null if the history does not contain the release,
 *   as in a shallow clone
 */
export function buildRelease(version: string): string | null {
  const commit = commitOf(version);
  if (commit === null) {
    process.stderr.write(
      `Skipped: the history has no release ${version}. Fetch it with git fetch --unshallow.\n`,
    );
    return null;
  }
  const folder = `${ROOT}node_modules/.cache/release-${commit}`;
  const entry = `${folder}/dist/bundle/main.js`;
  if (existsSync(entry)) return entry;
  mkdirSync(folder, { recursive: true });
  const { stdout: archive } = spawnSync(
    "git",
    ["-C", ROOT, "archive", commit, ...SOURCES],
    { maxBuffer: 1 << 28 },
  );
  must(spawnSync("tar", ["-x", "-C", folder], { input: archive }));
  if (!existsSync(`${folder}/node_modules`)) {
    symlinkSync(`${ROOT}node_modules`, `${folder}/node_modules`);
  }
  const run = (...args: string[]): void =>
    must(spawnSync(process.execPath, args, { cwd: folder }));
  run("node_modules/typescript/bin/tsc", "-p", "test/tsconfig.build.json");
  run("dist/build/bundle.build.js");
  return entry;
}

/** The commit of a release: its tag, or the commit that names it. */
function commitOf(version: string): string | null {
  const git = (...args: string[]): string =>
    spawnSync("git", ["-C", ROOT, ...args], { encoding: "utf8" }).stdout.trim();
  const tagged = git(
    "rev-parse",
    "--verify",
    "--quiet",
    `v${version}^{commit}`,
  );
  const pattern = `^chore: release ${version.replaceAll(".", "\\.")}$`;
  return tagged || git("log", "-1", "--format=%H", `--grep=${pattern}`) || null;
}

function must({ status, stderr, stdout }: ReturnType<typeof spawnSync>): void {
  if (status !== 0) {
    throw new Error(
      `The release cannot be built:\n${String(stdout)}${String(stderr)}`,
    );
  }
}
