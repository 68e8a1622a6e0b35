import { RPC_ERRORS, type RpcErrorCode } from "./rpc-error-table.js";

/** An error with the vendor's code and message. The endpoint converts it to an error response. */
export class RpcError extends Error {
  constructor(
    readonly code: string,
    readonly httpStatus: number,
    message: string,
    /** Properties of the response body in addition to the five common ones. */
    readonly extra: Readonly<Record<string, unknown>> = {},
    readonly headers: Readonly<Record<string, string>> = {},
  ) {
    super(message);
    this.name = "RpcError";
  }
}

/** Creates the error for a code of the table. Appends `suffix` to its message. */
export function rpcError(
  code: RpcErrorCode,
  suffix = "",
  extra: Readonly<Record<string, unknown>> = {},
): RpcError {
  const { httpStatus, message } = RPC_ERRORS[code];
  return new RpcError(code, httpStatus, message + suffix, extra);
}

/** The service's error for a missing parameter (documented). */
export function missingParameter(name: string): RpcError {
  return new RpcError(
    `MissingParameter.${name}`,
    400,
    `You must specify ${name}.`,
  );
}

/** The API gateway's error for a missing parameter (observed). */
export function gatewayMissingParameter(name: string): RpcError {
  return new RpcError(
    `Missing${name}`,
    400,
    `${name} is mandatory for this action.`,
  );
}

/** The API gateway's error for a value of the wrong type (documented pattern). */
export function gatewayInvalidParameter(name: string): RpcError {
  return new RpcError(
    `Invalid${name}`,
    400,
    `Specified parameter ${name} is not valid.`,
  );
}

/** The service's error for an invalid parameter without its own code (documented pattern). */
export function invalidParameter(name: string): RpcError {
  return new RpcError(
    `InvalidParameter.${name}`,
    400,
    `The ${name} is invalid.`,
  );
}

/** Error for a missing parameter without its own code (documented pattern). */
export function genericMissingParameter(name: string): RpcError {
  return new RpcError(
    "MissingParameter",
    400,
    `The input parameter "${name}" that is mandatory for processing this request is not supplied.`,
  );
}

/** Error for an invalid parameter without its own code (documented pattern). */
export function genericInvalidParameter(name: string): RpcError {
  return new RpcError(
    "InvalidParameter",
    400,
    `The specified value of parameter "${name}" is not valid.`,
  );
}

/**
 * Creates the error for any code. A code that is neither in the table nor matches one of the
 * vendor's patterns gets status 400 and a generic message.
 */
export function errorOfCode(code: string): RpcError {
  if (Object.hasOwn(RPC_ERRORS, code)) return rpcError(code as RpcErrorCode);
  if (code === "MissingParameter") return genericMissingParameter("Parameter");
  if (code === "InvalidParameter") return genericInvalidParameter("Parameter");
  const [, pattern, name = ""] =
    /^(MissingParameter\.|Missing|Invalid)([A-Za-z]+)$/.exec(code) ?? [];
  switch (pattern) {
    case "MissingParameter.":
      return missingParameter(name);
    case "Missing":
      return gatewayMissingParameter(name);
    case "Invalid":
      return gatewayInvalidParameter(name);
    default:
      return new RpcError(code, 400, `The request failed with ${code}.`);
  }
}
