import { createHash, createHmac, timingSafeEqual } from "node:crypto";
import type { IncomingHttpHeaders } from "node:http";

/**
 * Percent-encoding of both signature versions (documented): UTF-8, only
 * `A-Z a-z 0-9 - _ . ~` stay.
 */
export function percentEncode(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

/** `name=value` pairs, encoded, in byte order of the names, joined by `&`. */
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

/** The string to sign of version 1.0: over all merged parameters but `Signature`. */
export function stringToSignV1(
  method: string,
  params: readonly (readonly string[])[],
): string {
  const signed = params.filter(([name]) => name !== "Signature");
  return `${method}&%2F&${percentEncode(canonicalQuery(signed))}`;
}

/** Base64 HMAC-SHA1 with the secret plus `&` as key. */
export function signV1(stringToSign: string, secret: string): string {
  return createHmac("sha1", `${secret}&`).update(stringToSign).digest("base64");
}

/** The parts of an `Authorization: ACS3-HMAC-SHA256 …` header. */
export interface V3Authorization {
  readonly keyId: string;
  readonly signedHeaders: readonly string[];
  readonly signature: string;
}

/** Reads the header of a v3 call; undefined when it is not of that form. */
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

/** What a v3 signature covers. */
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

/** Hex HMAC-SHA256 with the bare secret as key. */
export function signV3(stringToSign: string, secret: string): string {
  return createHmac("sha256", secret).update(stringToSign).digest("hex");
}

export function sha256Hex(bytes: Buffer): string {
  return createHash("sha256").update(bytes).digest("hex");
}

/** Compares in a time that tells nothing about where the two differ. */
export function isSameSignature(given: string, expected: string): boolean {
  const left = createHash("sha256").update(given).digest();
  const right = createHash("sha256").update(expected).digest();
  return timingSafeEqual(left, right);
}

/** A header as one trimmed text; empty when it was not sent. */
export function headerText(headers: IncomingHttpHeaders, name: string): string {
  const value = headers[name];
  return (Array.isArray(value) ? value.join(",") : (value ?? "")).trim();
}
