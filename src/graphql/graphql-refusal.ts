import type { FastifyReply, FastifyRequest } from "fastify";
import { recordFailure } from "../context/request-context.js";
import { ERRORS } from "../errors/error-table.js";
import { toGraphqlError } from "./graphql-error.formatter.js";
import { asGatewayError } from "../http/errors/http-errors.js";

const GRAPHQL_JSON = "application/json; charset=utf-8";

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
