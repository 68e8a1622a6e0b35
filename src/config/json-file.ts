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
    if (isObject(value)) return value;
  } catch {
    // Told below, together with values that are no objects.
  }
  problems.push(`${setting} must name a file that holds a JSON object`);
  return null;
}

export function isTextList(value: unknown): value is string[] {
  return (
    Array.isArray(value) &&
    value.length > 0 &&
    value.every((one) => typeof one === "string" && one !== "")
  );
}
