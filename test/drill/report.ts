import { readFileSync, writeFileSync } from "node:fs";
import { markdownTable } from "../../src/build/markdown-table.js";
import type { ChangeVerdict } from "./changes.js";
import type { StepResult } from "./step.js";

const FILE = "docs/operations.md";
const BEGIN = "<!-- drill -->";
const END = "<!-- /drill -->";

/** Log messages shown for each step. */
const SHOWN_MESSAGES = 3;

/**
 * Result of the whole drill as Markdown.
 *
 * @param skipped steps that could not run, and why
 * @param notDriven alerts without a step, and why
 */
export function reportOf(
  results: readonly StepResult[],
  skipped: ReadonlyMap<string, string>,
  notDriven: Readonly<Record<string, string>>,
  verdict: ChangeVerdict,
): string {
  const rows = [
    ...results.map((result) => [
      [result.title, ...result.problems.map((one) => `**${one}**`)].join("; "),
      usersOf(result),
      alertsOf(result),
      logOf(result),
    ]),
    ...[...skipped].map(([title, why]) => [title, "", "", `not run: ${why}`]),
  ];
  const exceptions = Object.entries(notDriven).map(
    ([alert, why]) => `The drill does not fire \`${alert}\`: ${why}.`,
  );
  const { made, done, refused, unknown, lost, doubled, denied } = verdict;
  return [
    markdownTable(["Step", "Users saw", "Alerts", "Log"], rows),
    "",
    `The clients made ${made} changes and repeated each one until its outcome was known: ${done} done, ${refused} refused, ${unknown} unknown. Compared with what the vendor executed: ${lost} lost, ${doubled} doubled, ${denied} executed although they were refused.`,
    ...(exceptions.length === 0 ? [] : ["", ...exceptions]),
  ].join("\n");
}

/** Writes the report between its markers in the documentation. */
export function writeReport(report: string): void {
  const before = readFileSync(FILE, "utf8");
  const from = before.indexOf(BEGIN);
  const to = before.indexOf(END);
  if (from < 0 || to < from) throw new Error(`${FILE} lacks ${BEGIN}`);
  const text = `${before.slice(0, from)}${BEGIN}\n\n${report}\n\n${before.slice(to)}`;
  writeFileSync(FILE, text);
}

function usersOf({ seen }: StepResult): string {
  return Object.entries(seen)
    .map(([kind, codes]: [string, ReadonlyMap<string, number>]) => {
      const all = [...codes.values()].reduce((sum, count) => sum + count, 0);
      const failures = [...codes]
        .filter(([code]) => code !== "OK")
        .sort(([, left], [, right]) => right - left)
        .map(([code, count]) => `${count} × ${code}`);
      const what = failures.length === 0 ? "all OK" : failures.join(", ");
      return `${all} ${kind}: ${what}`;
    })
    .join("; ");
}

function alertsOf({ alerts }: StepResult): string {
  if (alerts.length === 0) return "none";
  return alerts
    .map(
      ({ alert, firedAfter, resolvedAfter }) =>
        `${alert.replace("MessageContacts", "")} (${firedAfter} s, ${resolvedAfter === null ? "not resolved" : `${resolvedAfter} s`})`,
    )
    .join("; ");
}

function logOf({ log }: StepResult): string {
  if (log.size === 0) return "no warning";
  const lines = [...log].map(([text, count]) => `${count} × ${text}`);
  const rest = lines.length - SHOWN_MESSAGES;
  return [
    ...lines.slice(0, SHOWN_MESSAGES),
    ...(rest > 0 ? [`${rest} more`] : []),
  ].join("; ");
}
