import { spawnSync } from "node:child_process";
import {
  chmodSync,
  cpSync,
  mkdirSync,
  realpathSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";

/** Programs that the Dockerfile's instructions need. */
const PROGRAMS = [process.execPath, "/bin/sh", "/usr/bin/env"];

const PATH = "PATH=/usr/bin:/bin";

/**
 * Copies this machine's Node.js, npm and a shell, with their libraries, into a folder. It
 * stands in for the base image, which no test can pull.
 *
 * @returns its environment variables
 */
export function makeBaseImage(folder: string): string[] {
  const copy = (from: string, to = from): void => {
    mkdirSync(join(folder, dirname(to)), { recursive: true });
    cpSync(realpathSync(from), join(folder, to), { recursive: true });
  };
  for (const program of PROGRAMS) {
    copy(program, program === process.execPath ? "/usr/bin/node" : program);
    for (const library of librariesOf(program)) copy(library);
  }
  copy(npmFolder(), "/usr/lib/node_modules/npm");
  symlinkSync(
    "../lib/node_modules/npm/bin/npm-cli.js",
    join(folder, "usr/bin/npm"),
  );
  for (const name of ["tmp", "root", "etc"]) {
    mkdirSync(join(folder, name), { recursive: true });
  }
  chmodSync(join(folder, "tmp"), 0o1777);
  writeFileSync(join(folder, "etc/passwd"), "root:x:0:0::/root:/bin/sh\n");
  // Certificates that this machine needs to reach its package registry.
  const certificates = process.env["NODE_EXTRA_CA_CERTS"];
  if (certificates === undefined) return [PATH];
  copy(certificates);
  return [PATH, `NODE_EXTRA_CA_CERTS=${certificates}`];
}

function librariesOf(program: string): string[] {
  const { stdout } = spawnSync("ldd", [program], { encoding: "utf8" });
  return [...stdout.matchAll(/(\/\S+) \(0x/g)].flatMap(
    ([, path]) => path ?? [],
  );
}

function npmFolder(): string {
  const { stdout } = spawnSync("npm", ["root", "--global"], {
    encoding: "utf8",
  });
  return join(stdout.trim(), "npm");
}
