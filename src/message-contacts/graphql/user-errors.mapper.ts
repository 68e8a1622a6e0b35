import { type ErrorCode, type Language } from "../../errors/error-codes.js";
import { textOf } from "../../errors/error-text.js";
import type { GatewayError } from "../../errors/gateway-error.js";
import { sentenceOf } from "../../errors/rule-sentences.js";
import type {
  ChangedMeanwhileError,
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
  | "ChangedMeanwhileError"
  | "QuotaError";

/** Codes that are returned in the payload; all others are top-level errors. */
export const PAYLOAD_ERRORS: Readonly<Partial<Record<ErrorCode, Typename>>> = {
  INVALID_INPUT: "InvalidInputError",
  NAME_TAKEN: "NameTakenError",
  CONTACT_NOT_FOUND: "NotFoundError",
  BINDING_TARGET_NOT_FOUND: "NotFoundError",
  VERIFICATION_NOT_PENDING: "NotFoundError",
  STATUS_CONFLICT: "ConflictError",
  CONCURRENT_CHANGE: "ConflictError",
  CHANGED_MEANWHILE: "ChangedMeanwhileError",
  QUOTA_EXCEEDED: "QuotaError",
  VERIFICATION_LIMIT: "QuotaError",
};

/**
 * Converts an error to payload errors, one for each violation. Returns null for an error
 * that the caller cannot resolve.
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
    message: textOf(error, language),
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
        typed<NameTakenError>({
          ...common,
          __typename: typename,
          name: details.value ?? "",
        }),
      ];
    case "NotFoundError":
      return [
        typed<NotFoundError>({
          ...common,
          __typename: typename,
          value: details.value ?? "",
        }),
      ];
    case "ConflictError":
      return [
        typed<ConflictError>({
          ...common,
          __typename: typename,
          status: null,
          retryAfterSeconds,
        }),
      ];
    case "ChangedMeanwhileError":
      return [
        typed<ChangedMeanwhileError>({
          ...common,
          __typename: typename,
          currentEtag: details.value ?? "",
        }),
      ];
    case "QuotaError":
      return [
        typed<QuotaError>({
          ...common,
          __typename: typename,
          limit: details.limit ?? null,
          retryAfterSeconds,
        }),
      ];
  }
}

/** Checks a literal against its own type, where the list has a wider one. */
function typed<E extends UserError>(error: E): E {
  return error;
}
