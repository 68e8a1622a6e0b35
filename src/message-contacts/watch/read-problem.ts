import type { Language } from "../../errors/error-codes.js";
import { ERRORS, isRetryable } from "../../errors/error-table.js";
import type { GatewayError } from "../../errors/gateway-error.js";
import type { DeletionProblem } from "../shapes/contact-deletion.js";

/** Why a watched state could not be read, in the API's form. */
export function toReadProblem(
  { code, details }: GatewayError,
  language: Language,
): DeletionProblem {
  return {
    code,
    message: ERRORS[code].message[language],
    retryable: isRetryable(code),
    retryAfterSeconds: details.retryAfterSeconds ?? null,
  };
}
