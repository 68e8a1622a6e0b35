import { createParamDecorator, type ExecutionContext } from "@nestjs/common";
import type { FastifyRequest } from "fastify";
import type {
  RequestContext,
  RequestTrace,
} from "../context/request-context.js";

declare module "fastify" {
  interface FastifyRequest {
    /** Opened by the first hook of every request. */
    callContext: RequestContext;
    /** There from the start, while traces are on. */
    trace?: RequestTrace;
  }
}

/** Hands a controller the context of its request. */
export const CallContext = createParamDecorator(
  (_: unknown, host: ExecutionContext): RequestContext =>
    host.switchToHttp().getRequest<FastifyRequest>().callContext,
);
