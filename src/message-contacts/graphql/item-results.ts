import type { RequestContext } from "../../context/request-context.js";
import type { Language } from "../../errors/error-codes.js";
import { isRetryable } from "../../errors/error-table.js";
import { textOf } from "../../errors/error-text.js";
import type { GatewayError } from "../../errors/gateway-error.js";
import type { ItemOutcome } from "../bulk/run-in-order.js";
import { ItemStatus } from "../shapes/enums.js";
import type { CallFailedError, UserError } from "../shapes/user-errors.js";
import { toUserErrors } from "./user-errors.mapper.js";

/** Result of one item in a payload. */
export interface ItemResult {
  readonly status: ItemStatus;
  readonly errors: UserError[];
}

/** Describes the outcome of one item. */
export function resultOf(
  outcome: ItemOutcome<unknown>,
  { language }: Pick<RequestContext, "language">,
): ItemResult {
  return {
    status: ItemStatus[outcome.status],
    errors:
      outcome.status === "FAILED" ? toItemErrors(outcome.error, language) : [],
  };
}

function toItemErrors(error: GatewayError, language: Language): UserError[] {
  const { field, upstream, retryAfterSeconds } = error.details;
  const callFailed: CallFailedError = {
    __typename: "CallFailedError",
    code: error.code,
    message: textOf(error, language),
    field: field ?? null,
    upstream: upstream ?? null,
    retryable: isRetryable(error.code),
    retryAfterSeconds: retryAfterSeconds ?? null,
  };
  return toUserErrors(error, language) ?? [callFailed];
}
