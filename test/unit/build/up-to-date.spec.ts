import { spawnSync } from "node:child_process";
import {
  appendFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";

/*
 * The script runs in a small project whose compiler and bundlers only write their names
 * into a file.
 */

const BUILD = fileURLToPath(new URL("../../../src/build/", import.meta.url));
const RECORD = "record.txt";

let project: string;

function write(path: string, text: string): void {
  mkdirSync(dirname(join(project, path)), { recursive: true });
  writeFileSync(join(project, path), text);
}

/** A program that records its name and writes a file. */
const program = (name: string, output: string): string => `
  import { appendFileSync, mkdirSync, writeFileSync } from "node:fs";
  import { dirname } from "node:path";
  appendFileSync("${RECORD}", "${name}\\n");
  mkdirSync(dirname("${output}"), { recursive: true });
  writeFileSync("${output}", "");`;

function run(...args: string[]): { status: number | null; text: string } {
  writeFileSync(join(project, RECORD), "");
  const { status, stderr } = spawnSync(
    process.execPath,
    [join(project, "src/build/up-to-date.js"), ...args],
    { encoding: "utf8", env: { ...process.env, npm_execpath: "npm.js" } },
  );
  return { status, text: stderr };
}

/** The programs of the last run, sorted. */
const steps = (): string[] =>
  readFileSync(join(project, RECORD), "utf8")
    .split("\n")
    .filter(Boolean)
    .sort();

const ALL = ["bundle", "compile", "install", "pages"];

beforeEach(() => {
  project = mkdtempSync(join(tmpdir(), "up-to-date-"));
  write("package.json", `{ "type": "module" }`);
  write("package-lock.json", "{}");
  write("src/main.ts", "export {};");
  for (const name of ["up-to-date.js", "install.js"]) {
    cpSync(join(BUILD, name), join(project, "src/build", name));
  }
  write("src/pages/browser/package-lock.json", "{}");
  write("npm.js", program("install", "src/pages/browser/node_modules/a.js"));
  write("node_modules/typescript/package.json", `{ "type": "module" }`);
  write(
    "node_modules/typescript/bin/tsc",
    program("compile", "dist/main.js").replace(/^/, "// tsc\n"),
  );
  write("dist/build/assets.build.js", program("pages", "dist/pages/a.js"));
  write("dist/build/bundle.build.js", program("bundle", "dist/bundle/main.js"));
});

afterEach(() => rmSync(project, { recursive: true, force: true }));

const change = (path: string): void =>
  appendFileSync(join(project, path), "\n");

describe("the build before a command", () => {
  it("runs every step of the first build and says how long each took", () => {
    const { status, text } = run();
    expect(status).toBe(0);
    expect(steps()).toEqual(ALL);
    for (const step of [
      "compile the sources",
      "install the packages of the pages",
      "bundle the pages",
      "bundle the gateway",
    ]) {
      expect(text).toMatch(new RegExp(`^  ${step}: \\d+\\.\\d s$`, "m"));
    }
    expect(text).toMatch(/^Built in \d+\.\d s\.$/m);
  });

  it("does and prints nothing if nothing has changed", () => {
    run();
    expect(run()).toEqual({ status: 0, text: "" });
    expect(steps()).toEqual([]);
  });

  it.each(["src/main.ts", "package.json", "package-lock.json"])(
    "builds again after a change of %s",
    (path) => {
      run();
      change(path);
      run();
      expect(steps()).toEqual(["bundle", "compile", "pages"]);
      run();
      expect(steps()).toEqual([]);
    },
  );

  it("builds again after a source was added and after it was removed", () => {
    run();
    write("src/new/added.ts", "export {};");
    run();
    expect(steps()).toContain("compile");
    rmSync(join(project, "src/new"), { recursive: true });
    run();
    expect(steps()).toContain("compile");
  });

  it("does not build again after a change of installed packages in src", () => {
    run();
    change("src/pages/browser/node_modules/a.js");
    run();
    expect(steps()).toEqual([]);
  });

  it("installs the packages of the pages again after a change of their lock file", () => {
    run();
    change("src/pages/browser/package-lock.json");
    run();
    expect(steps()).toEqual(ALL);
  });

  it("builds with --force although nothing has changed", () => {
    run();
    run("--force");
    expect(steps()).toEqual(["bundle", "compile", "pages"]);
  });

  it("builds again if the output is missing", () => {
    run();
    rmSync(join(project, "dist/bundle"), { recursive: true });
    run();
    expect(steps()).toContain("bundle");
  });

  it("fails if a step fails, and runs it again the next time", () => {
    run();
    change("src/main.ts");
    const compiler = "node_modules/typescript/bin/tsc";
    const working = readFileSync(join(project, compiler), "utf8");
    write(compiler, "process.exit(2);");
    const { status, text } = run();
    expect(status).toBe(2);
    expect(text).toContain("  compile the sources: failed\n");
    write(compiler, working);
    expect(run().status).toBe(0);
    expect(steps()).toContain("compile");
  });

  it("does not accept the former output after a failed build of other sources", () => {
    run();
    const before = readFileSync(join(project, "src/main.ts"), "utf8");
    change("src/main.ts");
    const compiler = "node_modules/typescript/bin/tsc";
    const working = readFileSync(join(project, compiler), "utf8");
    write(compiler, "process.exit(2);");
    run();
    write(compiler, working);
    write("src/main.ts", before);
    run();
    expect(steps()).toContain("compile");
  });

  it("fails and names the command if packages cannot be installed", () => {
    write("npm.js", "process.exit(1);");
    const { status, text } = run();
    expect(status).toBe(1);
    expect(text).toContain("Try: npm ci --prefix src/pages/browser");
    expect(existsSync(join(project, "dist/.stamp"))).toBe(false);
  });

  it("asks for npm ci if the compiler is not installed", () => {
    rmSync(join(project, "node_modules"), { recursive: true });
    const { status, text } = run();
    expect(status).toBe(1);
    expect(text).toContain("run npm ci");
  });
});
