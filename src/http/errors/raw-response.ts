import { STATUS_CODES, type IncomingHttpHeaders } from "node:http";
import { openContext, recordFailure } from "../../context/request-context.js";
import type { GatewayError } from "../../errors/gateway-error.js";
import type { Logger } from "../../logging/logger.js";
import { logRequest } from "../../logging/request-line.js";
import { PROBLEM_TYPE, toProblem } from "../problem-details.js";

/**
 * Returns the response to a request that never reaches Fastify, as text for its
 * socket, and logs the request.
 *
 * @param headers those of the request, as far as they were parsed
 */
export function rawResponse(
  error: GatewayError,
  headers: IncomingHttpHeaders,
  logger: Logger,
): string {
  const context = openContext(headers);
  recordFailure(context.usage, error);
  const problem = toProblem(error, context);
  const { status } = problem;
  logRequest(logger, context, { route: "none", status });
  const body = JSON.stringify(problem);
  return [
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
    `content-type: ${PROBLEM_TYPE}`,
    `content-language: ${context.language}`,
    `content-length: ${Buffer.byteLength(body)}`,
    `x-request-id: ${context.requestId}`,
    "connection: close",
    "",
    body,
  ].join("\r\n");
}
