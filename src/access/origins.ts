import { isLoopback } from "../config/rules.js";
import type { Headers } from "./credential.js";

/** What a browser is told about a page of another origin. */
export type OriginCheck =
  | { readonly kind: "own" }
  | { readonly kind: "allowed"; readonly origin: string }
  | { readonly kind: "foreign" };

const OWN: OriginCheck = { kind: "own" };
const FOREIGN: OriginCheck = { kind: "foreign" };

/** Which origins may call from a browser: an exact list, nothing reflected. */
export class Origins {
  private readonly allowed: ReadonlyMap<string, OriginCheck>;

  constructor(origins: readonly string[]) {
    this.allowed = new Map(
      origins.map((origin) => [origin, { kind: "allowed", origin }]),
    );
  }

  /**
   * Judges a request by `Origin`, and by `Sec-Fetch-Site` where a browser sends
   * no origin. What no browser sent is our own affair.
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

/** Whether an origin is the host itself; a proxy may have ended its TLS. */
function isOriginOf(origin: string, host: string): boolean {
  return origin === `http://${host}` || origin === `https://${host}`;
}

/**
 * Whether a request names this machine as its host. A page whose name was
 * pointed at 127.0.0.1 (DNS rebinding) sends its own name.
 */
export function namesLoopback({ host }: Headers): boolean {
  return (
    typeof host === "string" &&
    isLoopback(host.replace(/:\d{1,5}$/, "").toLowerCase())
  );
}

/** Answer to a preflight of an allowed origin. */
export const PREFLIGHT_HEADERS = {
  "access-control-allow-methods": "GET, POST, PATCH, DELETE",
  "access-control-allow-headers":
    "authorization, content-type, x-api-key, x-request-id, x-resource-directory, x-cost, idempotency-key, prefer, accept-language, apollo-require-preflight",
  "access-control-max-age": "600",
} as const;

/** Headers of answers that a page of an allowed origin may read. */
export const EXPOSED_HEADERS =
  "link, location, retry-after, ratelimit, ratelimit-policy, x-request-id, preference-applied, idempotent-replayed, content-language";
