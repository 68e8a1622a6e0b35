import { readFileSync } from "node:fs";
import type { z } from "zod";

/** A JSON object with unknown members. */
export type JsonObject = Readonly<Record<string, unknown>>;

export function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** A parsed value, or the problems of its text, one sentence each. */
export type Parsed<T> =
  | { readonly value: T; readonly problems: readonly [] }
  | { readonly value: null; readonly problems: readonly string[] };

/** Problem of a file that cannot be opened. */
export const UNREADABLE = "the file cannot be read";

/**
 * Reads a JSON file and validates it with a schema.
 *
 * Problems name the entry and the reason, and never a value of the file.
 */
export function readJsonFile<T>(path: string, schema: z.ZodType<T>): Parsed<T> {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch {
    return { value: null, problems: [UNREADABLE] };
  }
  return parseJson(text, schema);
}

/** Parses JSON text and validates it with a schema, as `readJsonFile` does. */
export function parseJson<T>(text: string, schema: z.ZodType<T>): Parsed<T> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    // The message of the parser quotes the file, which may contain secrets.
    return { value: null, problems: ["the file must contain JSON"] };
  }
  const line = lineOfDuplicate(text);
  if (line !== null) {
    const problem = `the file must not contain a member twice in one object (line ${line})`;
    return { value: null, problems: [problem] };
  }
  const result = schema.safeParse(value);
  return result.success
    ? { value: result.data, problems: [] }
    : { value: null, problems: result.error.issues.flatMap(sentencesOf) };
}

/** Of a union that no branch fits, the last branch is reported, the most general one. */
function sentencesOf(issue: z.core.$ZodIssue): string[] {
  if (issue.code === "invalid_union") {
    return (issue.errors.at(-1) ?? []).flatMap((inner) =>
      sentencesOf({ ...inner, path: [...issue.path, ...inner.path] }),
    );
  }
  return [`${pathText(issue.path) || "the file"} ${issue.message}`];
}

function pathText(path: readonly PropertyKey[]): string {
  return path
    .map((part) =>
      typeof part === "number" ? `[${part}]` : `.${String(part)}`,
    )
    .join("")
    .replace(/^\./, "");
}

// The closing quote is optional, so that no attempt fails after an opening quote:
// retries at each quote of an unclosed text would take quadratic time.
const JSON_TOKEN = /"(?:[^"\\]|\\.)*"?|[{}[\],:]|\n/g;

/**
 * The line of the first member that occurs twice in one object; null if there is none.
 * `JSON.parse` keeps the last one and silently drops the others.
 *
 * @param text well-formed JSON
 */
function lineOfDuplicate(text: string): number | null {
  const open: Set<string>[] = [];
  let line = 1;
  let previous = "";
  for (const [token] of text.matchAll(JSON_TOKEN)) {
    if (token === "\n") {
      line += 1;
      continue;
    }
    if (token === "{" || token === "[") open.push(new Set());
    else if (token === "}" || token === "]") open.pop();
    else if (token === ":") {
      const name = String(JSON.parse(previous));
      const members = open.at(-1);
      if (members?.has(name) === true) return line;
      members?.add(name);
    }
    previous = token;
  }
  return null;
}
