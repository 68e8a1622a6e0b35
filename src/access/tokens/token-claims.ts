import type { JWTHeaderParameters, JWTPayload } from "jose";
import { isAlias } from "../../config/files/directories-file.js";
import { isScope, type Scope } from "../../context/caller.js";

/** `typ` of access tokens (RFC 9068, RFC 7519). It is often absent. */
const ACCESS_TOKEN_TYPES = new Set(["at+jwt", "jwt"]);

/** Values of Keycloak's `typ` claim for tokens that are not access tokens. */
const OTHER_TYPES = new Set(["id", "logout", "offline", "refresh"]);

/** The well-formed claims of a token that the gateway uses. */
export interface Claims {
  readonly issuer: string;
  readonly subject: string;
  readonly audience: readonly string[];
  readonly scopes: readonly Scope[];
  /** Null if the token has no claim `directories`. */
  readonly directories: readonly string[] | null;
  /** Claim `exp`, in seconds since 1970. */
  readonly endsAtSeconds: number;
}

/**
 * Whether a token is declared as an access token or has no declared type.
 * Logout tokens, ID tokens and security event tokens share issuer, keys and
 * often the audience, but are not credentials.
 */
export function isAccessToken(
  { typ }: Partial<JWTHeaderParameters>,
  payload: JWTPayload,
): boolean {
  if (typ !== undefined) {
    if (typeof typ !== "string") return false;
    const type = typ.toLowerCase().replace(/^application\//, "");
    if (!ACCESS_TOKEN_TYPES.has(type)) return false;
  }
  const { typ: kind, token_use: use, events } = payload;
  return (
    // Security event tokens, including logout tokens (RFC 8417, 2.2).
    events === undefined &&
    isAbsentOr(kind, (text) => !OTHER_TYPES.has(text.toLowerCase())) &&
    // Amazon Cognito uses `id` and `access`.
    isAbsentOr(use, (text) => text.toLowerCase() !== "id")
  );
}

/**
 * Returns the claims that the gateway uses; null if one of them has the wrong
 * type. A wrong type is not treated as absent, because an absent claim may
 * grant a default.
 */
export function claimsOf(payload: JWTPayload): Claims | null {
  const { iss, sub, exp, aud, iat, nbf, scope, scp, directories } = payload;
  const isWellFormed =
    typeof iss === "string" &&
    typeof sub === "string" &&
    sub !== "" &&
    isNumber(exp) &&
    (iat === undefined || isNumber(iat)) &&
    (nbf === undefined || isNumber(nbf)) &&
    isTextOrTexts(aud) &&
    (scope === undefined || isTextOrTexts(scope)) &&
    (scp === undefined || isTextOrTexts(scp)) &&
    (directories === undefined || isTexts(directories));
  if (!isWellFormed) return null;
  return {
    issuer: iss,
    subject: sub,
    audience: typeof aud === "string" ? [aud] : aud,
    scopes: scopesOf(scope ?? scp),
    directories: directories?.filter(isAlias) ?? null,
    endsAtSeconds: exp,
  };
}

/** Scopes from `scope` (RFC 8693) or `scp`, each a string or an array. */
function scopesOf(claim: string | readonly string[] = []): Scope[] {
  const words = typeof claim === "string" ? claim.split(" ") : claim;
  return words.filter(isScope);
}

function isAbsentOr(claim: unknown, holds: (text: string) => boolean): boolean {
  return claim === undefined || (typeof claim === "string" && holds(claim));
}

function isNumber(claim: unknown): claim is number {
  return typeof claim === "number" && Number.isFinite(claim);
}

function isTexts(claim: unknown): claim is string[] {
  return Array.isArray(claim) && claim.every((one) => typeof one === "string");
}

function isTextOrTexts(claim: unknown): claim is string | string[] {
  return typeof claim === "string" || isTexts(claim);
}
