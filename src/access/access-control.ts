import type { Config } from "../config/config.js";
import { ANONYMOUS, type Caller } from "../context/caller.js";
import {
  DEFAULT_DIRECTORY,
  type RequestContext,
} from "../context/request-context.js";
import { ErrorCode } from "../errors/error-codes.js";
import { GatewayError } from "../errors/gateway-error.js";
import type { RefusalReason } from "../errors/refusal-reasons.js";
import type { ClientView } from "../proxies/client-view.js";
import type { Right } from "./rights/features.js";
import {
  foreignOrigin,
  noDirectory,
  repeatedHost,
  unauthenticated,
  unknownDirectory,
  unnamedDirectory,
} from "./access-errors.js";
import { repeatedHeader, type Headers } from "./credential.js";
import { namesLoopback, Origins, type OriginCheck } from "./origins.js";
import {
  addressKey,
  FAILED_SIGN_IN_COST,
  createRateLimits,
  type CreateLimiter,
  type RateLimits,
  type SetHeader,
} from "./rate-limits.js";
import { requireScope } from "./rights/scopes.js";
import { aliasesOf, type Authenticator } from "./authenticator.js";

/**
 * Rights that a route requires of a caller:
 *
 * - `public`: none.
 * - `signed`: a valid credential; for routes that only answer errors.
 * - `fields`: a valid credential; each GraphQL field then checks its own scope.
 * - `handshake`: every check except the credential, which a WebSocket sends in
 *   its first message.
 * - an operation or a feature: a valid credential with its scopes.
 */
export type RouteRights = "public" | "signed" | "fields" | "handshake" | Right;

/** The parts of a request that access control reads. Never the body. */
export interface AccessRequest {
  readonly headers: Headers;
  /**
   * Header names and values, alternating, as received. Absent for headers from
   * a message body.
   */
  readonly rawHeaders?: readonly string[];
  readonly view: ClientView;
  /** Result of `originOf` for this request, if it is known already. */
  readonly originCheck?: OriginCheck;
  readonly rights: RouteRights | undefined;
  readonly setHeader: SetHeader;
  /**
   * Called once the caller is identified, so that refusals can be logged with
   * it.
   */
  readonly onCaller?: (caller: Caller) => void;
}

/** An authorized caller and the directory it may use. */
export interface AccessGrant {
  readonly caller: Caller;
  readonly directory: string;
  /** Rate limit points left in the current minute; null without a limit. */
  readonly remaining: number | null;
}

/**
 * Grant for requests without authentication, such as public pages and
 * handshakes.
 */
const ANONYMOUS_GRANT: AccessGrant = {
  caller: ANONYMOUS,
  directory: DEFAULT_DIRECTORY,
  remaining: null,
};

/** The Host header does not name this gateway (421). */
export class MisdirectedRequest extends Error {
  readonly statusCode = 421;
}

const REALM = 'Bearer realm="message-contacts"';

/** Creates access control from the configuration. */
export function createAccessControl(
  config: Config,
  authenticator: Authenticator,
  makeLimiter?: CreateLimiter,
): AccessControl {
  return new AccessControl(
    authenticator,
    new Origins(config.CORS_ORIGINS, config.PUBLIC_URL),
    createRateLimits(config, makeLimiter),
    aliasesOf(config),
  );
}

/**
 * Authorizes a request from its headers, before its body is read: origin,
 * credential, rate limits, scope and directory.
 */
export class AccessControl {
  constructor(
    private readonly authenticator: Pick<Authenticator, "callerOf" | "isOpen">,
    private readonly origins: Origins,
    private readonly limits: RateLimits,
    /** Aliases of all directories. */
    private readonly directories: readonly string[],
  ) {}

  /**
   * Returns a promise only if a rate limit or an access token is checked.
   *
   * @throws {GatewayError} UNAUTHENTICATED, FORBIDDEN, RATE_LIMITED,
   *   BAD_REQUEST
   * @throws {MisdirectedRequest}
   */
  authorize(incoming: AccessRequest): AccessGrant | Promise<AccessGrant> {
    const { addresses } = this.limits;
    if (addresses === null) return this.checkOrigin(incoming);
    return addresses
      .consume(addressKey(incoming.view.address), incoming.setHeader)
      .then(() => this.checkOrigin(incoming));
  }

  /**
   * Charges the caller's rate limit for the upstream calls of a finished
   * request.
   */
  chargeUpstreamCalls({
    caller,
    usage,
  }: Pick<RequestContext, "caller" | "usage">): void {
    this.limits.callers?.charge(caller.id, usage.upstreamCalls);
  }

  /** Number of requests that each limit has refused, for metrics. */
  get refusals(): { readonly caller: number; readonly address: number } {
    const { callers, addresses } = this.limits;
    return {
      caller: callers?.refusals ?? 0,
      address: addresses?.refusals ?? 0,
    };
  }

  /** Classifies a request by the page that sent it. */
  originOf({
    headers,
    view,
  }: Pick<AccessRequest, "headers" | "view">): OriginCheck {
    return this.origins.classify(headers, view);
  }

  private checkOrigin(
    incoming: AccessRequest,
  ): AccessGrant | Promise<AccessGrant> {
    const { headers, rights, rawHeaders = [] } = incoming;
    const repeated = repeatedHeader(rawHeaders);
    if (repeated === "host") throw repeatedHost();
    if (this.authenticator.isOpen && !isForThisMachine(incoming)) {
      throw new MisdirectedRequest();
    }
    if (rights === "public") return ANONYMOUS_GRANT;
    const check = incoming.originCheck ?? this.originOf(incoming);
    if (check.kind === "foreign") throw foreignOrigin(check.origin);
    if (rights === "handshake" && repeated === null) return ANONYMOUS_GRANT;
    const caller =
      repeated === null
        ? this.authenticator.callerOf(headers)
        : "repeated-header";
    return caller instanceof Promise
      ? caller.then((one) => this.limitCaller(one, incoming))
      : this.limitCaller(caller, incoming);
  }

  private limitCaller(
    caller: Caller | RefusalReason,
    incoming: AccessRequest,
  ): AccessGrant | Promise<AccessGrant> {
    if (typeof caller === "string") {
      this.limits.addresses?.charge(
        addressKey(incoming.view.address),
        FAILED_SIGN_IN_COST - 1,
      );
      const { authorization, "x-api-key": apiKey } = incoming.headers;
      const isBlank = authorization === undefined && apiKey === undefined;
      incoming.setHeader(
        "www-authenticate",
        isBlank ? REALM : `${REALM}, error="invalid_token"`,
      );
      throw unauthenticated(caller);
    }
    incoming.onCaller?.(caller);
    const { callers } = this.limits;
    if (callers === null) return this.grant(caller, incoming, null);
    return callers
      .consume(caller.id, incoming.setHeader)
      .then((remaining) => this.grant(caller, incoming, remaining));
  }

  private grant(
    caller: Caller,
    { headers, rights }: AccessRequest,
    remaining: number | null,
  ): AccessGrant {
    if (rights === undefined) throw new GatewayError(ErrorCode.FORBIDDEN);
    if (!isGeneral(rights)) requireScope(rights, { caller });
    const directory = this.directoryFor(
      caller,
      headers["x-resource-directory"],
    );
    return { caller, directory, remaining };
  }

  /**
   * Directory of the request. An unknown directory and one that the caller may
   * not use give the same error.
   */
  private directoryFor(
    caller: Caller,
    wanted: string | string[] | undefined,
  ): string {
    const usable = caller.directories.filter((alias) =>
      this.directories.includes(alias),
    );
    if (wanted === undefined) {
      const [only, ...others] = caller.directories;
      if (usable.length === 0 || only === undefined) throw noDirectory();
      if (others.length > 0) throw unnamedDirectory(usable);
      return only;
    }
    if (typeof wanted === "string" && usable.includes(wanted)) return wanted;
    throw usable.length === 0 ? noDirectory() : unknownDirectory(usable);
  }
}

/**
 * Whether both the Host header and the host that a proxy reports are loopback. With DNS
 * rebinding, a page can set `X-Forwarded-Host`, but not Host; and a proxy may replace Host.
 */
function isForThisMachine({ headers, view }: AccessRequest): boolean {
  const { host } = headers;
  return (
    namesLoopback(view) &&
    (host === undefined || namesLoopback({ host: String(host) }))
  );
}

/** Whether a route executes no single operation. */
function isGeneral(rights: RouteRights): rights is Exclude<RouteRights, Right> {
  return (
    rights === "signed" ||
    rights === "fields" ||
    rights === "public" ||
    rights === "handshake"
  );
}
