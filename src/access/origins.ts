import { isLoopback } from "../config/rules.js";
import type { Headers } from "./credential.js";

/** Origin of a request relative to this gateway and its CORS list. */
export type OriginCheck =
  | { readonly kind: "own" }
  | { readonly kind: "allowed"; readonly origin: string }
  | { readonly kind: "foreign" };

const OWN: OriginCheck = { kind: "own" };
const FOREIGN: OriginCheck = { kind: "foreign" };

/** CORS: an exact list of origins. No origin is reflected. */
export class Origins {
  private readonly allowed: ReadonlyMap<string, OriginCheck>;

  constructor(origins: readonly string[]) {
    this.allowed = new Map(
      origins.map((origin) => [origin, { kind: "allowed", origin }]),
    );
  }

  /**
   * Classifies a request by `Origin`, or by `Sec-Fetch-Site` if there is no
   * `Origin`. Requests without browser headers are not subject to origin
   * checks.
   */
  classify(headers: Headers): OriginCheck {
    const { origin } = headers;
    if (origin === undefined) {
      const site = headers["sec-fetch-site"];
      return site === undefined || site === "same-origin" || site === "none"
        ? OWN
        : FOREIGN;
    }
    if (typeof origin !== "string") return FOREIGN;
    const allowed = this.allowed.get(origin);
    if (allowed !== undefined) return allowed;
    const { host } = headers;
    return typeof host === "string" && isOriginOf(origin, host) ? OWN : FOREIGN;
  }
}

/**
 * Whether an origin is the gateway's own. Both schemes count, because a proxy
 * may terminate TLS.
 */
function isOriginOf(origin: string, host: string): boolean {
  return origin === `http://${host}` || origin === `https://${host}`;
}

/**
 * Whether the Host header names loopback. With DNS rebinding it names the
 * attacker's domain instead.
 */
export function namesLoopback({ host }: Headers): boolean {
  return (
    typeof host === "string" &&
    isLoopback(host.replace(/:\d{1,5}$/, "").toLowerCase())
  );
}

/** Response headers for a preflight of an allowed origin. */
export const PREFLIGHT_HEADERS = {
  "access-control-allow-methods": "GET, POST, PATCH, DELETE",
  "access-control-allow-headers":
    "authorization, content-type, x-api-key, x-request-id, x-resource-directory, x-cost, idempotency-key, prefer, if-match, if-none-match, cache-control, accept-language, apollo-require-preflight",
  "access-control-max-age": "600",
} as const;

/** Response headers that a page of an allowed origin may read. */
export const EXPOSED_HEADERS =
  "age, etag, link, location, retry-after, ratelimit, ratelimit-policy, x-request-id, preference-applied, idempotent-replayed, content-language";
