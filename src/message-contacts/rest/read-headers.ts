import { createHash } from "node:crypto";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { isRight, kindOf } from "../../access/rights/features.js";

/**
 * Adds the headers of REST reads:
 *
 * - `Age` of a response that contains cached data, in seconds, rounded up;
 * - a strong `ETag` of the response as this caller gets it. For a single contact, it
 *   begins with the contact's `etag`, so that `If-Match` accepts it.
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
    const etag = etagOf(reply.getHeader("etag"), payload);
    void reply.header("etag", etag);
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

/** @param version the version of the contact that the response contains, if set */
function etagOf(version: unknown, payload: string): string {
  const hash = createHash("sha256")
    .update(payload)
    .digest("base64url")
    .slice(0, 16);
  return typeof version === "string" ? `"${version}.${hash}"` : `"${hash}"`;
}

/** Weak comparison, as `If-None-Match` requires. */
function includesTag(known: string, etag: string): boolean {
  return (
    known.trim() === "*" ||
    known.split(",").some((one) => one.trim().replace(/^W\//, "") === etag)
  );
}
