import { type ErrorCode } from "../errors/error-codes.js";
import { ERRORS } from "../errors/error-table.js";

/**
 * Checks of what comes out of the store: anybody who can write to it may have
 * written it, another version of this program among them.
 */
export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

export function isShortText(
  value: unknown,
  maxLength: number,
): value is string {
  return typeof value === "string" && value !== "" && value.length <= maxLength;
}

export function isErrorCode(value: unknown): value is ErrorCode {
  return typeof value === "string" && Object.hasOwn(ERRORS, value);
}

/** An RFC 3339 instant in UTC, as this program writes it. */
export function isInstant(value: unknown): value is string {
  return (
    typeof value === "string" &&
    /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/.test(value) &&
    !Number.isNaN(Date.parse(value))
  );
}

/** The value of a JSON text; null for anything that is none. */
export function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return null;
  }
}
