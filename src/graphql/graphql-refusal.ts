import type { FastifyReply, FastifyRequest } from "fastify";
import { ERRORS } from "../errors/error-table.js";
import { toGraphqlError } from "./graphql-error.formatter.js";
import { toRenderedError } from "../http/problem-details.filter.js";

const GRAPHQL_JSON = "application/json; charset=utf-8";

/** Answers a rejected request with a GraphQL error response (`{ "errors": [...] }`). */
export function refuseGraphql(
  { callContext: context }: FastifyRequest,
  reply: FastifyReply,
  cause: unknown,
): FastifyReply {
  const { error, refusal } = toRenderedError(cause);
  reply.failureCode = error.code;
  const rendered = toGraphqlError(error, context);
  const message = refusal?.detail[context.language] ?? rendered.message;
  const { retryAfterSeconds } = error.details;
  if (retryAfterSeconds !== undefined) {
    void reply.header("retry-after", String(retryAfterSeconds));
  }
  return reply
    .code(refusal?.status ?? ERRORS[error.code].httpStatus)
    .header("content-type", GRAPHQL_JSON)
    .send(JSON.stringify({ errors: [{ ...rendered, message }] }));
}
