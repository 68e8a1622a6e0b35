import type { FastifyReply, FastifyRequest } from "fastify";
import { recordFailure, type Usage } from "../context/request-context.js";
import { isObject } from "../config/files/json-file.js";
import { ErrorCode } from "../errors/error-codes.js";
import { ERRORS } from "../errors/error-table.js";
import {
  GatewayError,
  type GatewayErrorDetails,
} from "../errors/gateway-error.js";
import { toGraphqlError } from "./graphql-error.formatter.js";
import { asGatewayError } from "../http/errors/http-errors.js";

const GRAPHQL_JSON = "application/json; charset=utf-8";

/**
 * Error for a body that is not a GraphQL request, or whose document is unknown or not
 * allowed.
 */
export function malformedRequest(body: unknown): GatewayError {
  const isKnownForm =
    isObject(body) &&
    (typeof body["query"] === "string" ||
      typeof body["documentId"] === "string" ||
      isObject(body["extensions"]));
  return new GatewayError(
    ErrorCode.BAD_REQUEST,
    isKnownForm ? UNKNOWN_DOCUMENT : NOT_GRAPHQL,
  );
}

const UNKNOWN_DOCUMENT: GatewayErrorDetails = {
  reason: "unknown-document",
  problem: {
    en: "The request is malformed, or its document is unknown or not allowed.",
    zh: "请求格式错误，或其中的文档未登记或不被允许。",
  },
  advice: {
    en: "Send `query` as text, or the id of a registered document (`documentId`). `operationName` must be text, and `variables` an object.",
    zh: "请以文本形式发送 `query`，或发送已登记文档的 ID（`documentId`）。`operationName` 须为文本，`variables` 须为对象。",
  },
};

const NOT_GRAPHQL: GatewayErrorDetails = {
  reason: "graphql-request",
  problem: {
    en: "The body is not a GraphQL request.",
    zh: "请求正文不是 GraphQL 请求。",
  },
  advice: {
    en: 'Send one JSON object with the member `query`, for example {"query":"{ messageContacts { totalCount } }"}. Batches are not supported.',
    zh: '请发送一个包含成员 `query` 的 JSON 对象，例如 {"query":"{ messageContacts { totalCount } }"}。不支持批量请求。',
  },
};

/** Answers a rejected request with a GraphQL error response (`{ "errors": [...] }`). */
export function refuseGraphql(
  { callContext: context }: FastifyRequest,
  reply: FastifyReply,
  cause: unknown,
): FastifyReply {
  const error = asGatewayError(cause);
  recordFailure(context.usage, error);
  const { retryAfterSeconds, httpStatus } = error.details;
  if (retryAfterSeconds !== undefined) {
    void reply.header("retry-after", String(retryAfterSeconds));
  }
  return reply
    .code(httpStatus ?? ERRORS[error.code].httpStatus)
    .header("content-type", GRAPHQL_JSON)
    .send(JSON.stringify({ errors: [toGraphqlError(error, context)] }));
}

/** Records a refusal for which Apollo Server calls no plugin. */
export function recordEarlyRefusal(usage: Usage, status: number): void {
  const reason = status === 406 ? "not-acceptable" : "foreign-request";
  recordFailure(usage, new GatewayError(ErrorCode.BAD_REQUEST, { reason }));
}
