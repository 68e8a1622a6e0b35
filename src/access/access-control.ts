import type { Config } from "../config/config.js";
import { ANONYMOUS, type Caller } from "../context/caller.js";
import {
  DEFAULT_DIRECTORY,
  type RequestContext,
} from "../context/request-context.js";
import { ErrorCode, type Sentence } from "../errors/error-codes.js";
import { GatewayError } from "../errors/gateway-error.js";
import type { Operation } from "../upstream/operations.js";
import { repeatedHeader, type Headers } from "./credential.js";
import {
  EXPOSED_HEADERS,
  namesLoopback,
  PREFLIGHT_HEADERS,
  Origins,
} from "./origins.js";
import {
  addressKey,
  FAILED_SIGN_IN_COST,
  createRateLimits,
  type CreateLimiter,
  type RateLimits,
  type SetHeader,
} from "./rate-limits.js";
import { requireScope } from "./scopes.js";
import { aliasesOf, type Authenticator } from "./authenticator.js";

/**
 * What a route asks of a caller: nothing (`public`), a sign-in (`signed`, for
 * answers that are refusals anyway), a sign-in and then a right for each field
 * (`fields`), or the right to one operation. A WebSocket handshake (`handshake`)
 * passes every check but the sign-in, which follows in the first message. A
 * route that says nothing is refused.
 */
export type RouteRights =
  "public" | "signed" | "fields" | "handshake" | Operation;

/** What the gate looks at: the head of a request, never its body. */
export interface AccessRequest {
  readonly method: string;
  readonly headers: Headers;
  /** As they came, names and values in turn; absent where they came in a body. */
  readonly rawHeaders?: readonly string[];
  readonly address: string;
  readonly rights: RouteRights | undefined;
  readonly setHeader: SetHeader;
  /** Told who asks as soon as that is known, so that a refusal can name them. */
  readonly onCaller?: (caller: Caller) => void;
}

/** Who passed the gate, and to which directory. */
export interface AccessGrant {
  readonly caller: Caller;
  readonly directory: string;
  /** Points the caller has left in this minute; null where there is no limit. */
  readonly remaining: number | null;
}

/** A page of another site asks whether it may; answered without a body. */
export class Preflight {
  readonly isAnswered = true;
}

/** How the gate decides, where it does not refuse. */
export type AccessDecision = AccessGrant | Preflight;

/** The verdict on a request that needs no sign-in, or not yet. */
const ANONYMOUS_GRANT: AccessGrant = {
  caller: ANONYMOUS,
  directory: DEFAULT_DIRECTORY,
  remaining: null,
};

/** The request names a host that this gateway is not. */
export class MisdirectedRequest extends Error {
  readonly statusCode = 421;
}

/** The code's own advice speaks of scopes, which is not what is missing. */
const FOREIGN_ORIGIN: Sentence = {
  en: "Pages of this origin may not call the gateway; an operator can add it to CORS_ORIGINS.",
  zh: "该来源的页面无权调用网关，可由管理员将其加入 CORS_ORIGINS。",
};

const REALM = 'Bearer realm="message-contacts"';

/** What the configuration makes of the gate. */
export function createAccessControl(
  config: Config,
  signIn: Authenticator,
  makeLimiter?: CreateLimiter,
): AccessControl {
  return new AccessControl(
    signIn,
    new Origins(config.CORS_ORIGINS),
    createRateLimits(config, makeLimiter),
    aliasesOf(config),
  );
}

/**
 * Decides over a request by its head alone, before anything of its body is
 * read: where it comes from, who sent it, whether they may.
 */
export class AccessControl {
  constructor(
    private readonly signIn: Pick<Authenticator, "callerOf" | "isOpen">,
    private readonly origins: Origins,
    private readonly limits: RateLimits,
    /** Aliases of all directories. */
    private readonly directories: readonly string[],
  ) {}

  /**
   * A promise only where a limit or an access token needs one.
   *
   * @throws {GatewayError} UNAUTHENTICATED, FORBIDDEN, RATE_LIMITED, BAD_REQUEST
   * @throws {MisdirectedRequest}
   */
  authorize(incoming: AccessRequest): AccessDecision | Promise<AccessDecision> {
    const { addresses } = this.limits;
    if (addresses === null) return this.checkOrigin(incoming);
    return addresses
      .consume(addressKey(incoming.address), incoming.setHeader)
      .then(() => this.checkOrigin(incoming));
  }

  /** Charges a caller for the upstream calls of a request that has ended. */
  chargeUpstreamCalls({
    caller,
    usage,
  }: Pick<RequestContext, "caller" | "usage">): void {
    this.limits.callers?.charge(caller.id, usage.upstreamCalls);
  }

  /** How many each limit refused so far; for the metrics. */
  get refusals(): { readonly caller: number; readonly address: number } {
    const { callers, addresses } = this.limits;
    return {
      caller: callers?.refusals ?? 0,
      address: addresses?.refusals ?? 0,
    };
  }

  private checkOrigin(
    incoming: AccessRequest,
  ): AccessDecision | Promise<AccessDecision> {
    const { headers, rights, setHeader, rawHeaders = [] } = incoming;
    const repeated = repeatedHeader(rawHeaders);
    if (repeated === "host") throw new GatewayError(ErrorCode.BAD_REQUEST);
    // Whoever is let in for being on this machine must have meant this machine.
    if (this.signIn.isOpen && !namesLoopback(headers))
      throw new MisdirectedRequest();
    const verdict = this.origins.classify(headers);
    if (verdict.kind === "allowed") {
      setHeader("access-control-allow-origin", verdict.origin);
      setHeader("access-control-expose-headers", EXPOSED_HEADERS);
    }
    if (headers["origin"] !== undefined) setHeader("vary", "origin");
    if (rights === "public") {
      return ANONYMOUS_GRANT;
    }
    if (verdict.kind === "foreign") {
      throw new GatewayError(ErrorCode.FORBIDDEN, { advice: FOREIGN_ORIGIN });
    }
    if (
      incoming.method === "OPTIONS" &&
      verdict.kind === "allowed" &&
      headers["access-control-request-method"] !== undefined
    ) {
      for (const [name, value] of Object.entries(PREFLIGHT_HEADERS)) {
        setHeader(name, value);
      }
      return new Preflight();
    }
    if (rights === "handshake" && repeated === null) return ANONYMOUS_GRANT;
    const caller = repeated === null ? this.signIn.callerOf(headers) : null;
    return caller instanceof Promise
      ? caller.then((one) => this.limitCaller(one, incoming))
      : this.limitCaller(caller, incoming);
  }

  private limitCaller(
    caller: Caller | null,
    incoming: AccessRequest,
  ): AccessGrant | Promise<AccessGrant> {
    if (caller === null) {
      this.limits.addresses?.charge(
        addressKey(incoming.address),
        FAILED_SIGN_IN_COST - 1,
      );
      const { authorization, "x-api-key": apiKey } = incoming.headers;
      const isBlank = authorization === undefined && apiKey === undefined;
      incoming.setHeader(
        "www-authenticate",
        isBlank ? REALM : `${REALM}, error="invalid_token"`,
      );
      throw new GatewayError(ErrorCode.UNAUTHENTICATED);
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
   * The directory that a request is about. One that does not exist and one
   * that the caller may not use get the same answer.
   */
  private directoryFor(
    caller: Caller,
    wanted: string | string[] | undefined,
  ): string {
    if (wanted === undefined) {
      const [only, ...others] = caller.directories;
      if (only !== undefined && others.length === 0) return this.existing(only);
      throw new GatewayError(
        only === undefined ? ErrorCode.FORBIDDEN : ErrorCode.BAD_REQUEST,
      );
    }
    if (typeof wanted !== "string" || !caller.directories.includes(wanted)) {
      throw new GatewayError(ErrorCode.FORBIDDEN);
    }
    return this.existing(wanted);
  }

  private existing(alias: string): string {
    if (this.directories.includes(alias)) return alias;
    throw new GatewayError(ErrorCode.FORBIDDEN);
  }
}

/** Whether a route asks for no operation of its own. */
function isGeneral(
  rights: RouteRights,
): rights is Exclude<RouteRights, Operation> {
  return (
    rights === "signed" ||
    rights === "fields" ||
    rights === "public" ||
    rights === "handshake"
  );
}
