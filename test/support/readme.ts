import { readFileSync } from "node:fs";

/** One fenced block of the README. */
export interface Block {
  readonly language: string;
  readonly text: string;
  /** Line of the README where it begins. */
  readonly line: number;
}

/** One command of a `console` block and what it prints. */
export interface Step {
  readonly command: string;
  readonly output: string;
  readonly line: number;
}

export function readme(): string {
  return readFileSync(new URL("../../README.md", import.meta.url), "utf8");
}

/** The fenced blocks below a heading of level two, up to the next one. */
export function blocksOf(text: string, heading: string): Block[] {
  const lines = text.split("\n");
  const from = lines.indexOf(`## ${heading}`);
  if (from < 0) throw new Error(`README.md has no heading "${heading}"`);
  const blocks: Block[] = [];
  let open: { language: string; line: number; text: string[] } | null = null;
  for (let at = from + 1; at < lines.length; at += 1) {
    const line = lines[at] ?? "";
    if (open === null && line.startsWith("## ")) break;
    if (open !== null && line === "```") {
      blocks.push({ ...open, text: open.text.join("\n") });
      open = null;
    } else if (open !== null) open.text.push(line);
    else if (line.startsWith("```")) {
      open = { language: line.slice(3), line: at + 1, text: [] };
    }
  }
  return blocks;
}

/** The steps of a `console` block: lines that begin with `$ `, and what follows each. */
export function stepsOf({ text, line }: Block): Step[] {
  const steps: { command: string; output: string[]; line: number }[] = [];
  for (const [index, one] of text.split("\n").entries()) {
    if (one.startsWith("$ ")) {
      steps.push({ command: one.slice(2), output: [], line: line + index + 1 });
    } else steps.at(-1)?.output.push(one);
  }
  return steps.map((step) => ({ ...step, output: step.output.join("\n") }));
}

/** A text without what differs from run to run: ids, times, codes. */
export function comparable(text: string): string {
  return text
    .replace(/c-(?!qL4HqKONzOM7aB3d)[A-Za-z0-9]{16}/g, "c-…")
    .replace(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{3}Z)?/g, "…time…")
    .replace(/[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}/g, "…uuid…")
    .replace(/code is \d{6}/g, "code is …");
}
