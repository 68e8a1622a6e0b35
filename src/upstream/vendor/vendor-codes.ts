import type { ErrorCode } from "../../errors/error-codes.js";
import {
  classify,
  KNOWN_VENDOR_CODES,
  VENDOR_CODE_PREFIXES,
} from "./vendor-errors.js";

/** Codes that no table lists, by the HTTP status of their response. */
const UNLISTED: readonly (readonly [string, number])[] = [
  ["any other code with HTTP status 429", 429],
  ["any other code with HTTP status 409", 409],
  ["any other code with another HTTP status 4xx", 400],
  ["any other code with HTTP status 5xx", 500],
];

/**
 * Vendor codes that become a gateway code: single codes, prefixes that end in `*`, and
 * codes that only their HTTP status classifies. Empty if only the gateway raises the code.
 */
export function vendorCodesOf(code: ErrorCode): readonly string[] {
  const families = VENDOR_CODE_PREFIXES.filter(
    ([, family]) => family === code,
  ).map(([prefix]) => prefix);
  const listed = KNOWN_VENDOR_CODES.filter(
    (known) => classify(known, 400) === code,
  );
  const unlisted = UNLISTED.filter(
    ([, httpStatus]) => classify("-", httpStatus) === code,
  ).map(([text]) => text);
  return [...listed, ...families.map((prefix) => `${prefix}*`), ...unlisted];
}
