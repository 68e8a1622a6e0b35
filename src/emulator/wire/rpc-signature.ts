import { createHash, createHmac, timingSafeEqual } from "node:crypto";
import type { IncomingHttpHeaders } from "node:http";

/**
 * Percent-encodes UTF-8 as both signature versions require (documented). Only
 * `A-Z a-z 0-9 - _ . ~` are left unencoded.
 */
export function percentEncode(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

/** Encoded `name=value` pairs, sorted by the bytes of the names and joined by `&`. */
export function canonicalQuery(params: readonly (readonly string[])[]): string {
  return params
    .map(([name = "", value = ""]) => ({
      bytes: Buffer.from(name),
      pair: `${percentEncode(name)}=${percentEncode(value)}`,
    }))
    .sort((left, right) => Buffer.compare(left.bytes, right.bytes))
    .map(({ pair }) => pair)
    .join("&");
}

/** String to sign of version 1.0. It covers all merged parameters except `Signature`. */
export function stringToSignV1(
  method: string,
  params: readonly (readonly string[])[],
): string {
  const signed = params.filter(([name]) => name !== "Signature");
  return `${method}&%2F&${percentEncode(canonicalQuery(signed))}`;
}

/** Base64 of the HMAC-SHA1 whose key is the secret followed by `&`. */
export function signV1(stringToSign: string, secret: string): string {
  return createHmac("sha1", `${secret}&`).update(stringToSign).digest("base64");
}

/** Components of an `Authorization: ACS3-HMAC-SHA256 …` header. */
export interface V3Authorization {
  readonly keyId: string;
  readonly signedHeaders: readonly string[];
  readonly signature: string;
}

/** Parses the Authorization header of version 3, or returns undefined when it does not match. */
export function parseV3Authorization(
  header: string,
): V3Authorization | undefined {
  const match =
    /^ACS3-HMAC-SHA256 Credential=([^,\s]*),\s*SignedHeaders=([^,\s]+),\s*Signature=([0-9a-fA-F]+)$/.exec(
      header,
    );
  if (!match) return undefined;
  const [, keyId = "", names = "", signature = ""] = match;
  return { keyId, signedHeaders: names.toLowerCase().split(";"), signature };
}

/** The parts of a request that a version 3 signature covers. */
export interface V3Request {
  readonly method: string;
  readonly path: string;
  readonly query: readonly (readonly string[])[];
  readonly headers: IncomingHttpHeaders;
  readonly signedHeaders: readonly string[];
  readonly body: Buffer;
}

export function canonicalRequestV3(request: V3Request): string {
  const headers = request.signedHeaders
    .map((name) => `${name}:${headerText(request.headers, name)}\n`)
    .join("");
  return [
    request.method,
    request.path,
    canonicalQuery(request.query),
    headers,
    request.signedHeaders.join(";"),
    sha256Hex(request.body),
  ].join("\n");
}

export function stringToSignV3(canonicalRequest: string): string {
  return `ACS3-HMAC-SHA256\n${sha256Hex(Buffer.from(canonicalRequest))}`;
}

/** Hex HMAC-SHA256 whose key is the secret. */
export function signV3(stringToSign: string, secret: string): string {
  return createHmac("sha256", secret).update(stringToSign).digest("hex");
}

export function sha256Hex(bytes: Buffer): string {
  return createHash("sha256").update(bytes).digest("hex");
}

/** Compares in constant time. */
export function isSameSignature(given: string, expected: string): boolean {
  const left = createHash("sha256").update(given).digest();
  const right = createHash("sha256").update(expected).digest();
  return timingSafeEqual(left, right);
}

/** The trimmed value of a header, or an empty string when it is absent. */
export function headerText(headers: IncomingHttpHeaders, name: string): string {
  const value = headers[name];
  return (Array.isArray(value) ? value.join(",") : (value ?? "")).trim();
}
