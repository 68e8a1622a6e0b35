import { createParamDecorator, type ExecutionContext } from "@nestjs/common";
import type { FastifyRequest } from "fastify";
import type {
  OpenContext,
  RequestContext,
  RequestTrace,
} from "../context/request-context.js";

declare module "fastify" {
  interface FastifyRequest {
    /** Opened by the first request hook, frozen before the handler runs. */
    callContext: OpenContext;
    /** Set before the context is opened, while tracing is on. */
    trace?: RequestTrace;
  }
}

/** Injects the request context into a controller method. */
export const CallContext = createParamDecorator(
  (_: unknown, host: ExecutionContext): RequestContext =>
    host.switchToHttp().getRequest<FastifyRequest>().callContext,
);
