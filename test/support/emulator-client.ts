import { createHash, createHmac } from "node:crypto";
import { request, type IncomingHttpHeaders } from "node:http";
import type { Agent } from "node:http";

/** A key to sign with. */
export interface SigningKey {
  readonly id: string;
  readonly secret: string;
  readonly securityToken?: string;
}

export const TEST_KEY: SigningKey = { id: "testid", secret: "testsecret" };

export type CallParams = Readonly<
  Record<string, string | number | boolean | readonly string[] | undefined>
>;

export interface RawAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly bytes: Buffer;
  readonly text: string;
}

/** An answer whose body is a JSON object. */
export interface JsonAnswer extends RawAnswer {
  readonly json: Record<string, unknown>;
}

export interface CallOptions {
  readonly method?: string;
  readonly key?: SigningKey;
  /** Milliseconds since 1970. */
  readonly at?: number;
  /** Common parameters in place of the usual ones; undefined leaves one out. */
  readonly common?: Readonly<Record<string, string | undefined>>;
  /** What is sent as Signature; undefined leaves it out. */
  readonly signature?: (right: string) => string | undefined;
  readonly headers?: Readonly<Record<string, string>>;
  readonly agent?: Agent;
  readonly path?: string;
}

let nonces = 0;

/** Different on each call; needs no randomness. */
export function freshNonce(): string {
  nonces += 1;
  return `nonce-${process.pid}-${nonces}`;
}

export function toTimestamp(at: number): string {
  return `${new Date(at).toISOString().slice(0, 19)}Z`;
}

export function encode(text: string): string {
  return [...Buffer.from(text, "utf8")]
    .map((byte) => {
      const char = String.fromCharCode(byte);
      return /[A-Za-z0-9\-_.~]/.test(char)
        ? char
        : `%${byte.toString(16).toUpperCase().padStart(2, "0")}`;
    })
    .join("");
}

export function flatten(params: CallParams): Record<string, string> {
  const flat: Record<string, string> = {};
  for (const [name, value] of Object.entries(params)) {
    if (value === undefined) continue;
    if (Array.isArray(value)) {
      (value as readonly string[]).forEach((item, index) => {
        flat[`${name}.${index + 1}`] = item;
      });
    } else {
      flat[name] = String(value);
    }
  }
  return flat;
}

export function toQuery(params: Readonly<Record<string, string>>): string {
  return Object.keys(params)
    .sort()
    .map((name) => `${encode(name)}=${encode(params[name] ?? "")}`)
    .join("&");
}

/** Sends one call signed by version 1, and resolves with whatever comes back. */
export async function callV1(
  url: string,
  action: string,
  params: CallParams,
  options: CallOptions = {},
): Promise<RawAnswer> {
  const { method = "POST", key = TEST_KEY, at = Date.now() } = options;
  const all: Record<string, string> = flatten({
    ...params,
    Action: action,
    Version: "2022-04-19",
    Format: "JSON",
    AccessKeyId: key.id,
    SecurityToken: key.securityToken,
    SignatureMethod: "HMAC-SHA1",
    SignatureVersion: "1.0",
    SignatureNonce: freshNonce(),
    Timestamp: toTimestamp(at),
    ...options.common,
  });
  const right = createHmac("sha1", `${key.secret}&`)
    .update(`${method}&%2F&${encode(toQuery(all))}`)
    .digest("base64");
  const signature = options.signature ? options.signature(right) : right;
  const form = toQuery({
    ...all,
    ...(signature === undefined ? {} : { Signature: signature }),
  });
  const path = options.path ?? "/";
  return method === "POST"
    ? send(url, method, path, form, {
        ...options,
        headers: {
          "content-type": "application/x-www-form-urlencoded",
          ...options.headers,
        },
      })
    : send(url, method, `${path}?${form}`, "", options);
}

/** As `callV1`, for answers that are JSON objects. */
export async function call(
  url: string,
  action: string,
  params: CallParams = {},
  options: CallOptions = {},
): Promise<JsonAnswer> {
  const answer = await callV1(url, action, params, options);
  return {
    ...answer,
    json: JSON.parse(answer.text) as Record<string, unknown>,
  };
}

export interface V3Options extends CallOptions {
  /** Headers in place of the usual ones; undefined leaves one out. */
  readonly acs?: Readonly<Record<string, string | undefined>>;
  readonly signedHeaders?: readonly string[];
  readonly authorization?: (right: string) => string;
}

/** Sends one call signed by version 3, its parameters in the query and an empty body. */
export async function callV3(
  url: string,
  action: string,
  params: CallParams = {},
  options: V3Options = {},
): Promise<RawAnswer> {
  const { method = "POST", key = TEST_KEY, at = Date.now() } = options;
  const sha256 = (text: string) =>
    createHash("sha256").update(text).digest("hex");
  const headers = Object.fromEntries(
    Object.entries({
      host: new URL(url).host,
      "x-acs-action": action,
      "x-acs-version": "2022-04-19",
      "x-acs-date": toTimestamp(at),
      "x-acs-signature-nonce": freshNonce(),
      "x-acs-content-sha256": sha256(""),
      "x-acs-security-token": key.securityToken,
      ...options.acs,
    }).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
  const names = [...(options.signedHeaders ?? Object.keys(headers))].sort();
  const query = toQuery(flatten(params));
  const canonical = [
    method,
    "/",
    query,
    names.map((name) => `${name}:${headers[name] ?? ""}\n`).join(""),
    names.join(";"),
    sha256(""),
  ].join("\n");
  const signature = createHmac("sha256", key.secret)
    .update(`ACS3-HMAC-SHA256\n${sha256(canonical)}`)
    .digest("hex");
  const right = `ACS3-HMAC-SHA256 Credential=${key.id},SignedHeaders=${names.join(";")},Signature=${signature}`;
  const authorization = options.authorization?.(right) ?? right;
  return send(url, method, query === "" ? "/" : `/?${query}`, "", {
    ...options,
    headers: { ...headers, authorization },
  });
}

/** Sends a request as it is. Rejects when the connection ends before the answer is whole. */
export function send(
  url: string,
  method: string,
  path: string,
  body: string,
  { headers = {}, agent }: Pick<CallOptions, "headers" | "agent"> = {},
): Promise<RawAnswer> {
  return new Promise((resolve, reject) => {
    const outgoing = request(url, {
      method,
      path,
      agent: agent ?? false,
      headers: {
        ...headers,
        ...(body === "" ? {} : { "content-length": Buffer.byteLength(body) }),
      },
    });
    outgoing.on("error", reject);
    outgoing.on("response", (incoming) => {
      const chunks: Buffer[] = [];
      incoming.on("data", (chunk: Buffer) => chunks.push(chunk));
      incoming.on("error", reject);
      incoming.on("end", () => {
        const bytes = Buffer.concat(chunks);
        resolve({
          status: incoming.statusCode ?? 0,
          headers: incoming.headers,
          bytes,
          text: bytes.toString("utf8"),
        });
      });
    });
    outgoing.end(body);
  });
}

/** One request on the control surface. */
export async function control(
  url: string,
  method: string,
  path: string,
  body?: unknown,
): Promise<JsonAnswer> {
  const answer = await send(
    url,
    method,
    `/_emulator${path}`,
    body === undefined
      ? ""
      : typeof body === "string"
        ? body
        : JSON.stringify(body),
  );
  return {
    ...answer,
    json: JSON.parse(answer.text) as Record<string, unknown>,
  };
}
