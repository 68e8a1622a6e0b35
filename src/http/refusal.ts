import type { FastifyReply, FastifyRequest } from "fastify";
import type { Logger } from "../logging/logger.js";
import { sendProblem } from "./problem-details.filter.js";

/** Answers a request with an error, in the format of one API. */
export type RefusalRenderer = (
  request: FastifyRequest,
  reply: FastifyReply,
  reason: unknown,
  logger: Logger,
) => FastifyReply;

declare module "fastify" {
  interface FastifyContextConfig {
    /** Renders the errors of hooks for this route; `sendProblem` by default. */
    refuse?: RefusalRenderer;
  }
}

/** Answers a request that a hook rejects, with the renderer of its route. */
export function refuse(
  request: FastifyRequest,
  reply: FastifyReply,
  reason: unknown,
  logger: Logger,
): FastifyReply {
  const { refuse: render = sendProblem } = request.routeOptions.config;
  return render(request, reply, reason, logger);
}
