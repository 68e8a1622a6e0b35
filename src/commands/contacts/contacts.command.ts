import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { extname } from "node:path";
import { UsageError, type Options, type Run } from "../cli/command-line.js";
import type { Action, ActionContext } from "./action.js";
import {
  parseAnswer,
  withoutPersonalData,
  type CoverageAnswer,
  type PlanAnswer,
} from "./answers.js";
import { checkUsage } from "./check-usage.js";
import { connect } from "./connect.js";
import type { FileBody } from "./gateway-client.js";
import { pending } from "./pending.js";
import { ProgressLine, progressTerminal } from "./progress-line.js";
import { coverageText, planText, resultsText } from "./texts.js";
import { watchDeletion } from "./watch-deletion.js";

/** Exit code for gaps and differences. */
const DIFFERENT = 2;

/** Media type of a file, by its extension. */
const TYPES: Readonly<Record<string, string>> = {
  ".csv": "text/csv",
  // YAML contains JSON. Its parser accepts a list alone, and names the lines of errors.
  ".json": "application/yaml",
  ".yaml": "application/yaml",
  ".yml": "application/yaml",
};

const ACTIONS: Readonly<Record<string, Action>> = {
  coverage,
  plan: async (context) => {
    const { options, out } = context;
    const plan = await planOf(context);
    out(shown(plan, options));
    if (plan.problems.length > 0) return 1;
    return plan.isEmpty ? 0 : DIFFERENT;
  },
  apply,
  import: apply,
  export: async ({ client, options, out, progress }) => {
    const { format = "yaml" } = options;
    const query = new URLSearchParams({
      format: String(format),
      personal: String(options["personal"] === true),
    });
    progress.show("Reading contacts");
    const { text } = await client.send("GET", `/v1/export?${query.toString()}`);
    out(text);
    return 0;
  },
  pending,
  "watch-deletion": watchDeletion,
};

/**
 * Compares, exports and changes all contacts, through a running gateway or through one
 * that it starts for itself.
 */
export const runContacts: Run = async (
  options,
  [name, argument],
  { out, terminal },
) => {
  const action = ACTIONS[name ?? ""];
  if (action === undefined || name === undefined || name === "") {
    throw new UsageError(
      `Name what to do: ${Object.keys(ACTIONS).join(", ")}.`,
      "contacts",
    );
  }
  checkUsage(name, options, argument);
  const alias = aliasIn(options);
  const progress = new ProgressLine(
    options["json"] === true ? null : progressTerminal(terminal, process.env),
  );
  try {
    progress.show("Connecting");
    const { client, isDirect, close } = await connect(process.env, alias);
    try {
      return await action({
        client,
        isDirect,
        options,
        argument,
        progress,
        out: (text) => progress.around(() => out(text)),
      });
    } finally {
      await close();
    }
  } finally {
    progress.end();
  }
};

/** Alias of a directory, as DIRECTORIES_FILE defines it. */
function aliasIn({ directory }: Options): string | undefined {
  if (typeof directory !== "string") return undefined;
  if (/^[a-z][a-z0-9-]{0,31}$/.test(directory)) return directory;
  throw new UsageError(
    "--directory must be an alias of 1 to 32 characters of a-z 0-9 -.",
    "contacts",
  );
}

async function coverage({
  client,
  options,
  out,
  progress,
}: ActionContext): Promise<number> {
  const label = "Reading accounts and contacts";
  progress.show(label);
  const items: CoverageAnswer["items"] = [];
  for (let pageNumber = 1; ; pageNumber += 1) {
    const path = `/v1/coverage?pageSize=1000&pageNumber=${pageNumber}`;
    const { text } = await client.send("GET", path);
    const page = parseAnswer("coverage", text);
    items.push(...page.items);
    progress.show(label, { done: items.length, total: page.totalCount });
    const { summary } = page;
    if (page.hasNextPage) continue;
    out(
      options["json"] === true
        ? `${JSON.stringify({ summary, items })}\n`
        : coverageText(items, summary),
    );
    const hasGaps = summary.accountsWithGaps > 0;
    return hasGaps && options["fail-on-gaps"] === true ? DIFFERENT : 0;
  }
}

/** Repeats the import while it makes progress, because one request has a time limit. */
async function apply({
  client,
  options,
  argument,
  out,
  progress,
}: ActionContext): Promise<number> {
  const body = bodyOf(argument);
  const label = "Making changes";
  progress.show(label);
  let made = 0;
  for (;;) {
    const query = new URLSearchParams(pruneIn(options));
    const { text } = await client.send(
      "POST",
      `/v1/import?${query.toString()}`,
      body,
      { "idempotency-key": randomUUID() },
    );
    const { results } = parseAnswer("results", text);
    const done = results.filter(({ status }) => status === "DONE").length;
    const left = results.length - done;
    made += done;
    progress.show(label, { done: made, total: made + left });
    out(
      options["json"] === true
        ? `${JSON.stringify({ results })}\n`
        : resultsText(results),
    );
    if (left === 0) return 0;
    const hasFailed = results.some(({ status }) => status === "FAILED");
    if (hasFailed || done === 0) return 1;
  }
}

async function planOf({
  client,
  options,
  argument,
  progress,
}: ActionContext): Promise<PlanAnswer> {
  const body = bodyOf(argument);
  progress.show("Comparing the file with the directory");
  const query = new URLSearchParams(pruneIn(options));
  const path = `/v1/plan?${query.toString()}`;
  const { text } = await client.send("POST", path, body);
  const plan = parseAnswer("plan", text);
  return options["personal"] === true ? plan : withoutPersonalData(plan);
}

function pruneIn(options: Options): Record<string, string> {
  return options["prune"] === true ? { prune: "true" } : {};
}

function shown(plan: PlanAnswer, { json }: Options): string {
  return json === true ? `${JSON.stringify(plan)}\n` : planText(plan);
}

function bodyOf(file: string | undefined): FileBody {
  if (file === undefined) {
    throw new UsageError("The file with the contacts is missing.", "contacts");
  }
  const type = TYPES[extname(file).toLowerCase()];
  if (type === undefined) {
    throw new UsageError(
      "The file must end in .csv, .json, .yaml or .yml.",
      "contacts",
    );
  }
  try {
    return { type, bytes: new Uint8Array(readFileSync(file)) };
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new Error(
      code === "ENOENT"
        ? `${file} does not exist.`
        : `${file} cannot be read (${String(code)}).`,
    );
  }
}
