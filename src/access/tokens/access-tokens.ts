import { createHash } from "node:crypto";
import {
  decodeJwt,
  decodeProtectedHeader,
  errors,
  jwtVerify,
  type JWTPayload,
  type JWTVerifyOptions,
} from "jose";
import { LRUCache } from "lru-cache";
import { callerWith, isExpired, type Caller } from "../../context/caller.js";
import type { Issuer } from "../../config/files/issuers-file.js";
import { ErrorCode } from "../../errors/error-codes.js";
import { GatewayError } from "../../errors/gateway-error.js";
import type { RefusalReason } from "../../errors/refusal-reasons.js";
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
  private readonly verifiedTokens = new LRUCache<
    string,
    { readonly caller: Caller; readonly untilMs: number }
  >({ max: MAX_CACHED });

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
   * @returns the reason for an invalid token. It is for the log only, because it
   *   would help to forge one.
   * @throws {GatewayError} AUTHENTICATION_UNAVAILABLE when the issuer's keys
   *   cannot be fetched, so that the token may be valid
   */
  async callerOf(token: string): Promise<Caller | RefusalReason> {
    if (token.length > MAX_TOKEN_LENGTH) return "malformed-token";
    const digest = createHash("sha256").update(token).digest("base64");
    const nowMs = this.options.now?.() ?? Date.now();
    const known = this.verifiedTokens.get(digest);
    if (known !== undefined && nowMs < known.untilMs) return known.caller;
    try {
      const caller = await this.verify(token, nowMs);
      if (typeof caller === "string") return caller;
      const untilMs = Math.min(
        nowMs + CACHE_MS,
        caller.expiresAtMs ?? Infinity,
      );
      this.verifiedTokens.set(digest, { caller, untilMs });
      return caller;
    } catch (error) {
      if (!(error instanceof JwksUnavailable)) return reasonOf(error);
      throw new GatewayError(ErrorCode.AUTHENTICATION_UNAVAILABLE, {
        retryAfterSeconds: Math.max(1, Math.ceil(error.retryAfterMs / 1_000)),
        reason: "issuer-unreachable",
      });
    }
  }

  private async verify(
    token: string,
    nowMs: number,
  ): Promise<Caller | RefusalReason> {
    const payload = decodeJwt(token);
    const header = decodeProtectedHeader(token);
    const issuer = this.issuers.get(payload.iss ?? "");
    if (issuer === undefined) return "unknown-issuer";
    if (!isAccessToken(header, payload)) return "not-access-token";
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
    const problem = problemOf(header.alg, payload, terms, options, nowMs);
    if (problem !== null) return problem;
    const caller = toCaller(
      await verified(token, keys.find, options),
      this.options,
    );
    if (caller === null) return "invalid-claims";
    // `jwtVerify` compares whole seconds, so it accepts a token slightly too
    // long.
    return isExpired(caller, nowMs) ? "expired-token" : caller;
  }
}

/** Why a token is invalid regardless of its signature; null if it may be valid. */
function problemOf(
  alg: string | undefined,
  payload: JWTPayload,
  { audience, algorithms }: Issuer,
  { clockTolerance }: JWTVerifyOptions,
  nowMs: number,
): RefusalReason | null {
  const claims = claimsOf(payload);
  if (claims === null) return "invalid-claims";
  if (!algorithms.includes(alg ?? "")) return "wrong-algorithm";
  if (!claims.audience.some((one) => audience.includes(one))) {
    return "wrong-audience";
  }
  return claims.endsAtSeconds > nowMs / 1_000 - Number(clockTolerance)
    ? null
    : "expired-token";
}

/** Reason of an error that `decodeJwt` or `jwtVerify` has thrown. */
function reasonOf(error: unknown): RefusalReason {
  if (error instanceof errors.JWTInvalid) return "malformed-token";
  if (error instanceof errors.JWSInvalid) return "malformed-token";
  if (error instanceof errors.JWTExpired) return "expired-token";
  if (error instanceof errors.JWKSNoMatchingKey) return "unknown-key-id";
  if (
    error instanceof errors.JWSSignatureVerificationFailed ||
    error instanceof errors.JWKSMultipleMatchingKeys
  ) {
    return "bad-signature";
  }
  if (error instanceof errors.JWTClaimValidationFailed) {
    return error.claim === "nbf" ? "token-not-yet-valid" : "invalid-claims";
  }
  // `decodeProtectedHeader` throws a TypeError.
  return error instanceof TypeError ? "malformed-token" : "invalid-token";
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
