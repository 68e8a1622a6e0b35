import "reflect-metadata";
import { readFileSync } from "node:fs";
import { parse } from "yaml";
import { settings } from "../config/settings.js";
import { describeSettings } from "../emulator/settings.js";
import { ErrorCode } from "../errors/error-codes.js";
import type { Repeat } from "../errors/error-row.js";
import { ERRORS } from "../errors/error-table.js";
import { REASONS } from "../errors/refusal-reasons.js";
import { EVENTS } from "../logging/events.js";
import { markdownTable } from "./markdown-table.js";

const REPEATS: Readonly<Record<Repeat, string>> = {
  no: "no",
  after: "after `retryAfterSeconds`",
  yes: "yes",
  maybe: "once the state has changed",
  readFirst: "read first",
  readsOnly: "reads only",
};

/** Text that is generated into a file of the documentation, most often a table. */
export interface GeneratedTable {
  /** Path of the file, from the root of the repository. */
  readonly file: string;
  readonly render: () => string;
}

/** All generated tables, by the name in the markers around them. */
export const GENERATED_TABLES: Readonly<Record<string, GeneratedTable>> = {
  settings: {
    file: "docs/configuration.md",
    render: () =>
      markdownTable(
        ["Variable", "Default", "Meaning"],
        settings().map(({ name, alias, defaultText, description }) => [
          alias === undefined ? `\`${name}\`` : `\`${name}\`, \`${alias}\``,
          defaultText,
          description,
        ]),
      ),
  },
  errors: {
    file: "docs/errors.md",
    render: () =>
      markdownTable(
        ["Code", "HTTP", "Retry?", "Meaning and advice"],
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
  },
  alerts: { file: "docs/operations.md", render: runbook },
  reasons: {
    file: "docs/operations.md",
    render: () =>
      markdownTable(
        ["`reason`", "Cause"],
        Object.entries(REASONS).map(([reason, cause]) => [
          `\`${reason}\``,
          cause,
        ]),
      ),
  },
  events: {
    file: "docs/operations.md",
    render: () =>
      markdownTable(
        ["`event`", "Meaning"],
        Object.entries(EVENTS).map(([event, meaning]) => [
          `\`${event}\``,
          meaning,
        ]),
      ),
  },
  "emulator-settings": {
    file: "docs/emulator.md",
    render: () =>
      markdownTable(
        ["Setting", "Default", "What the vendor does not document"],
        describeSettings()
          .filter(({ sentence }) => /\b(?:Open:|[Ii]nferred\b)/.test(sentence))
          .map(({ name, initial, sentence }) => [
            `\`${name}\``,
            `\`${JSON.stringify(initial)}\``,
            sentence.replaceAll(/<(\w+)>/g, "`<$1>`"),
          ]),
      ),
  },
};

/** Files that contain a generated table. */
export const FILES_WITH_TABLES: readonly string[] = [
  ...new Set(Object.values(GENERATED_TABLES).map(({ file }) => file)),
];

/**
 * Returns the text of a documentation file with its generated tables up to date.
 *
 * @throws {Error} when the markers of a table are missing
 */
export function withTables(file: string, text: string): string {
  return Object.entries(GENERATED_TABLES)
    .filter(([, table]) => table.file === file)
    .reduce((before, [name, { render }]) => {
      const begin = `<!-- table:${name} -->`;
      const end = `<!-- /table:${name} -->`;
      const from = before.indexOf(begin);
      const to = before.indexOf(end);
      if (from < 0 || to < from) throw new Error(`${file} lacks ${begin}`);
      return `${before.slice(0, from)}${begin}\n\n${render()}\n\n${before.slice(to)}`;
    }, text);
}

interface AlertRule {
  readonly alert: string;
  readonly labels: { readonly severity: string };
  readonly annotations: {
    readonly summary: string;
    readonly description: string;
  };
}

/** A section for each alert, to which its annotation `runbook` points. */
function runbook(): string {
  const { groups } = parse(
    readFileSync("deploy/prometheus/alerts.yaml", "utf8"),
  ) as { groups: { rules: AlertRule[] }[] };
  return groups
    .flatMap(({ rules }) => rules)
    .map(({ alert, labels, annotations }) => {
      const what = annotations.summary.replaceAll(
        /\{\{ \$labels\.(\w+) \}\}/g,
        "`$1`",
      );
      return `### ${alert}\n\n${labels.severity}: ${what} ${annotations.description}`;
    })
    .join("\n\n");
}
