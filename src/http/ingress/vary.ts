import type { FastifyReply } from "fastify";

/** Adds request header names to `Vary` (RFC 9110, section 12.5.5). */
export function addVary(reply: FastifyReply, ...names: string[]): FastifyReply {
  const current = reply.getHeader("vary");
  const before = current === undefined ? [] : [String(current)];
  return reply.header(
    "vary",
    [...before, ...names.map((name) => name.toLowerCase())].join(", "),
  );
}
