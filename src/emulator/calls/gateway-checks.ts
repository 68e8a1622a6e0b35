import { ACTIONS } from "../actions/catalogue.js";
import type { AccessKey } from "../state/access-keys.js";
import { isAllowed } from "../state/access-keys.js";
import type { EmulatorState } from "../state/emulator-state.js";
import type { RpcAction } from "../actions/action.js";
import { formatOf, type RpcCall } from "../state/call.js";
import {
  gatewayInvalid,
  gatewayMissing,
  RpcError,
  rpcError,
} from "../wire/rpc-errors.js";
import { headerText } from "../wire/rpc-signature.js";

/** The only version of the API (documented). */
const API_VERSION = "2022-04-19";

/**
 * One thing that can be wrong with a call.
 *
 * @throws {RpcError} when it is
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

/** There is one address only (documented); the code for others is inferred. */
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
  if (common.version === undefined) throw gatewayMissing("Version");
  if (common.version !== API_VERSION) throw gatewayInvalid("Version");
};

export const checkAction: RpcCheck = (call, { settings }) => {
  const { actionName } = call.common;
  if (actionName === undefined) throw gatewayMissing("Action");
  const action = ACTIONS.get(actionName);
  if (action === undefined) throw rpcError(settings.current.unknownActionCode);
  call.action = action;
};

/** Calls of one key and action within a second. */
export const checkRate: RpcCheck = (call, { settings, rates, clock }) => {
  const { callsPerSecond, throttlingCode } = settings.current;
  if (callsPerSecond === null) return;
  const waitMs = rates.waitFor(
    `${keyOf(call).accessKeyId} ${actionForCall(call).name}`,
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

/** Types always; the presence of required parameters as far as the settings say so. */
export const checkParameters: RpcCheck = (call, { settings }) => {
  const { params } = call;
  for (const [name, fact] of Object.entries(actionForCall(call).parameters)) {
    const isPresent =
      fact.type === "list"
        ? params.list(name) !== undefined
        : params.text(name) !== undefined;
    if (!isPresent) {
      if (fact.isRequired && settings.current.gatewayParameterCheck) {
        throw gatewayMissing(name);
      }
      continue;
    }
    const isMistyped =
      (fact.type === "integer" && Number.isNaN(params.integer(name))) ||
      (fact.type === "boolean" && params.flag(name) === undefined);
    if (isMistyped) throw gatewayInvalid(name);
  }
};

/** The names inside AccessDeniedDetail are documented, what stands in them is inferred. */
export const checkPermission: RpcCheck = (call, { settings }) => {
  const key = keyOf(call);
  const { name } = actionForCall(call);
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

/** The action, once `checkAction` has found it. */
export function actionForCall({ action }: RpcCall): RpcAction {
  if (action === undefined) throw new Error("the action is not known yet");
  return action;
}

/** The key, once `checkAccessKey` has found it. */
export function keyOf({ key }: RpcCall): AccessKey {
  if (key === undefined) throw new Error("the key is not known yet");
  return key;
}
