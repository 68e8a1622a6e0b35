import type { FastifyReply } from "fastify";

/** Adds request header names to `Vary` (RFC 9110, section 12.5.5). */
export function addVary(reply: FastifyReply, ...names: string[]): FastifyReply {
  const current = reply.getHeader("vary");
  const added = names.join(", ").toLowerCase();
  return reply.header(
    "vary",
    current === undefined ? added : `${String(current)}, ${added}`,
  );
}
