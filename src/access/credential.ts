/** Headers as Node gives them. */
export type Headers = Readonly<Record<string, string | string[] | undefined>>;

/** What every API key begins with; tells keys from tokens, and scanners from noise. */
export const KEY_PREFIX = "mcg_";

/** The credential of a request, as far as its form goes. */
export type Credential =
  | { readonly kind: "key" | "token"; readonly secret: string }
  | { readonly kind: "none" | "unusable" };

const BEARER = /^Bearer +([\w.~+/-]{1,8192}=*)$/i;

/**
 * The one credential of a request: `Authorization: Bearer …` with an API key or
 * an access token, or `X-API-Key: …`. Two of them are unusable: which one was
 * meant must not depend on the order in which code looks. Never the address,
 * a cookie or the body.
 */
export function credentialOf(headers: Headers): Credential {
  const { authorization, "x-api-key": apiKey } = headers;
  if (authorization === undefined && apiKey === undefined) {
    return { kind: "none" };
  }
  if (authorization !== undefined && apiKey !== undefined) {
    return { kind: "unusable" };
  }
  if (typeof apiKey === "string") {
    return apiKey.startsWith(KEY_PREFIX)
      ? { kind: "key", secret: apiKey }
      : { kind: "unusable" };
  }
  const secret =
    typeof authorization === "string"
      ? BEARER.exec(authorization)?.[1]
      : undefined;
  if (secret === undefined) return { kind: "unusable" };
  return { kind: secret.startsWith(KEY_PREFIX) ? "key" : "token", secret };
}
