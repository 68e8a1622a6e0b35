import type { RawQuery } from "../../message-contacts/rest/rest-input.js";

/** Parameters that are not text. */
export interface QueryTypes {
  readonly integers?: readonly string[];
  readonly booleans?: readonly string[];
  /** Parameters that may be repeated. */
  readonly lists?: readonly string[];
}

/** An integer as JSON writes it, with at most as many digits as a number holds exactly. */
const INTEGER = /^-?(?:0|[1-9]\d{0,14})$/;

/** Converts the values of a query string; leaves invalid values as text for validation. */
export function queryValues(
  query: RawQuery,
  { integers = [], booleans = [], lists = [] }: QueryTypes,
): Record<string, unknown> {
  // Without a prototype, so that `__proto__` is an ordinary name.
  const values = Object.create(null) as Record<string, unknown>;
  for (const [name, value] of Object.entries(query)) {
    if (lists.includes(name)) values[name] = [value].flat();
    else if (typeof value !== "string") values[name] = value;
    else if (integers.includes(name) && INTEGER.test(value)) {
      values[name] = Number(value);
    } else if (booleans.includes(name) && /^(?:true|false)$/.test(value)) {
      values[name] = value === "true";
    } else values[name] = value;
  }
  return values;
}
