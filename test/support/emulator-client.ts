import { createHash, createHmac } from "node:crypto";
import { request, type IncomingHttpHeaders } from "node:http";
import type { Agent } from "node:http";

/** An access key for signing calls. */
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

/** A response whose body is a JSON object. */
export interface JsonAnswer extends RawAnswer {
  readonly json: Record<string, unknown>;
}

export interface CallOptions {
  readonly method?: string;
  readonly key?: SigningKey;
  /** Milliseconds since 1970. */
  readonly at?: number;
  /** Overrides common parameters; undefined omits a parameter. */
  readonly common?: Readonly<Record<string, string | undefined>>;
  /** Returns the Signature to send, given the correct one; undefined omits it. */
  readonly signature?: (correct: string) => string | undefined;
  readonly headers?: Readonly<Record<string, string>>;
  readonly agent?: Agent;
  readonly path?: string;
}

let nonces = 0;

/** Returns a unique nonce without randomness. */
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

/** Sends one call with a version 1 signature. Resolves with any response. */
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
  const correct = createHmac("sha1", `${key.secret}&`)
    .update(`${method}&%2F&${encode(toQuery(all))}`)
    .digest("base64");
  const signature = options.signature ? options.signature(correct) : correct;
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

/** Like `callV1`, for responses that are JSON objects. */
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
  /** Overrides headers; undefined omits a header. */
  readonly acs?: Readonly<Record<string, string | undefined>>;
  readonly signedHeaders?: readonly string[];
  readonly authorization?: (correct: string) => string;
}

/** Sends one call with a version 3 signature, its parameters in the query and an empty body. */
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
  const correct = `ACS3-HMAC-SHA256 Credential=${key.id},SignedHeaders=${names.join(";")},Signature=${signature}`;
  const authorization = options.authorization?.(correct) ?? correct;
  return send(url, method, query === "" ? "/" : `/?${query}`, "", {
    ...options,
    headers: { ...headers, authorization },
  });
}

/** Sends a request unchanged. Rejects when the connection closes before the response is complete. */
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

/** Sends one request to the control API. */
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
