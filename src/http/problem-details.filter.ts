import {
  Catch,
  HttpException,
  type ArgumentsHost,
  type ExceptionFilter,
} from "@nestjs/common";
import type { FastifyReply, FastifyRequest } from "fastify";
import { openContext } from "../context/request-context.js";
import { ErrorCode } from "../errors/error-codes.js";
import { ERRORS } from "../errors/error-table.js";
import { GatewayError } from "../errors/gateway-error.js";
import type { Logger } from "../logging/logger.js";
import { isRefusalStatus, refusalOf } from "./http-errors.js";
import {
  PROBLEM_TYPE,
  toProblem,
  type HttpRefusal,
} from "./problem-details.js";

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
  const { error, refusal } = toRenderedError(exception);
  if (error.code === ErrorCode.INTERNAL) logger.fault(exception, context);
  reply.failureCode = error.code;
  const problem = toProblem(error, context, refusal);
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
  interface FastifyReply {
    /** Error code of the response, for log and metrics. */
    failureCode?: ErrorCode;
  }
}

interface Rendered {
  readonly error: GatewayError;
  readonly refusal?: HttpRefusal;
}

/**
 * Converts an exception into the error to render. Unknown exceptions become
 * INTERNAL.
 */
export function toRenderedError(exception: unknown): Rendered {
  if (exception instanceof GatewayError) return { error: exception };
  const status = statusOf(exception);
  if (isRefusalStatus(status)) {
    return {
      error: new GatewayError(ErrorCode.BAD_REQUEST),
      refusal: refusalOf(status),
    };
  }
  if (status >= 400 && status < 500) {
    return {
      error: new GatewayError(ErrorCode.BAD_REQUEST),
      refusal: { status, detail: ERRORS.BAD_REQUEST.advice },
    };
  }
  return { error: new GatewayError(ErrorCode.INTERNAL) };
}

/** HTTP status of a framework exception; 500 for any other exception. */
export function statusOf(exception: unknown): number {
  if (exception instanceof HttpException) return exception.getStatus();
  if (
    typeof exception === "object" &&
    exception !== null &&
    "statusCode" in exception &&
    typeof exception.statusCode === "number"
  ) {
    return exception.statusCode;
  }
  return 500;
}
