import type {
  ComponentsObject,
  ExampleObject,
  ResponseObject,
  SchemaObject,
} from "@nestjs/swagger";
import { ErrorCode } from "../errors/error-codes.js";
import { ERRORS } from "../errors/error-table.js";
import {
  GatewayError,
  type GatewayErrorDetails,
} from "../errors/gateway-error.js";
import { refusalOf, type RefusalStatus } from "../http/http-errors.js";
import {
  PROBLEM_TYPE,
  toProblem,
  type Problem,
} from "../http/problem-details.js";
import type { RestOperation } from "./rest-operation.js";

/** Media type without parameters, as OpenAPI requires. */
const PROBLEM_MEDIA_TYPE = PROBLEM_TYPE.split(";")[0] ?? PROBLEM_TYPE;

const REQUEST_ID = "0f4e6c1a-6b1e-4d0b-9d4c-0a6f2f1c7b55";

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
  CONTACT_NOT_FOUND: {
    field: ["contactId"],
    upstream: upstream("EntityNotExists.Contact", 404),
  },
  BINDING_TARGET_NOT_FOUND: {
    field: ["targetIds"],
    upstream: upstream("EntityNotExists.Member", 404),
  },
  NAME_TAKEN: {
    field: ["name"],
    upstream: upstream("InvalidParameter.Name.AlreadyUsed", 409),
  },
  VERIFICATION_NOT_PENDING: {
    field: ["emailAddress"],
    upstream: upstream("EntityNotExists.Contact.Verification", 404),
  },
  STATUS_CONFLICT: { upstream: upstream("ContactStatusMismatchAction", 409) },
  CONCURRENT_CHANGE: {
    retryAfterSeconds: 5,
    upstream: upstream("ConcurrentCallNotSupported", 429),
  },
  CHANGED_MEANWHILE: { field: ["ifMatch"] },
  QUOTA_EXCEEDED: {
    limit: 20,
    upstream: upstream("LimitExceeded.Contacts", 409),
  },
  RATE_LIMITED: { retryAfterSeconds: 1 },
  VERIFICATION_LIMIT: {
    limit: 100,
    retryAfterSeconds: 60,
    upstream: upstream("SendValidateCodeExceedsLimitForAccount", 400),
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

/** Error codes of every operation. */
const OF_EVERY_OPERATION: readonly ErrorCode[] = [
  ErrorCode.BAD_REQUEST,
  ErrorCode.INVALID_INPUT,
  ErrorCode.UNAUTHENTICATED,
  ErrorCode.AUTHENTICATION_UNAVAILABLE,
  ErrorCode.FORBIDDEN,
  ErrorCode.RATE_LIMITED,
  ErrorCode.UPSTREAM_THROTTLED,
  ErrorCode.UPSTREAM_DENIED,
  ErrorCode.UPSTREAM_UNAVAILABLE,
  ErrorCode.GATEWAY_BUSY,
  ErrorCode.INTERNAL,
];

/** Additional error codes of every write. */
const OF_CHANGES: readonly ErrorCode[] = [
  ErrorCode.IDEMPOTENCY_KEY_REUSED,
  ErrorCode.IDEMPOTENCY_IN_PROGRESS,
  ErrorCode.STATE_UNAVAILABLE,
  ErrorCode.OUTCOME_UNKNOWN,
];

/** HTTP errors of operations with a request body. */
const OF_BODIES: readonly RefusalStatus[] = [413, 415];

/** All error codes of an operation: its own and the common ones. */
export function codesOf({ errors, isWrite }: RestOperation): ErrorCode[] {
  const codes = new Set([...OF_EVERY_OPERATION, ...errors]);
  if (isWrite) OF_CHANGES.forEach((code) => codes.add(code));
  return Object.values(ErrorCode).filter((code) => codes.has(code));
}

/** Error responses of an operation by status, each with one example per code. */
export function problemResponses(
  operation: RestOperation,
): Record<string, ResponseObject> {
  const byStatus = new Map<number, ErrorCode[]>();
  for (const code of codesOf(operation)) {
    const { httpStatus } = ERRORS[code];
    byStatus.set(httpStatus, [...(byStatus.get(httpStatus) ?? []), code]);
  }
  const responses: Record<string, ResponseObject> = {};
  for (const [status, codes] of byStatus) {
    const headers = [
      ...(status === 401 ? ["WWW-Authenticate"] : []),
      ...(codes.some((code) => ERRORS[code].repeat === "after")
        ? ["Retry-After"]
        : []),
    ];
    responses[status] = problemResponse(
      codes.map((code) => ERRORS[code].message.en),
      codes,
      headers,
    );
  }
  if (operation.body === undefined) return responses;
  for (const status of OF_BODIES) {
    responses[status] = problemResponse(
      [refusalOf(status).detail.en],
      [`BAD_REQUEST_${status}`],
      [],
    );
  }
  return responses;
}

function problemResponse(
  sentences: readonly string[],
  examples: readonly string[],
  headers: readonly string[],
): ResponseObject {
  return {
    description: sentences.join(" "),
    headers: Object.fromEntries(
      [...headers, "X-Request-Id"].map((name) => [
        name,
        { $ref: `#/components/headers/${name}` },
      ]),
    ),
    content: {
      [PROBLEM_MEDIA_TYPE]: {
        schema: { $ref: "#/components/schemas/Problem" },
        examples: Object.fromEntries(
          examples.map((name) => [
            name,
            { $ref: `#/components/examples/${name}` },
          ]),
        ),
      },
    },
  };
}

/** One problem document per code, rendered like the responses of the REST API. */
export function problemExamples(): Record<string, ExampleObject> {
  const context = { requestId: REQUEST_ID, language: "en" } as const;
  const named = (summary: string, value: Problem): ExampleObject => ({
    summary,
    value,
  });
  return Object.fromEntries([
    ...Object.values(ErrorCode).map((code) => [
      code,
      named(
        ERRORS[code].message.en,
        toProblem(new GatewayError(code, SAMPLE_DETAILS[code]), context),
      ),
    ]),
    ...OF_BODIES.map((status) => [
      `BAD_REQUEST_${status}`,
      named(
        refusalOf(status).detail.en,
        toProblem(
          new GatewayError(ErrorCode.BAD_REQUEST),
          context,
          refusalOf(status),
        ),
      ),
    ]),
  ]) as Record<string, ExampleObject>;
}

const text = (description: string): SchemaObject => ({
  type: "string",
  description,
});

const path = (description: string, type: string | string[]): SchemaObject => ({
  type,
  items: { type: "string" },
  description,
});

/** Schemas of problem documents (RFC 9457). */
export const PROBLEM_SCHEMAS = {
  ErrorCode: {
    type: "string",
    enum: Object.values(ErrorCode),
    description:
      "Closed list of error codes. The page `/errors/{code}` explains each of them.",
  },
  Problem: {
    type: "object",
    description: "Problem details (RFC 9457).",
    required: [
      "type",
      "title",
      "status",
      "detail",
      "code",
      "requestId",
      "retryable",
    ],
    properties: {
      type: {
        type: "string",
        format: "uri-reference",
        description: "URL of the page that explains the code.",
      },
      title: text("Error message in the language of `Accept-Language`."),
      status: { type: "integer", description: "HTTP status code." },
      detail: text("Advice on how to resolve the error."),
      code: { $ref: "#/components/schemas/ErrorCode" },
      requestId: text(
        "Request id for support cases; the same as in the `X-Request-Id` header.",
      ),
      retryable: {
        type: "boolean",
        description:
          "Whether a program may retry the request without a human decision.",
      },
      retryAfterSeconds: {
        type: "integer",
        description:
          "Seconds to wait before a retry; the same as in the `Retry-After` header.",
      },
      limit: {
        type: "integer",
        description: "The exceeded quota, if known.",
      },
      field: path("Path to the invalid argument.", "array"),
      errors: {
        type: "array",
        description: "All violations. Only with INVALID_INPUT.",
        items: { $ref: "#/components/schemas/ProblemViolation" },
      },
      upstream: { $ref: "#/components/schemas/UpstreamErrorInfo" },
      unsettled: {
        type: "array",
        description:
          "Targets whose change may or may not have been applied. Only with OUTCOME_UNKNOWN.",
        items: { type: "string" },
      },
    },
  },
  ProblemViolation: {
    type: "object",
    description: "A violated validation rule.",
    required: ["field", "rule", "message"],
    properties: {
      field: path("Path to the invalid argument; null if there is none.", [
        "array",
        "null",
      ]),
      rule: text("Name of the rule, such as `length` or `unknown-field`."),
      message: text(
        "Message in the language of `Accept-Language`. Never contains the value.",
      ),
      min: { type: "integer", description: "Lower bound of the rule." },
      max: { type: "integer", description: "Upper bound of the rule." },
    },
  },
} as const satisfies ComponentsObject["schemas"];
