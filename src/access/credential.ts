import type { RefusalReason } from "../errors/refusal-reasons.js";

/** Request headers as Node parses them. */
export type Headers = Readonly<Record<string, string | string[] | undefined>>;

/** Headers that may appear once. Node silently keeps the first of several. */
const SINGLE = ["host", "authorization"] as const;

/**
 * The header that is repeated although it must be single; null if none is.
 * Parsers disagree on whether the first or the last value counts.
 */
export function repeatedHeader(
  rawHeaders: readonly string[],
): (typeof SINGLE)[number] | null {
  for (const name of SINGLE) {
    let seen = 0;
    for (let at = 0; at < rawHeaders.length; at += 2) {
      const given = rawHeaders[at] ?? "";
      if (given.length === name.length && given.toLowerCase() === name) {
        seen += 1;
      }
    }
    if (seen > 1) return name;
  }
  return null;
}

/**
 * Prefix of API keys. Separates keys from tokens and lets secret scanners find
 * leaked keys.
 */
export const KEY_PREFIX = "mcg_";

/** The unverified credential of a request. */
export type Credential =
  | { readonly kind: "key" | "token"; readonly secret: string }
  | { readonly kind: "none" }
  | { readonly kind: "unusable"; readonly reason: RefusalReason };

const MALFORMED: Credential = {
  kind: "unusable",
  reason: "malformed-credential",
};

const BEARER = /^Bearer +([\w.~+/-]+=*)$/i;

/**
 * Reads the credential of a request: `Authorization: Bearer …` with an API key
 * or an access token, or `X-API-Key: …`. Two credentials are unusable, because
 * the order of checks must not decide which one counts. Query strings, cookies
 * and bodies are never read.
 */
export function credentialOf(headers: Headers): Credential {
  const { authorization, "x-api-key": apiKey } = headers;
  if (authorization === undefined && apiKey === undefined) {
    return { kind: "none" };
  }
  if (authorization !== undefined && apiKey !== undefined) {
    return { kind: "unusable", reason: "several-credentials" };
  }
  if (typeof apiKey === "string") {
    return apiKey.startsWith(KEY_PREFIX)
      ? { kind: "key", secret: apiKey }
      : MALFORMED;
  }
  const secret =
    typeof authorization === "string"
      ? BEARER.exec(authorization)?.[1]
      : undefined;
  if (secret === undefined) return MALFORMED;
  return { kind: secret.startsWith(KEY_PREFIX) ? "key" : "token", secret };
}
