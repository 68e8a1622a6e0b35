import { execFileSync } from "node:child_process";
import { cpSync, existsSync, mkdtempSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const here = fileURLToPath(new URL(".", import.meta.url));
const root = fileURLToPath(new URL("../../", import.meta.url));

const run = (cwd, file, ...args) =>
  execFileSync(file, args, { cwd, stdio: ["ignore", 2, 2] });

const compile = (...args) =>
  run(
    root,
    process.execPath,
    "node_modules/typescript/bin/tsc",
    "--incremental",
    "false",
    ...args,
  );

/** Installs the peers' packages, unless that was done. */
export function installPeers() {
  if (!existsSync(join(here, "node_modules"))) run(here, "npm", "ci");
}

/** Compiles what is written in TypeScript: a peer, and parts of --vendor-limit. */
export function buildPeers() {
  compile("-p", "test/bench/tsconfig.json");
}

/**
 * Compiles the gateway as `npm run build` does, but into a separate folder,
 * so that a bench and other work do not get in each other's way.
 */
export function buildGateway() {
  const folder = mkdtempSync(join(tmpdir(), "bench-gateway-"));
  const dist = join(folder, "dist");
  compile("-p", "test/tsconfig.build.json", "--outDir", dist);
  const pages = join(root, "dist/pages/assets");
  if (existsSync(pages)) {
    cpSync(pages, join(dist, "pages/assets"), { recursive: true });
  }
  cpSync(join(root, "package.json"), join(folder, "package.json"));
  symlinkSync(join(root, "node_modules"), join(folder, "node_modules"));
  run(folder, process.execPath, join(dist, "build/bundle.build.js"));
  return folder;
}
