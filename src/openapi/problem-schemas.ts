import type { ComponentsObject, SchemaObject } from "@nestjs/swagger";
import { ErrorCode } from "../errors/error-codes.js";

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
      status: {
        type: "integer",
        description: "HTTP status code.",
        minimum: 400,
        maximum: 599,
      },
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
        minimum: 0,
        description:
          "Seconds to wait before a retry; the same as in the `Retry-After` header.",
      },
      limit: {
        type: "integer",
        minimum: 0,
        description: "The exceeded quota, if known.",
      },
      field: path(
        "Path to the invalid parameter or member of the body.",
        "array",
      ),
      errors: {
        type: "array",
        description: "All violations. Only with INVALID_INPUT.",
        items: { $ref: "#/components/schemas/ProblemViolation" },
      },
      upstream: { $ref: "#/components/schemas/UpstreamErrorInfo" },
      plan: {
        type: "object",
        description:
          "The current plan, when an old plan or a plan with a problem was to be applied.",
      },
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
      min: {
        type: "integer",
        minimum: 0,
        description: "Lower bound of the rule.",
      },
      max: {
        type: "integer",
        minimum: 0,
        description: "Upper bound of the rule.",
      },
    },
  },
} as const satisfies ComponentsObject["schemas"];
