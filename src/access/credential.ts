/** Headers as Node gives them. */
export type Headers = Readonly<Record<string, string | string[] | undefined>>;

/** Headers of which Node silently keeps the first, and the gate takes only one. */
const SINGLE = ["host", "authorization"] as const;

/**
 * The header that came twice, where one must be alone; null for an honest
 * request. Whoever reads the first and whoever reads the last would differ.
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

/** What every API key begins with; tells keys from tokens, and scanners from noise. */
export const KEY_PREFIX = "mcg_";

/** The credential of a request, as far as its form goes. */
export type Credential =
  | { readonly kind: "key" | "token"; readonly secret: string }
  | { readonly kind: "none" | "unusable" };

const BEARER = /^Bearer +([\w.~+/-]+=*)$/i;

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
