import type { FastifyReply, FastifyRequest } from "fastify";
import type { Logger } from "../logging/logger.js";
import { sendProblem } from "./problem-details.filter.js";

/**
 * Headers of every response. Pages with scripts override the content security
 * policy.
 */
export const COMMON_HEADERS = {
  "cache-control": "no-store",
  "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
  "referrer-policy": "no-referrer",
  "x-content-type-options": "nosniff",
  "x-frame-options": "DENY",
} as const;

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
