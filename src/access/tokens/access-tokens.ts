import { createHash } from "node:crypto";
import {
  decodeJwt,
  decodeProtectedHeader,
  errors,
  jwtVerify,
  type JWTPayload,
  type JWTVerifyOptions,
} from "jose";
import { callerWith, isExpired, type Caller } from "../../context/caller.js";
import type { Issuer } from "../../config/files/issuers-file.js";
import { ErrorCode } from "../../errors/error-codes.js";
import { GatewayError } from "../../errors/gateway-error.js";
import { JwksUnavailable, type IssuerKeys } from "./jwks.js";
import { claimsOf, isAccessToken } from "./token-claims.js";

/** Longer tokens are rejected. */
const MAX_TOKEN_LENGTH = 8 * 1024;

/** How long a verified token is cached. */
const CACHE_MS = 60_000;

const MAX_CACHED = 1_000;

const SUBJECT = /^[\w.:-]{1,64}$/;

/** A generated subject. Its digits are not a phone number. */
const UUID = /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/i;

/** As many digits as a phone number, possibly grouped. */
const LONG_NUMBER = /(?:\d[.:_-]?){7}/;

/** Verifies access tokens of the configured issuers. */
export class AccessTokens {
  private readonly issuers: ReadonlyMap<
    string,
    { readonly terms: Issuer; readonly keys: Pick<IssuerKeys, "find"> }
  >;
  private readonly verifiedTokens = new Map<
    string,
    { readonly caller: Caller; readonly untilMs: number }
  >();

  constructor(
    issuers: readonly Issuer[],
    private readonly options: {
      readonly toleranceSeconds: number;
      readonly defaultDirectories: readonly string[];
      readonly now?: () => number;
    },
    keysOf: (terms: Issuer) => Pick<IssuerKeys, "find">,
  ) {
    this.issuers = new Map(
      issuers.map((terms) => [terms.issuer, { terms, keys: keysOf(terms) }]),
    );
  }

  /**
   * Verifies a token and returns its caller.
   *
   * @returns null for an invalid token. The reason is not given, because it
   *   would help to forge one.
   * @throws {GatewayError} AUTHENTICATION_UNAVAILABLE when the issuer's keys
   *   cannot be fetched, so that the token may be valid
   */
  async callerOf(token: string): Promise<Caller | null> {
    if (token.length > MAX_TOKEN_LENGTH) return null;
    const digest = createHash("sha256").update(token).digest("base64");
    const nowMs = this.options.now?.() ?? Date.now();
    const known = this.verifiedTokens.get(digest);
    if (known !== undefined && nowMs < known.untilMs) return known.caller;
    try {
      const caller = await this.verify(token, nowMs);
      if (caller !== null) this.remember(digest, caller, nowMs);
      return caller;
    } catch (error) {
      if (!(error instanceof JwksUnavailable)) return null;
      throw new GatewayError(ErrorCode.AUTHENTICATION_UNAVAILABLE, {
        retryAfterSeconds: Math.max(1, Math.ceil(error.retryAfterMs / 1_000)),
      });
    }
  }

  private async verify(token: string, nowMs: number): Promise<Caller | null> {
    const payload = decodeJwt(token);
    const header = decodeProtectedHeader(token);
    const issuer = this.issuers.get(payload.iss ?? "");
    if (issuer === undefined || !isAccessToken(header, payload)) return null;
    const { terms, keys } = issuer;
    const options: JWTVerifyOptions = {
      issuer: terms.issuer,
      audience: [...terms.audience],
      algorithms: [...terms.algorithms],
      requiredClaims: ["exp", "sub"],
      clockTolerance: this.options.toleranceSeconds,
      currentDate: new Date(nowMs),
    };
    // Checked before the keys: while keys cannot be fetched, a token that is
    // invalid in any case is still reported as invalid.
    if (!isPlausible(header.alg, payload, terms, options, nowMs)) return null;
    const caller = toCaller(
      await verified(token, keys.find, options),
      this.options,
    );
    // `jwtVerify` compares whole seconds, so it accepts a token slightly too
    // long.
    return caller === null || isExpired(caller, nowMs) ? null : caller;
  }

  private remember(digest: string, caller: Caller, nowMs: number): void {
    const untilMs = Math.min(nowMs + CACHE_MS, caller.expiresAtMs ?? Infinity);
    this.verifiedTokens.delete(digest);
    this.verifiedTokens.set(digest, { caller, untilMs });
    if (this.verifiedTokens.size <= MAX_CACHED) return;
    for (const oldest of this.verifiedTokens.keys()) {
      this.verifiedTokens.delete(oldest);
      break;
    }
  }
}

/** Whether a token would be valid if its signature is. */
function isPlausible(
  alg: string | undefined,
  payload: JWTPayload,
  { audience, algorithms }: Issuer,
  { clockTolerance }: JWTVerifyOptions,
  nowMs: number,
): boolean {
  const claims = claimsOf(payload);
  return (
    claims !== null &&
    algorithms.includes(alg ?? "") &&
    claims.audience.some((one) => audience.includes(one)) &&
    claims.endsAtSeconds > nowMs / 1_000 - Number(clockTolerance)
  );
}

/**
 * Verifies a token with every matching key and returns its claims. Key ids are
 * optional and may repeat, so several keys can match.
 *
 * @throws {errors.JOSEError} when no key verifies the token
 * @throws {JwksUnavailable}
 */
async function verified(
  token: string,
  find: IssuerKeys["find"],
  options: JWTVerifyOptions,
): Promise<JWTPayload> {
  try {
    return (await jwtVerify(token, find, options)).payload;
  } catch (several) {
    if (!(several instanceof errors.JWKSMultipleMatchingKeys)) throw several;
    for await (const key of several) {
      try {
        return (await jwtVerify(token, key, options)).payload;
      } catch (error) {
        if (!(error instanceof errors.JWSSignatureVerificationFailed)) {
          throw error;
        }
      }
    }
    throw several;
  }
}

function toCaller(
  payload: JWTPayload,
  {
    defaultDirectories,
    toleranceSeconds,
  }: {
    readonly defaultDirectories: readonly string[];
    readonly toleranceSeconds: number;
  },
): Caller | null {
  const claims = claimsOf(payload);
  if (claims === null) return null;
  return callerWith(
    idOf(claims.issuer, claims.subject),
    claims.scopes,
    claims.directories ?? defaultDirectories,
    (claims.endsAtSeconds + toleranceSeconds) * 1000,
  );
}

/**
 * Caller id for logs and limits. A subject may be an e-mail address, so only
 * plain identifiers are used as they are; others are hashed. The id contains
 * the issuer, because two issuers may use the same subject.
 */
function idOf(issuer: string, subject: string): string {
  const short = createHash("sha256").update(issuer).digest("hex").slice(0, 8);
  const name =
    UUID.test(subject) || (SUBJECT.test(subject) && !LONG_NUMBER.test(subject))
      ? subject
      : createHash("sha256").update(subject).digest("hex").slice(0, 16);
  return `jwt:${short}:${name}`;
}
