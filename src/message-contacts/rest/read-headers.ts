import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { isRight, kindOf } from "../../access/rights/features.js";
import { entityTag } from "../contact-bodies.js";

/**
 * Adds the headers of REST reads:
 *
 * - `Age` of a response that contains cached data, in seconds, rounded up;
 * - a strong `ETag` of the response as this caller gets it, unless the handler has set it.
 *
 * Responds with 304 if `If-None-Match` contains that ETag (RFC 9110, 13.1.2).
 */
export function addReadHeaders(fastify: FastifyInstance): void {
  fastify.addHook("onSend", (request, reply, payload, done) => {
    if (!isRead(request) || reply.statusCode !== 200) {
      done(null, payload);
      return;
    }
    addAge(request, reply);
    // A stream of events has no string as its payload.
    if (typeof payload !== "string") {
      done(null, payload);
      return;
    }
    const set = reply.getHeader("etag");
    const etag = typeof set === "string" ? set : entityTag(payload);
    if (etag !== set) void reply.header("etag", etag);
    const { "if-none-match": known } = request.headers;
    if (known === undefined || !includesTag(known, etag)) {
      done(null, payload);
      return;
    }
    void reply.code(304).removeHeader("content-type");
    void reply.removeHeader("content-length");
    done(null, null);
  });
}

function isRead({ method, routeOptions }: FastifyRequest): boolean {
  const { rights } = routeOptions.config;
  return method === "GET" && isRight(rights) && kindOf(rights) === "read";
}

function addAge({ callContext }: FastifyRequest, reply: FastifyReply): void {
  const { readAgeMs } = callContext.usage;
  if (readAgeMs !== undefined) {
    void reply.header("age", String(Math.ceil(readAgeMs / 1_000)));
  }
}

/** Weak comparison, as `If-None-Match` requires. */
function includesTag(known: string, etag: string): boolean {
  return (
    known.trim() === "*" ||
    known.split(",").some((one) => one.trim().replace(/^W\//, "") === etag)
  );
}
