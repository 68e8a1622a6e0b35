import type { FastifyReply, FastifyRequest } from "fastify";
import { recordFailure } from "../context/request-context.js";
import { ERRORS } from "../errors/error-table.js";
import { asGatewayError } from "../http/errors/http-errors.js";
import { toGraphqlError } from "./graphql-error.formatter.js";
import { NotByGet } from "./request/malformed.js";
import { DEFAULT_MEDIA_TYPE, graphqlMediaType } from "./request/media-type.js";

/**
 * Answers a rejected request with a GraphQL error response (`{ "errors": [...] }`),
 * in the media type that the client accepts.
 */
export function refuseGraphql(
  { callContext: context, headers }: FastifyRequest,
  reply: FastifyReply,
  cause: unknown,
): FastifyReply {
  const error = asGatewayError(cause);
  recordFailure(context.usage, error);
  const { retryAfterSeconds, httpStatus } = error.details;
  if (retryAfterSeconds !== undefined) {
    void reply.header("retry-after", String(retryAfterSeconds));
  }
  let status = httpStatus ?? ERRORS[error.code].httpStatus;
  if (error instanceof NotByGet) {
    status = error.httpStatus;
    void reply.header("allow", error.allow);
  }
  return reply
    .code(status)
    .header(
      "content-type",
      graphqlMediaType(headers.accept) ?? DEFAULT_MEDIA_TYPE,
    )
    .send(JSON.stringify({ errors: [toGraphqlError(error, context)] }));
}
