import type { ErrorCode } from "../errors/error-codes.js";
import {
  GatewayError,
  type GatewayErrorDetails,
} from "../errors/gateway-error.js";

/** Request id of the examples. */
export const REQUEST_ID = "0f4e6c1a-6b1e-4d0b-9d4c-0a6f2f1c7b55";

const upstream = (
  code: string,
  httpStatus: number,
): GatewayErrorDetails["upstream"] => ({
  code,
  httpStatus,
  requestId: "9B34724D-54B0-4A51-B34D-4512372FE1BE",
});

/** Details of the examples, by code. Everything else comes from the error table. */
const SAMPLE_DETAILS: Readonly<
  Partial<Record<ErrorCode, GatewayErrorDetails>>
> = {
  INVALID_INPUT: {
    violations: [{ field: ["name"], rule: "length", min: 2, max: 12 }],
  },
  REQUEST_TOO_COSTLY: { estimate: 101, limit: 100 },
  CONTACT_NOT_FOUND: {
    field: ["contactId"],
    value: "c-doesNotExist0000",
    upstream: upstream("EntityNotExists.Contact", 404),
  },
  BINDING_TARGET_NOT_FOUND: {
    field: ["targetIds"],
    value: "fd-doesNotExist",
    upstream: upstream("EntityNotExists.Member", 404),
  },
  NAME_TAKEN: {
    field: ["name"],
    value: "tom",
    upstream: upstream("InvalidParameter.Name.AlreadyUsed", 400),
  },
  VERIFICATION_NOT_PENDING: {
    field: ["emailAddress"],
    value: "tom.other@example.com",
    upstream: upstream("EntityNotExists.Contact.Verification", 404),
  },
  STATUS_CONFLICT: { upstream: upstream("ContactStatusMismatchAction", 400) },
  CONCURRENT_CHANGE: {
    retryAfterSeconds: 5,
    upstream: upstream("ConcurrentCallNotSupported", 429),
  },
  QUOTA_EXCEEDED: {
    limit: 20,
    upstream: upstream("LimitExceeded.Contacts", 400),
  },
  RATE_LIMITED: { retryAfterSeconds: 1 },
  VERIFICATION_LIMIT: {
    limit: 100,
    retryAfterSeconds: 60,
    upstream: upstream("SendValidateCodeExceedsLimitForAccount", 409),
  },
  IDEMPOTENCY_IN_PROGRESS: { retryAfterSeconds: 1 },
  UPSTREAM_THROTTLED: {
    retryAfterSeconds: 1,
    upstream: upstream("Throttling.User", 400),
  },
  UPSTREAM_DENIED: { upstream: upstream("NoPermission", 403) },
  AUTHENTICATION_UNAVAILABLE: { retryAfterSeconds: 5 },
  STATE_UNAVAILABLE: { retryAfterSeconds: 1 },
  GATEWAY_BUSY: { retryAfterSeconds: 1 },
};

/** An error of a code, with typical details. */
export function sampleError(code: ErrorCode): GatewayError {
  return new GatewayError(code, SAMPLE_DETAILS[code]);
}
