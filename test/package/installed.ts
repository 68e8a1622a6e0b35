import { execFile, type ExecFileOptions } from "node:child_process";
import { mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

export const NAME = "message-contacts-emulator";

const PROJECT = fileURLToPath(new URL("../../../", import.meta.url));

/** Packages that the tests of a project need; test runners and clients, for example. */
export const TOOLS = fileURLToPath(
  new URL("../node_modules/", import.meta.url),
);

/** How a program ended. */
export interface Result {
  readonly code: number;
  readonly stdout: string;
  /** Standard output and standard error. */
  readonly output: string;
}

/** An otherwise empty project with the package installed. */
export interface Project {
  readonly folder: string;
  readonly tarball: string;
  /** What `npm install` printed. */
  readonly installed: string;
  /** Writes a file and returns its path. */
  write(name: string, text: string): Promise<string>;
  /** Makes a package of this folder's lock file available to the project. */
  link(name: string): Promise<void>;
  /** Runs a program of Node.js in the project. */
  run(args: readonly string[], options?: ExecFileOptions): Promise<Result>;
  remove(): Promise<void>;
}

/** Path of the tarball that `npm run package` builds. */
export async function tarballPath(): Promise<string> {
  const file = `${PROJECT}dist/package/package.json`;
  const { version } = JSON.parse(await readFile(file, "utf8")) as {
    version: string;
  };
  return `${PROJECT}dist/${NAME}-${version}.tgz`;
}

/** Installs the tarball into an empty folder, without a network or a cache. */
export async function installedProject(
  type: "module" | "commonjs" = "module",
): Promise<Project> {
  const folder = await mkdtemp(join(tmpdir(), "package-"));
  const tarball = await tarballPath();
  const write = async (name: string, text: string): Promise<string> => {
    await writeFile(join(folder, name), text);
    return join(folder, name);
  };
  await write("package.json", JSON.stringify({ private: true, type }));
  const { code, output } = await run(
    "npm",
    ["install", "--offline", "--cache", join(folder, "cache"), tarball],
    { cwd: folder },
  );
  if (code !== 0) throw new Error(output);
  return {
    folder,
    tarball,
    installed: output,
    write,
    link: (name) =>
      symlink(join(TOOLS, name), join(folder, "node_modules", name)),
    run: (args, options) =>
      run(process.execPath, args, { cwd: folder, ...options }),
    remove: () => rm(folder, { recursive: true }),
  };
}

/** Runs a program to its end. Variables that this test runner sets are not passed on. */
export function run(
  program: string,
  args: readonly string[],
  options: ExecFileOptions,
): Promise<Result> {
  const { NODE_TEST_CONTEXT: _context, ...env } = process.env;
  return new Promise((resolve) => {
    execFile(
      program,
      args,
      // A program that does not exit by itself fails its test.
      { env, timeout: 120_000, ...options },
      (error, stdout, stderr) =>
        resolve({
          code: error === null ? 0 : Number(error.code ?? -1),
          stdout: String(stdout),
          output: `${String(stdout)}${String(stderr)}`,
        }),
    );
  });
}

/** The code block below a heading of the package's README. */
export async function exampleOf(
  { folder }: Project,
  heading: string,
): Promise<string> {
  const readme = await readFile(
    join(folder, "node_modules", NAME, "README.md"),
    "utf8",
  );
  const [, chapter] = readme.split(`\n## ${heading}\n`);
  const [, code] =
    /\n```(?:js|ts)\n([\s\S]*?)\n```\n/.exec(chapter ?? "") ?? [];
  if (code === undefined) throw new Error(`no example below ${heading}`);
  return `${code}\n`;
}
