import { readFileSync } from "node:fs";

/** A JSON value of which nothing is known but that it is an object. */
export type JsonObject = Readonly<Record<string, unknown>>;

export function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/**
 * The object in a JSON file; null, with one problem noted, for anything else.
 * The parser's own message is not passed on: it quotes the file.
 */
export function objectIn(
  path: string,
  setting: string,
  problems: string[],
): JsonObject | null {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch {
    problems.push(`${setting} must name a file that can be read`);
    return null;
  }
  try {
    const value: unknown = JSON.parse(text);
    const line = repeatedMemberIn(text);
    if (line !== null) {
      problems.push(`${setting} ${REPEATED} (line ${line})`);
      return null;
    }
    if (isObject(value)) return value;
  } catch {
    // Told below, together with values that are no objects.
  }
  problems.push(`${setting} must name a file that holds a JSON object`);
  return null;
}

/** The rule that a file breaks in which an object has one member twice. */
export const REPEATED = "must not hold a member twice in one object";

// The closing quote is optional, so that no attempt fails after an opening quote:
// retries at each quote of an unclosed text would take quadratic time.
const JSON_TOKEN = /"(?:[^"\\]|\\.)*"?|[{}[\],:]|\n/g;

/**
 * The line of the first member that stands twice in one object; null where there
 * is none. `JSON.parse` keeps the last one and drops the others silently.
 *
 * @param text well-formed JSON
 */
export function repeatedMemberIn(text: string): number | null {
  const open: Set<string>[] = [];
  let line = 1;
  let last = "";
  for (const [token] of text.matchAll(JSON_TOKEN)) {
    if (token === "\n") {
      line += 1;
      continue;
    }
    if (token === "{" || token === "[") open.push(new Set());
    else if (token === "}" || token === "]") open.pop();
    else if (token === ":") {
      const name = String(JSON.parse(last));
      const members = open.at(-1);
      if (members?.has(name) === true) return line;
      members?.add(name);
    }
    last = token;
  }
  return null;
}

export function isTextList(value: unknown): value is string[] {
  return (
    Array.isArray(value) &&
    value.length > 0 &&
    value.every((one) => typeof one === "string" && one !== "")
  );
}
