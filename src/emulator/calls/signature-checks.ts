import type { RpcCheck } from "./gateway-checks.js";
import { requireKey, type RpcCall } from "../state/call.js";
import { gatewayMissingParameter, rpcError } from "../wire/rpc-errors.js";
import {
  canonicalRequestV3,
  headerText,
  isSameSignature,
  sha256Hex,
  signV1,
  signV3,
  stringToSignV1,
  stringToSignV3,
} from "../wire/rpc-signature.js";

const V3_METHOD = "ACS3-HMAC-SHA256";

/** Headers that a version 3 signature must cover (inferred). */
const V3_SIGNED_HEADERS = [
  "host",
  "x-acs-action",
  "x-acs-content-sha256",
  "x-acs-date",
  "x-acs-signature-nonce",
  "x-acs-version",
];

export const checkAccessKey: RpcCheck = (call, { keys, settings }) => {
  checkAuthorizationForm(call);
  const { accessKeyId } = call.common;
  if (accessKeyId === undefined) throw gatewayMissingParameter("AccessKeyId");
  const key = keys.find(accessKeyId);
  if (key === undefined) throw rpcError("InvalidAccessKeyId.NotFound");
  if (!key.isActive) throw rpcError(settings.current.disabledKeyCode);
  call.key = key;
};

export const checkSecurityToken: RpcCheck = (call, { keys }) => {
  const error = keys.tokenError(requireKey(call), call.common.securityToken);
  if (error !== undefined) throw error;
};

/** Checks the timestamp's format, and its distance from the clock in both directions. */
export const checkTimestamp: RpcCheck = (call, state) => {
  const { timestamp } = call.common;
  if (timestamp === undefined) throw gatewayMissingParameter("Timestamp");
  const at = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/.test(timestamp)
    ? Date.parse(timestamp)
    : Number.NaN;
  if (Number.isNaN(at)) throw rpcError("InvalidTimeStamp.Format");
  const offMs = Math.abs(state.vendorTimeFor(call) - at);
  if (offMs > state.settings.current.timestampWindowMs) {
    throw rpcError("InvalidTimeStamp.Expired");
  }
};

/** Checks the fields that describe the signature. A missing one is IncompleteSignature (inferred). */
export const checkSignatureForm: RpcCheck = ({
  signatureVersion,
  authorization,
  common,
  headers,
  params,
}) => {
  if (common.nonce === undefined) throw rpcError("IncompleteSignature");
  if (signatureVersion === 3) {
    const isCovered = V3_SIGNED_HEADERS.every(
      (name) =>
        headerText(headers, name) !== "" &&
        authorization?.signedHeaders.includes(name),
    );
    if (!isCovered) throw rpcError("IncompleteSignature");
    return;
  }
  const method = params.text("SignatureMethod");
  if (method !== undefined && method !== "HMAC-SHA1") {
    throw rpcError("InvalidSignatureMethod");
  }
  if (
    method === undefined ||
    params.text("SignatureVersion") !== "1.0" ||
    params.text("Signature") === undefined
  ) {
    throw rpcError("IncompleteSignature");
  }
};

export const checkSignature: RpcCheck = (call, { settings }) => {
  const { accessKeySecret } = requireKey(call);
  const { stringToSign, expected, given } =
    call.signatureVersion === 3
      ? signatureV3(call, accessKeySecret)
      : signatureV1(call, accessKeySecret);
  if (isSameSignature(given, expected)) return;
  const code = settings.current.signatureMismatchCode;
  throw rpcError(code, code === "SignatureDoesNotMatch" ? stringToSign : "");
};

/**
 * Rejects a repeated nonce (documented). Nonces are stored for twice the timestamp window,
 * because a timestamp at the future end of the window is valid for that long. All keys share
 * one set of nonces (inferred).
 */
export const checkNonce: RpcCheck = ({ common }, state) => {
  const keepMs = 2 * state.settings.current.timestampWindowMs;
  if (!state.nonces.add(common.nonce ?? "", state.clock.now(), keepMs)) {
    throw rpcError("SignatureNonceUsed");
  }
};

function checkAuthorizationForm({
  signatureVersion,
  authorization,
  headers,
}: RpcCall): void {
  if (signatureVersion === 1 || authorization !== undefined) return;
  throw headerText(headers, "authorization").startsWith(`${V3_METHOD} `)
    ? rpcError("IncompleteSignature")
    : rpcError("InvalidSignatureMethod");
}

function signatureV1({ method, params }: RpcCall, secret: string) {
  const stringToSign = stringToSignV1(method, params.entries());
  return {
    stringToSign,
    expected: signV1(stringToSign, secret),
    given: params.text("Signature") ?? "",
  };
}

function signatureV3(call: RpcCall, secret: string) {
  const { method, path, query, headers, body, authorization } = call;
  const stringToSign = stringToSignV3(
    canonicalRequestV3({
      method,
      path,
      query,
      headers,
      signedHeaders: authorization?.signedHeaders ?? [],
      body,
    }),
  );
  const isBodyAsSigned =
    headerText(headers, "x-acs-content-sha256") === sha256Hex(body);
  return {
    stringToSign,
    expected: signV3(stringToSign, secret),
    given: isBodyAsSigned ? (authorization?.signature ?? "") : "",
  };
}
