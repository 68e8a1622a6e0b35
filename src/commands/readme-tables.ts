import "reflect-metadata";
import { Config } from "../config/config.js";
import { settings } from "../config/setting.js";
import { describeSettings } from "../emulator/settings.js";
import { ErrorCode } from "../errors/error-codes.js";
import { ERRORS, type Repeat } from "../errors/error-table.js";

const REPEATS: Readonly<Record<Repeat, string>> = {
  no: "no",
  after: "after `retryAfterSeconds`",
  yes: "yes",
  maybe: "once the state has changed",
  readFirst: "read first",
  readsOnly: "reads only",
};

/** The README's tables by the name that stands in their marks. */
export const README_TABLES: Readonly<Record<string, () => string>> = {
  settings: () =>
    table(
      ["Variable", "Default", "Meaning"],
      knownSettings().map(({ name, defaultText, sentence }) => [
        `\`${name}\``,
        defaultText,
        sentence,
      ]),
    ),
  errors: () =>
    table(
      ["Code", "HTTP", "Repeat?", "What it means, and what to do"],
      Object.values(ErrorCode).map((code) => {
        const { httpStatus, repeat, message, advice } = ERRORS[code];
        return [
          `\`${code}\``,
          String(httpStatus),
          REPEATS[repeat],
          `${message.en} ${advice.en}`,
        ];
      }),
    ),
  "emulator-settings": () =>
    table(
      ["Setting", "Default", "What nobody outside the vendor knows"],
      describeSettings()
        .filter(({ sentence }) => /\b(?:Open:|[Ii]nferred\b)/.test(sentence))
        .map(({ name, initial, sentence }) => [
          `\`${name}\``,
          `\`${JSON.stringify(initial)}\``,
          sentence.replaceAll(/<(\w+)>/g, "`<$1>`"),
        ]),
    ),
};

/** Settings are declared where `Config` is; naming it here loads them. */
function knownSettings(): ReturnType<typeof settings> {
  void Config;
  return settings();
}

/** The README with each marked table written anew. */
export function withTables(readme: string): string {
  return Object.entries(README_TABLES).reduce((text, [name, make]) => {
    const [begin, end] = [`<!-- table:${name} -->`, `<!-- /table:${name} -->`];
    const from = text.indexOf(begin);
    const to = text.indexOf(end);
    if (from < 0 || to < from) throw new Error(`README.md lacks ${begin}`);
    return `${text.slice(0, from)}${begin}\n\n${make()}\n\n${text.slice(to)}`;
  }, readme);
}

/** A Markdown table with columns of even width, as the formatter writes it. */
function table(
  head: readonly string[],
  rows: readonly (readonly string[])[],
): string {
  const cells = [head, ...rows].map((row) =>
    row.map((cell) => cell.replaceAll("|", "\\|")),
  );
  const widths = head.map((_, column) =>
    Math.max(3, ...cells.map((row) => widthOf(row[column] ?? ""))),
  );
  const line = (row: readonly string[]): string =>
    `| ${row
      .map(
        (cell, column) =>
          cell + " ".repeat((widths[column] ?? 0) - widthOf(cell)),
      )
      .join(" | ")} |`;
  const [first = [], ...rest] = cells;
  const rule = `| ${widths.map((width) => "-".repeat(width)).join(" | ")} |`;
  return [line(first), rule, ...rest.map(line)].join("\n");
}

function widthOf(text: string): number {
  return [...text].length;
}
