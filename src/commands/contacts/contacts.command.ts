import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { extname } from "node:path";
import { UsageError, type Options, type Run } from "../cli/command-line.js";
import type { Action } from "./action.js";
import {
  parseAnswer,
  withoutPersonalData,
  type CoverageAnswer,
  type PlanAnswer,
} from "./answers.js";
import { GatewayClient, type FileBody } from "./gateway-client.js";
import { pending } from "./pending.js";
import { coverageText, planText, resultsText } from "./texts.js";
import { watchDeletion } from "./watch-deletion.js";

/** Exit code for gaps and drift. */
const DIFFERENT = 2;

/** Media type of a file, by its extension. */
const TYPES: Readonly<Record<string, string>> = {
  ".csv": "text/csv",
  ".json": "application/json",
  ".yaml": "application/yaml",
  ".yml": "application/yaml",
};

const ACTIONS: Readonly<Record<string, Action>> = {
  coverage,
  plan: async (client, options, file, out) => {
    const plan = await planOf(client, options, bodyOf(file));
    out(shown(plan, options));
    if (plan.problems.length > 0) return 1;
    return plan.isEmpty ? 0 : DIFFERENT;
  },
  apply,
  import: apply,
  export: async (client, options, _argument, out) => {
    const { format = "yaml" } = options;
    const query = new URLSearchParams({
      format: String(format),
      personal: String(options["personal"] === true),
    });
    const { text } = await client.send("GET", `/v1/export?${query.toString()}`);
    out(text);
    return 0;
  },
  pending,
  "watch-deletion": watchDeletion,
};

/** Compares, exports and changes all contacts through a running gateway. */
export const runContacts: Run = async (options, [name, argument], { out }) => {
  const action = ACTIONS[name ?? ""];
  if (action === undefined || (name ?? "") === "") {
    throw new UsageError(
      `Name what to do: ${Object.keys(ACTIONS).join(", ")}.`,
      "contacts",
    );
  }
  const client = GatewayClient.fromEnvironment(process.env);
  return action(client, options, argument, out);
};

async function coverage(
  client: GatewayClient,
  options: Options,
  _argument: string | undefined,
  out: (text: string) => unknown,
): Promise<number> {
  const items: CoverageAnswer["items"] = [];
  for (let pageNumber = 1; ; pageNumber += 1) {
    const path = `/v1/coverage?pageSize=1000&pageNumber=${pageNumber}`;
    const { text } = await client.send("GET", path);
    const page = parseAnswer("coverage", text);
    items.push(...page.items);
    const { summary } = page;
    if (page["hasNextPage"] === true) continue;
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
async function apply(
  client: GatewayClient,
  options: Options,
  file: string | undefined,
  out: (text: string) => unknown,
): Promise<number> {
  const body = bodyOf(file);
  for (;;) {
    const query = new URLSearchParams(pruneIn(options));
    const { text } = await client.send(
      "POST",
      `/v1/import?${query.toString()}`,
      body,
      { "idempotency-key": randomUUID() },
    );
    const { results } = parseAnswer("results", text);
    out(
      options["json"] === true
        ? `${JSON.stringify({ results })}\n`
        : resultsText(results),
    );
    if (results.every(({ status }) => status === "DONE")) return 0;
    const hasFailed = results.some(({ status }) => status === "FAILED");
    const hasProgress = results.some(({ status }) => status === "DONE");
    if (hasFailed || !hasProgress) return 1;
  }
}

async function planOf(
  client: GatewayClient,
  options: Options,
  body: FileBody,
): Promise<PlanAnswer> {
  const query = new URLSearchParams({ dryRun: "true", ...pruneIn(options) });
  const path = `/v1/import?${query.toString()}`;
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
  } catch {
    throw new Error(`${file} cannot be read.`);
  }
}
