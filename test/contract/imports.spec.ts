import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { beforeAll, describe, expect, it } from "@jest/globals";
import ts from "typescript";
import { sourceFiles } from "../support/source-files.js";

const SRC = fileURLToPath(new URL("../../src", import.meta.url));

/** Maximum number of lines of a file. */
const MAX_LINES = 300;

/** Maximum number of files of a folder, without its subfolders. */
const MAX_FILES = 15;

/** Longer files that remain. An entry that is no longer needed fails the test. */
const KNOWN_LONG_FILES: readonly string[] = [];

/** Import cycles that remain. An entry that is no longer needed fails the test. */
const KNOWN_CYCLES: readonly string[] = [];

type Graph = ReadonlyMap<string, ReadonlySet<string>>;

const files = sourceFiles();

const textOf = (file: string): string => readFileSync(join(SRC, file), "utf8");

/** Files of `src` that a file imports: static, dynamic and type-only imports. */
function importsOf(file: string): string[] {
  return ts
    .preProcessFile(textOf(file), true, true)
    .importedFiles.map(({ fileName }) => fileName)
    .filter((name) => name.startsWith("."))
    .map((name) =>
      relative(SRC, join(SRC, dirname(file), name))
        .split(sep)
        .join("/")
        .replace(/\.js$/, ".ts"),
    );
}

/** Top folder of a file; for a file at the root of `src` its name. */
function folderOf(file: string): string {
  return file.includes("/")
    ? file.slice(0, file.indexOf("/"))
    : file.replace(/\.ts$/, "");
}

/** Groups of nodes that reach each other (Tarjan's algorithm). */
function cyclesIn(graph: Graph): string[] {
  const indexes = new Map<string, number>();
  const stack: string[] = [];
  const cycles: string[] = [];
  const visit = (node: string): number => {
    const index = indexes.size;
    let low = index;
    indexes.set(node, index);
    stack.push(node);
    for (const next of graph.get(node) ?? []) {
      if (!indexes.has(next)) low = Math.min(low, visit(next));
      else if (stack.includes(next)) {
        low = Math.min(low, indexes.get(next) ?? low);
      }
    }
    if (low !== index) return low;
    const group = stack.splice(stack.indexOf(node));
    const importsItself = graph.get(node)?.has(node) === true;
    if (group.length > 1 || importsItself) cycles.push(group.sort().join(" "));
    return low;
  };
  for (const node of graph.keys()) if (!indexes.has(node)) visit(node);
  return cycles.sort();
}

const fileGraph: Graph = new Map(
  files.map((file) => [file, new Set(importsOf(file))]),
);

/** Imports between top folders, root files included. */
const folderGraph = new Map<string, Set<string>>();
for (const [file, imported] of fileGraph) {
  const folder = folderOf(file);
  const others = folderGraph.get(folder) ?? new Set();
  folderGraph.set(folder, others);
  for (const other of [...imported].map(folderOf)) {
    if (other !== folder) others.add(other);
  }
}

describe("cyclesIn", () => {
  it("reports each group of nodes that reach each other", () => {
    const graph = new Map([
      ["a", new Set(["b"])],
      ["b", new Set(["c"])],
      ["c", new Set(["a", "d"])],
      ["d", new Set(["e"])],
      ["e", new Set(["e"])],
      ["f", new Set(["a"])],
    ]);
    expect(cyclesIn(graph)).toEqual(["a b c", "e"]);
  });
});

describe("the sources", () => {
  let mayImport: Readonly<Record<string, readonly string[]>> = {};

  beforeAll(async () => {
    const table = new URL("../folders.js", import.meta.url).href;
    ({ MAY_IMPORT: mayImport } = (await import(table)) as {
      MAY_IMPORT: typeof mayImport;
    });
  });

  it("resolve every relative import to a file of src", () => {
    const existing = new Set(files);
    const missing = [...fileGraph].flatMap(([file, imported]) =>
      [...imported]
        .filter((other) => other.endsWith(".ts") && !existing.has(other))
        .map((other) => `${file}: ${other}`),
    );
    expect(missing).toEqual([]);
  });

  it("have no import cycle between files, type-only imports included", () => {
    expect(cyclesIn(fileGraph)).toEqual(KNOWN_CYCLES);
  });

  it("have no import cycle between folders", () => {
    expect(cyclesIn(folderGraph)).toEqual([]);
  });

  it("import exactly the folders in their row of test/folders.js", () => {
    const folders = readdirSync(SRC, { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map(({ name }) => name);
    const actual = Object.fromEntries(
      folders.map((folder) => [
        folder,
        [...(folderGraph.get(folder) ?? [])].sort(),
      ]),
    );
    expect(mayImport).toEqual(actual);
  });

  it(`have at most ${MAX_LINES} lines`, () => {
    const long = files.filter(
      (file) => textOf(file).trimEnd().split("\n").length > MAX_LINES,
    );
    expect(long.sort()).toEqual(KNOWN_LONG_FILES);
  });

  it(`have at most ${MAX_FILES} files in a folder`, () => {
    const counts = new Map<string, number>();
    for (const file of files) {
      const folder = dirname(file);
      counts.set(folder, (counts.get(folder) ?? 0) + 1);
    }
    expect([...counts].filter(([, count]) => count > MAX_FILES)).toEqual([]);
  });
});
