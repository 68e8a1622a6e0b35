import { ACTIONS } from "../actions/catalogue.js";
import { isAllowed } from "../state/access-keys.js";
import type { EmulatorState } from "../state/emulator-state.js";
import {
  formatOf,
  requireAction,
  requireKey,
  type RpcCall,
} from "../state/call.js";
import {
  gatewayInvalidParameter,
  gatewayMissingParameter,
  RpcError,
  rpcError,
} from "../wire/rpc-errors.js";
import { headerText } from "../wire/rpc-signature.js";

/** The only version of the API (documented). */
const API_VERSION = "2022-04-19";

/**
 * Validates one aspect of a call. May store its result in the call.
 *
 * @throws {RpcError} when the call is invalid
 */
export type RpcCheck = (call: RpcCall, state: EmulatorState) => void;

export const checkProtocol: RpcCheck = ({ headers }, { settings }) => {
  if (!settings.current.requireHttps) return;
  if (headerText(headers, "x-forwarded-proto") !== "https") {
    throw rpcError("InvalidProtocol.NeedSsl");
  }
};

export const checkMethod: RpcCheck = ({ method }) => {
  if (method !== "GET" && method !== "POST") {
    throw rpcError("UnsupportedHTTPMethod");
  }
};

/** Only the path `/` exists (documented). The error code for other paths is inferred. */
export const checkPath: RpcCheck = ({ path }, { settings }) => {
  if (path !== "/") throw rpcError(settings.current.unknownActionCode);
};

export const checkBody: RpcCheck = ({ bodyError }) => {
  if (bodyError !== undefined) throw bodyError;
};

export const checkFormat: RpcCheck = ({ params }) => {
  const format = params.text("Format");
  if (format !== undefined && formatOf(format) === undefined) {
    throw rpcError("InvalidParameter.Format");
  }
};

export const checkVersion: RpcCheck = ({ common }) => {
  if (common.version === undefined) throw gatewayMissingParameter("Version");
  if (common.version !== API_VERSION) throw gatewayInvalidParameter("Version");
};

export const checkAction: RpcCheck = (call, { settings }) => {
  const { actionName } = call.common;
  if (actionName === undefined) throw gatewayMissingParameter("Action");
  const action = ACTIONS.get(actionName);
  if (action === undefined) throw rpcError(settings.current.unknownActionCode);
  call.action = action;
};

/** Enforces `callsPerSecond` per key and action. */
export const checkRate: RpcCheck = (call, { settings, rates, clock }) => {
  const { callsPerSecond, throttlingCode } = settings.current;
  if (callsPerSecond === null) return;
  const waitMs = rates.waitFor(
    `${requireKey(call).accessKeyId} ${requireAction(call).name}`,
    clock.now(),
    callsPerSecond,
  );
  if (waitMs > 0) {
    const { code, httpStatus, message } = rpcError(throttlingCode);
    throw new RpcError(
      code,
      httpStatus,
      message,
      {},
      { "x-acs-retry-after": String(waitMs) },
    );
  }
};

/** Checks types. Checks the presence of required parameters if `gatewayParameterCheck` is on. */
export const checkParameters: RpcCheck = (call, { settings }) => {
  const { params } = call;
  for (const [name, fact] of Object.entries(requireAction(call).parameters)) {
    const isPresent =
      fact.type === "list"
        ? params.list(name) !== undefined
        : params.text(name) !== undefined;
    if (!isPresent) {
      if (fact.isRequired && settings.current.gatewayParameterCheck) {
        throw gatewayMissingParameter(name);
      }
      continue;
    }
    const isMistyped =
      (fact.type === "integer" && Number.isNaN(params.integer(name))) ||
      (fact.type === "boolean" && params.flag(name) === undefined);
    if (isMistyped) throw gatewayInvalidParameter(name);
  }
};

/** The property names in AccessDeniedDetail are documented; their values are inferred. */
export const checkPermission: RpcCheck = (call, { settings }) => {
  const key = requireKey(call);
  const { name } = requireAction(call);
  if (isAllowed(key, name)) return;
  throw rpcError(settings.current.permissionDeniedCode, "", {
    AccessDeniedDetail: {
      AuthAction: `resourcemanager:${name}`,
      AuthPrincipalType:
        key.securityToken === undefined ? "SubUser" : "AssumedRoleUser",
      AuthPrincipalOwnerId: "1997968394350000",
      AuthPrincipalDisplayName: key.accessKeyId,
      NoPermissionType: "ImplicitDeny",
      PolicyType: "AccountLevelIdentityBasedPolicy",
      EncodedDiagnosticMessage: "",
    },
  });
};
