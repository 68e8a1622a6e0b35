import type { FastifyReply, FastifyRequest } from "fastify";
import type { OriginCheck } from "../../access/origins.js";
import { isSharedDocument } from "../../access/public-routes.js";
import { addVary } from "./vary.js";

/** Response headers that pages of an allowed origin may read. */
const EXPOSED_HEADERS = [
  "accept",
  "accept-encoding",
  "accept-patch",
  "age",
  "allow",
  "content-language",
  "etag",
  "idempotent-replayed",
  "link",
  "location",
  "preference-applied",
  "ratelimit",
  "ratelimit-policy",
  "retry-after",
  "www-authenticate",
  "x-request-id",
].join(", ");

/** Includes methods without a route, so that pages can read the 405. */
const ALLOWED_METHODS = "GET, HEAD, POST, PUT, PATCH, DELETE";

/** Allowed request headers of a preflight that names none. */
const USUAL_HEADERS =
  "accept-language, apollo-require-preflight, authorization, cache-control, content-type, idempotency-key, if-match, if-none-match, prefer, x-api-key, x-cost, x-request-id, x-resource-directory";

/** Header names that a preflight may ask for. */
const NAMES = /^[!#$%&'*+.^_`|~\w-]+(?:[ \t]*,[ \t]*[!#$%&'*+.^_`|~\w-]+)*$/;
const MAX_NAMES_LENGTH = 2_048;

/** Only proxies write these. */
const OF_PROXIES = /^(?:forwarded|x-forwarded-.*|x-real-ip)$/;

/** Seconds for which browsers may remember a preflight. */
const MAX_AGE = "600";

/**
 * Sets the CORS headers of a response. No response allows credentials that a browser
 * would add itself: the gateway reads no cookies.
 */
export function setCorsHeaders(
  request: FastifyRequest,
  reply: FastifyReply,
  check: OriginCheck,
): void {
  if (isSharedDocument(request.routeOptions.url)) {
    void reply
      .header("access-control-allow-origin", "*")
      .header("access-control-expose-headers", EXPOSED_HEADERS)
      .header("cross-origin-resource-policy", "cross-origin");
    return;
  }
  // Also without an Origin header: a cache must not use the response for a request with one.
  addVary(reply, "Origin");
  if (check.kind !== "allowed") return;
  for (const [name, value] of corsHeadersFor(check.origin)) {
    void reply.header(name, value);
  }
}

/** CORS headers of a response to a page of an allowed origin. */
export function corsHeadersFor(
  origin: string,
): readonly (readonly [name: string, value: string])[] {
  return [
    ["access-control-allow-origin", origin],
    ["access-control-expose-headers", EXPOSED_HEADERS],
  ];
}

/** Whether a request is a CORS preflight (Fetch standard, 4.8). */
export function isPreflight({ method, headers }: FastifyRequest): boolean {
  return (
    method === "OPTIONS" &&
    headers.origin !== undefined &&
    headers["access-control-request-method"] !== undefined
  );
}

/**
 * Answers a preflight that may be followed by the request. Any request header is allowed,
 * because each one that matters is checked when it arrives.
 */
export function answerPreflight(
  request: FastifyRequest,
  reply: FastifyReply,
  check: OriginCheck,
): FastifyReply {
  const {
    "access-control-request-headers": wanted,
    "access-control-request-private-network": isPrivate,
  } = request.headers;
  void reply
    .header("access-control-allow-methods", ALLOWED_METHODS)
    .header("access-control-allow-headers", allowedHeaders(wanted))
    .header("access-control-max-age", MAX_AGE);
  addVary(reply, "Access-Control-Request-Headers");
  // The operator has listed the origin, so it may call from outside the private network.
  if (check.kind === "allowed" && isPrivate === "true") {
    addVary(reply, "Access-Control-Request-Private-Network");
    void reply.header("access-control-allow-private-network", "true");
  }
  return reply.code(204).send();
}

function allowedHeaders(wanted: string | string[] | undefined): string {
  const text = [wanted ?? []].flat().join(",").trim();
  if (text.length > MAX_NAMES_LENGTH || !NAMES.test(text)) return USUAL_HEADERS;
  return text
    .toLowerCase()
    .split(",")
    .map((name) => name.trim())
    .filter((name) => !OF_PROXIES.test(name))
    .join(", ");
}
