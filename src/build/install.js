/*
 * Installs the packages of folders that have their own lock file, unless they are up to
 * date. Arguments: the folders. npm scripts run this file before anything is built, so
 * it is plain JavaScript and loads nothing but Node.js.
 */
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));

/** `npm ci` removes this file together with the packages. */
const STAMP = "node_modules/.lock-hash";

/** Hash of everything that determines what npm installs. */
function hashOf(folder) {
  const hash = createHash("sha256");
  for (const name of ["package.json", "package-lock.json", ".npmrc"]) {
    const file = `${ROOT}${folder}/${name}`;
    if (existsSync(file)) hash.update(readFileSync(file));
  }
  return hash.digest("hex");
}

function isUpToDate(folder, hash) {
  const stamp = `${ROOT}${folder}/${STAMP}`;
  return existsSync(stamp) && readFileSync(stamp, "utf8") === hash;
}

/** Runs `npm ci`. Without npm's path, which npm scripts set, it is found in `PATH`. */
function npmCi(folder) {
  const args = ["ci", "--prefix", folder, "--prefer-offline"];
  const options = {
    cwd: ROOT,
    stdio: ["ignore", "ignore", "inherit"],
    env: { ...process.env, npm_config_loglevel: "error" },
  };
  const npm = process.env.npm_execpath;
  return npm === undefined
    ? spawnSync("npm", args, {
        ...options,
        shell: process.platform === "win32",
      })
    : spawnSync(process.execPath, [npm, ...args], options);
}

for (const folder of process.argv.slice(2)) {
  const hash = hashOf(folder);
  if (isUpToDate(folder, hash)) continue;
  process.stderr.write(`Installing the packages of ${folder} …\n`);
  if (npmCi(folder).status !== 0) {
    process.stderr.write(
      `The packages of ${folder} cannot be installed. Try: npm ci --prefix ${folder}\n`,
    );
    process.exit(1);
  }
  writeFileSync(`${ROOT}${folder}/${STAMP}`, hash);
}
