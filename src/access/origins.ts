import { isLoopback } from "../config/rules.js";
import type { ClientView } from "../proxies/client-view.js";
import type { Headers } from "./credential.js";

/** Origin of a request relative to this gateway and its CORS list. */
export type OriginCheck =
  | { readonly kind: "own" }
  | { readonly kind: "allowed"; readonly origin: string }
  | { readonly kind: "foreign"; readonly origin: string | null };

const OWN: OriginCheck = { kind: "own" };

/** Longer values of `Origin` are neither compared nor repeated in a response. */
const MAX_ORIGIN_LENGTH = 300;

/** Classifies requests by the page that sent them. */
export class Origins {
  private readonly allowed: ReadonlySet<string>;
  private readonly publicOrigin: string | null;

  /**
   * @param origins `CORS_ORIGINS`; an exact list
   * @param publicUrl `PUBLIC_URL`, whose origin is one of the gateway's own
   */
  constructor(origins: readonly string[], publicUrl?: string) {
    this.allowed = new Set(origins.map((origin) => new URL(origin).origin));
    this.publicOrigin =
      publicUrl === undefined ? null : new URL(publicUrl).origin;
  }

  /**
   * Classifies a request by `Origin` and `Sec-Fetch-Site`. Requests without these headers
   * come from no browser and are not subject to origin checks.
   *
   * Browsers state with `Sec-Fetch-Site: same-origin` that the page has the origin to which
   * it sends the request, and no page can set that header. It is reliable behind a proxy
   * that replaces `Host`, but browsers send it to https and loopback only.
   */
  classify(headers: Headers, view: Pick<ClientView, OwnFacts>): OriginCheck {
    const { origin, "sec-fetch-site": site } = headers;
    const given = typeof origin === "string" ? normalOrigin(origin) : null;
    if (given !== null && this.allowed.has(given)) {
      return { kind: "allowed", origin: given };
    }
    if (site === "same-origin" || site === "none") return OWN;
    if (origin === undefined) {
      return site === undefined ? OWN : { kind: "foreign", origin: null };
    }
    const isOwn =
      given !== null &&
      (given === this.publicOrigin || ownOrigins(view).includes(given));
    return isOwn ? OWN : { kind: "foreign", origin: given };
  }
}

type OwnFacts = "scheme" | "host";

/** Scheme, host and port of an origin in their normal form; null if the text is not an origin. */
function normalOrigin(text: string): string | null {
  if (text.length > MAX_ORIGIN_LENGTH || !URL.canParse(text)) return null;
  const { origin, pathname, search, hash } = new URL(text);
  const isPlain = pathname === "/" || pathname === "";
  return isPlain && search === "" && hash === "" && origin !== "null"
    ? origin
    : null;
}

/** Origins of the gateway itself: one, or one per scheme if the scheme is unknown. */
function ownOrigins({
  scheme,
  host,
}: Pick<ClientView, OwnFacts>): readonly (string | null)[] {
  return scheme === null
    ? [normalOrigin(`http://${host}`), normalOrigin(`https://${host}`)]
    : [normalOrigin(`${scheme}://${host}`)];
}

/**
 * Whether a host names loopback. With DNS rebinding, it names the attacker's domain
 * instead.
 */
export function namesLoopback({ host }: Pick<ClientView, "host">): boolean {
  return isLoopback(host.replace(/:\d{1,5}$/, "").toLowerCase());
}
