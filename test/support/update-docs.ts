import { writeFileSync } from "node:fs";
import { documentAt } from "./docs.js";

/** An output that a document prints, and the one that the gateway gives now. */
export interface NewOutput {
  /** Line of the document above the output. */
  readonly line: number;
  readonly printed: string;
  readonly current: string;
}

/**
 * With `UPDATE_DOCS=1` in the environment, writes the current outputs into a document.
 * `npm run docs:outputs` sets it; CI never does.
 *
 * @returns whether the document was written, so that there is nothing left to compare
 */
export function replaceOutputs(
  path: string,
  outputs: readonly NewOutput[],
): boolean {
  if (process.env["UPDATE_DOCS"] !== "1") return false;
  const lines = documentAt(path).split("\n");
  // From the last one on, so that earlier line numbers stay valid.
  for (const { line, printed, current } of [...outputs].reverse()) {
    const count = printed === "" ? 0 : printed.split("\n").length;
    lines.splice(line, count, ...(current === "" ? [] : current.split("\n")));
  }
  writeFileSync(new URL(`../../${path}`, import.meta.url), lines.join("\n"));
  return true;
}
