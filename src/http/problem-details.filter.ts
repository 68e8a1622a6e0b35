import {
  Catch,
  type ArgumentsHost,
  type ExceptionFilter,
} from "@nestjs/common";
import type { FastifyReply, FastifyRequest } from "fastify";
import { openContext, recordFailure } from "../context/request-context.js";
import { ErrorCode } from "../errors/error-codes.js";
import type { GatewayError } from "../errors/gateway-error.js";
import type { Logger } from "../logging/logger.js";
import { withFieldNames, type FieldNames } from "./field-names.js";
import { asGatewayError, httpError } from "./errors/http-errors.js";
import { PROBLEM_TYPE, toProblem } from "./problem-details.js";

/** Renders exceptions of the REST API. GraphQL has its own error formatter. */
@Catch()
export class ProblemDetailsFilter implements ExceptionFilter {
  constructor(private readonly logger: Logger) {}

  catch(exception: unknown, host: ArgumentsHost): void {
    if (host.getType() !== "http") throw exception;
    const http = host.switchToHttp();
    void sendProblem(
      http.getRequest<FastifyRequest>(),
      http.getResponse<FastifyReply>(),
      exception,
      this.logger,
    );
  }
}

/** Sends an exception as problem details. */
export function sendProblem(
  request: FastifyRequest,
  reply: FastifyReply,
  exception: unknown,
  logger: Logger,
): FastifyReply {
  // There is no context if the request was refused before the first hook.
  const context = request.callContext ?? openContext(request.headers);
  const error = withClosestRoute(asGatewayError(exception), request);
  if (error.code === ErrorCode.INTERNAL) logger.fault(exception, context);
  recordFailure(context.usage, error);
  const problem = toProblem(
    withFieldNames(error, request.routeOptions.config.fieldNames),
    context,
  );
  void reply
    .code(problem.status)
    .header("content-type", PROBLEM_TYPE)
    .header("content-language", context.language);
  if (problem.retryAfterSeconds !== undefined) {
    void reply.header("retry-after", String(problem.retryAfterSeconds));
  }
  return reply.send(JSON.stringify(problem));
}

declare module "fastify" {
  interface FastifyContextConfig {
    /** Names of the route's parameters in errors, where they differ. */
    fieldNames?: FieldNames;
  }
}

/** Adds the closest route to the advice of an error about an unknown URL. */
function withClosestRoute(
  error: GatewayError,
  { server, url }: FastifyRequest,
): GatewayError {
  if (error.reason !== "unknown-route") return error;
  return httpError("unknownRoute", server.closestRoute?.(url));
}
