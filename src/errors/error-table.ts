import { CLIENT_ERRORS } from "./client-errors.js";
import type { ErrorCode } from "./error-codes.js";
import type { ErrorRow } from "./error-row.js";
import { SERVICE_ERRORS } from "./service-errors.js";

/**
 * The public meaning of each error code. GraphQL, REST, logs and docs are rendered from
 * it.
 */
export const ERRORS: Readonly<Record<ErrorCode, ErrorRow>> = {
  ...CLIENT_ERRORS,
  ...SERVICE_ERRORS,
};

/**
 * Whether a client may retry automatically. False for `maybe` and `readFirst`, where a
 * client has to read the current state first.
 */
export function isRetryable(code: ErrorCode): boolean {
  const { repeat } = ERRORS[code];
  return repeat === "yes" || repeat === "after";
}
