import { type ErrorCode, type Language } from "../../errors/error-codes.js";
import { ERRORS, isRetryable } from "../../errors/error-table.js";
import type { GatewayError } from "../../errors/gateway-error.js";
import { sentenceOf } from "../../errors/rule-sentences.js";
import type {
  CallFailedError,
  ConflictError,
  InvalidInputError,
  NameTakenError,
  NotFoundError,
  QuotaError,
  UserError,
} from "../shapes/user-errors.js";

type Typename =
  | "InvalidInputError"
  | "NameTakenError"
  | "NotFoundError"
  | "ConflictError"
  | "QuotaError";

/** Codes that are data in a payload; every other code is a top-level error. */
export const PAYLOAD_ERRORS: Readonly<Partial<Record<ErrorCode, Typename>>> = {
  INVALID_INPUT: "InvalidInputError",
  NAME_TAKEN: "NameTakenError",
  CONTACT_NOT_FOUND: "NotFoundError",
  BINDING_TARGET_NOT_FOUND: "NotFoundError",
  VERIFICATION_NOT_PENDING: "NotFoundError",
  STATUS_CONFLICT: "ConflictError",
  CONCURRENT_CHANGE: "ConflictError",
  QUOTA_EXCEEDED: "QuotaError",
  VERIFICATION_LIMIT: "QuotaError",
};

/**
 * The payload errors of a failed mutation, one for each violation; null when
 * the error is none the caller can act on.
 */
export function toUserErrors(
  error: GatewayError,
  language: Language,
): UserError[] | null {
  const typename = PAYLOAD_ERRORS[error.code];
  if (typename === undefined) return null;
  const { details } = error;
  const common = {
    code: error.code,
    message: ERRORS[error.code].message[language],
    field: details.field ?? null,
    upstream: details.upstream ?? null,
  };
  const retryAfterSeconds = details.retryAfterSeconds ?? null;
  switch (typename) {
    case "InvalidInputError":
      return (details.violations ?? []).map((violation): InvalidInputError => ({
        ...common,
        __typename: typename,
        message: sentenceOf(violation, language),
        field: violation.field,
        rule: violation.rule,
        min: violation.min ?? null,
        max: violation.max ?? null,
      }));
    case "NameTakenError":
      return [
        one<NameTakenError>({
          ...common,
          __typename: typename,
          name: details.value ?? "",
        }),
      ];
    case "NotFoundError":
      return [
        one<NotFoundError>({
          ...common,
          __typename: typename,
          value: details.value ?? "",
        }),
      ];
    case "ConflictError":
      return [
        one<ConflictError>({
          ...common,
          __typename: typename,
          status: null,
          retryAfterSeconds,
        }),
      ];
    case "QuotaError":
      return [
        one<QuotaError>({
          ...common,
          __typename: typename,
          limit: details.limit ?? null,
          retryAfterSeconds,
        }),
      ];
  }
}

/** The errors of one item among several, whatever their code. */
export function toItemErrors(
  error: GatewayError,
  language: Language,
): UserError[] {
  const { field, upstream, retryAfterSeconds } = error.details;
  return (
    toUserErrors(error, language) ?? [
      one<CallFailedError>({
        __typename: "CallFailedError",
        code: error.code,
        message: ERRORS[error.code].message[language],
        field: field ?? null,
        upstream: upstream ?? null,
        retryable: isRetryable(error.code),
        retryAfterSeconds: retryAfterSeconds ?? null,
      }),
    ]
  );
}

/** Keeps a literal's own type where the list's is wider. */
function one<E extends UserError>(error: E): E {
  return error;
}
