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

/** Media type without parameters, as OpenAPI names it. */
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

/** What an example carries beside its code; the rest is the table's. */
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

/** Codes that any operation can end in, whatever it does. */
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

/** Codes that any change can end in besides. */
const OF_CHANGES: readonly ErrorCode[] = [
  ErrorCode.IDEMPOTENCY_KEY_REUSED,
  ErrorCode.IDEMPOTENCY_IN_PROGRESS,
  ErrorCode.STATE_UNAVAILABLE,
  ErrorCode.OUTCOME_UNKNOWN,
];

/** Refused by HTTP itself where a body is read. */
const OF_BODIES: readonly RefusalStatus[] = [413, 415];

/** Every code an operation can end in, from its own and the common ones. */
export function codesOf({ errors, isWrite }: RestOperation): ErrorCode[] {
  const codes = new Set([...OF_EVERY_OPERATION, ...errors]);
  if (isWrite) OF_CHANGES.forEach((code) => codes.add(code));
  return Object.values(ErrorCode).filter((code) => codes.has(code));
}

/** Problem answers of an operation by status, each with an example per code. */
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

/** One problem document per code, rendered as the REST door renders it. */
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
      "Closed list of error codes; the page `/errors/{code}` explains each.",
  },
  Problem: {
    type: "object",
    description: "A failure (RFC 9457).",
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
        description: "Address of the page that explains the code.",
      },
      title: text("What happened, in the language of `Accept-Language`."),
      status: { type: "integer", description: "The HTTP status." },
      detail: text("What to do about it."),
      code: { $ref: "#/components/schemas/ErrorCode" },
      requestId: text("For support cases; also the header `X-Request-Id`."),
      retryable: {
        type: "boolean",
        description:
          "Whether a program may repeat the request without a person's decision.",
      },
      retryAfterSeconds: {
        type: "integer",
        description: "When a repeat makes sense; also `Retry-After`.",
      },
      limit: {
        type: "integer",
        description: "The quota that is used up, where it is known.",
      },
      field: path("Path to the argument at fault.", "array"),
      errors: {
        type: "array",
        description: "With INVALID_INPUT: all violations at once.",
        items: { $ref: "#/components/schemas/ProblemViolation" },
      },
      upstream: { $ref: "#/components/schemas/UpstreamErrorInfo" },
      unsettled: {
        type: "array",
        description:
          "With OUTCOME_UNKNOWN: targets of which it is unknown whether they changed.",
        items: { type: "string" },
      },
    },
  },
  ProblemViolation: {
    type: "object",
    description: "One broken rule.",
    required: ["field", "rule", "message"],
    properties: {
      field: path("Path to the argument; null when none is at fault.", [
        "array",
        "null",
      ]),
      rule: text("Name of the rule, such as `length` or `unknown-field`."),
      message: text("For people; never repeats the value."),
      min: { type: "integer", description: "Lower bound of the rule." },
      max: { type: "integer", description: "Upper bound of the rule." },
    },
  },
} as const satisfies ComponentsObject["schemas"];
