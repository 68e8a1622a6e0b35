import { randomUUID } from "node:crypto";
import type { IncomingHttpHeaders, IncomingMessage } from "node:http";
import type { AccessKey } from "./access-keys.js";
import type { ActionContext, RpcAction } from "../actions/action.js";
import type { ResponseBody, ResponseFormat } from "../wire/rpc-response.js";
import { RpcError } from "../wire/rpc-errors.js";
import { mergeParams, RpcParams } from "../wire/rpc-params.js";
import {
  headerText,
  parseV3Authorization,
  type V3Authorization,
} from "../wire/rpc-signature.js";
import type { EmulatorSettings } from "../settings.js";

/** Fields of every signed call. Their location depends on the signature version. */
export interface CommonFields {
  readonly actionName?: string;
  readonly version?: string;
  readonly accessKeyId?: string;
  readonly securityToken?: string;
  readonly timestamp?: string;
  readonly nonce?: string;
}

/** One call on the RPC endpoint. The checks set `action`, `key` and `execute`. */
export interface RpcCall {
  /** Random upper-case UUID (documented format). */
  readonly requestId: string;
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly query: readonly (readonly [string, string])[];
  readonly body: Buffer;
  readonly params: RpcParams;
  /** Error from reading the body. `checkBody` throws it. */
  readonly bodyError?: RpcError;
  /**
   * 3 if the `Authorization` header starts with `ACS3-`. The header x-acs-action is no
   * indication, because pop-core also sends it with version 1 (observed).
   */
  readonly signatureVersion: 1 | 3;
  /** Version 3 only; undefined when the header is malformed. */
  readonly authorization?: V3Authorization;
  readonly common: CommonFields;
  /** Requested response format, or the default if it is missing or unknown. */
  readonly format: ResponseFormat;
  /** Offset that the fault `clockSkew` adds to the clock for this call. */
  skewMs: number;
  /** Rows by which the faults `repeatRow` and `skipRow` shift the page of this call. */
  slip: number;
  action?: RpcAction;
  key?: AccessKey;
  execute?: (context: ActionContext) => ResponseBody;
}

export function openCall(
  request: IncomingMessage,
  body: Buffer | "too large",
  settings: EmulatorSettings,
): RpcCall {
  // Not `new URL()`, which would read a request target such as `//x` as a host.
  const [path = "/", ...rest] = (request.url ?? "/").split("?");
  const query = new URLSearchParams(rest.join("?"));
  const { headers } = request;
  const authorizationText = headerText(headers, "authorization");
  const isV3 = authorizationText.startsWith("ACS3-");
  const authorization = parseV3Authorization(authorizationText);
  const merged = merge(query, body, headers["content-type"]);
  const { params } = merged;
  return {
    requestId: randomUUID().toUpperCase(),
    method: request.method ?? "",
    path,
    headers,
    query: [...query],
    body: body === "too large" ? Buffer.alloc(0) : body,
    ...merged,
    signatureVersion: isV3 ? 3 : 1,
    ...(authorization === undefined ? {} : { authorization }),
    common: isV3
      ? commonFieldsV3(headers, authorization)
      : commonFieldsV1(params),
    format:
      formatOf(params.text("Format")) ??
      (isV3 ? "JSON" : settings.defaultFormat),
    skewMs: 0,
    slip: 0,
  };
}

/** The action that `checkAction` has resolved. */
export function requireAction({ action }: RpcCall): RpcAction {
  if (action === undefined) throw new Error("checkAction has not run");
  return action;
}

/** The access key that `checkAccessKey` has resolved. */
export function requireKey({ key }: RpcCall): AccessKey {
  if (key === undefined) throw new Error("checkAccessKey has not run");
  return key;
}

/** Ignores case, because a newer client of the vendor sends `json` (observed). */
export function formatOf(text: string | undefined): ResponseFormat | undefined {
  const upper = text?.toUpperCase();
  return upper === "JSON" || upper === "XML" ? upper : undefined;
}

function merge(
  query: URLSearchParams,
  body: Buffer | "too large",
  contentType: string | undefined,
): { params: RpcParams; bodyError?: RpcError } {
  try {
    return { params: mergeParams(query, body, contentType) };
  } catch (error) {
    if (!(error instanceof RpcError)) throw error;
    return { params: new RpcParams(new Map(query)), bodyError: error };
  }
}

function commonFieldsV1(params: RpcParams): CommonFields {
  return {
    actionName: params.text("Action"),
    version: params.text("Version"),
    accessKeyId: params.text("AccessKeyId"),
    securityToken: params.text("SecurityToken"),
    timestamp: params.text("Timestamp"),
    nonce: params.text("SignatureNonce"),
  };
}

function commonFieldsV3(
  headers: IncomingHttpHeaders,
  authorization: V3Authorization | undefined,
): CommonFields {
  const text = (name: string) => headerText(headers, name) || undefined;
  return {
    actionName: text("x-acs-action"),
    version: text("x-acs-version"),
    accessKeyId: authorization?.keyId || undefined,
    securityToken: text("x-acs-security-token"),
    timestamp: text("x-acs-date"),
    nonce: text("x-acs-signature-nonce"),
  };
}
