import { readdirSync, readFileSync } from "node:fs";

/** One fenced block of a document. */
export interface Block {
  readonly language: string;
  readonly text: string;
  /** File and line where it begins, for failure messages. */
  readonly place: string;
  /** Line of the file where it begins. */
  readonly line: number;
}

/** One command of a `console` block and its expected output. */
export interface Step {
  readonly command: string;
  readonly output: string;
  readonly line: number;
}

const ROOT = new URL("../../", import.meta.url);

/** Text of a file, by its path from the root of the repository. */
export function documentAt(path: string): string {
  return readFileSync(new URL(path, ROOT), "utf8");
}

/** Paths of all documents for readers: those at the root and those in `docs`. */
export function documentPaths(): string[] {
  const markdown = (folder: string): string[] =>
    readdirSync(new URL(folder, ROOT))
      .filter((name) => name.endsWith(".md"))
      .map((name) => `${folder}${name}`);
  return [...markdown("./"), ...markdown("docs/")].map((path) =>
    path.replace(/^\.\//, ""),
  );
}

/**
 * Lines of a document that are outside fenced blocks, and the blocks.
 *
 * @throws {Error} when a fence is never closed
 */
export function partsOf(path: string): {
  readonly prose: readonly { readonly text: string; readonly line: number }[];
  readonly blocks: readonly Block[];
} {
  const prose: { text: string; line: number }[] = [];
  const blocks: Block[] = [];
  let open: { language: string; line: number; text: string[] } | null = null;
  for (const [index, text] of documentAt(path).split("\n").entries()) {
    const line = index + 1;
    if (open !== null && text === "```") {
      blocks.push({
        ...open,
        text: open.text.join("\n"),
        place: `${path}:${open.line}`,
      });
      open = null;
    } else if (open !== null) open.text.push(text);
    else if (text.startsWith("```")) {
      open = { language: text.slice(3), line, text: [] };
    } else prose.push({ text, line });
  }
  if (open !== null) throw new Error(`${path}:${open.line} is never closed`);
  return { prose, blocks };
}

/** The fenced blocks of a document; with a heading of level two, only those below it. */
export function blocksOf(path: string, heading?: string): Block[] {
  const { prose, blocks } = partsOf(path);
  if (heading === undefined) return [...blocks];
  const from = prose.find(({ text }) => text === `## ${heading}`)?.line;
  if (from === undefined) throw new Error(`${path} has no "${heading}"`);
  const to =
    prose.find(({ text, line }) => line > from && text.startsWith("## "))
      ?.line ?? Number.POSITIVE_INFINITY;
  return blocks.filter(({ line }) => line > from && line < to);
}

/** The steps of a `console` block: lines that begin with `$ `, each with the lines below it. */
export function stepsOf({ text, line }: Block): Step[] {
  const steps: { command: string; output: string[]; line: number }[] = [];
  for (const [index, one] of text.split("\n").entries()) {
    if (one.startsWith("$ ")) {
      steps.push({ command: one.slice(2), output: [], line: line + index + 1 });
    } else steps.at(-1)?.output.push(one);
  }
  return steps.map((step) => ({ ...step, output: step.output.join("\n") }));
}

/** A text with ids, times and codes replaced, because they differ between runs. */
export function comparable(text: string): string {
  return text
    .replace(/c-(?!qL4HqKONzOM7aB3d)[A-Za-z0-9]{16}/g, "c-…")
    .replace(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{3}Z)?/g, "…time…")
    .replace(/[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}/g, "…uuid…")
    .replace(/"etag":"[\w-]{22}"/g, '"etag":"…"')
    .replace(/code is \d{6}/g, "code is …");
}
