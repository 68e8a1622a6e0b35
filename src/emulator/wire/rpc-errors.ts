import { RPC_ERRORS, type RpcErrorCode } from "./rpc-error-table.js";

/** A refusal as the vendor words it; the endpoint turns it into an error body. */
export class RpcError extends Error {
  constructor(
    readonly code: string,
    readonly httpStatus: number,
    message: string,
    /** Members that go into the body besides the five usual ones. */
    readonly extra: Readonly<Record<string, unknown>> = {},
    readonly headers: Readonly<Record<string, string>> = {},
  ) {
    super(message);
    this.name = "RpcError";
  }
}

/** The refusal with a code of the table, its message extended by `suffix`. */
export function rpcError(
  code: RpcErrorCode,
  suffix = "",
  extra: Readonly<Record<string, unknown>> = {},
): RpcError {
  const { httpStatus, message } = RPC_ERRORS[code];
  return new RpcError(code, httpStatus, message + suffix, extra);
}

/** The service's own word for an absent parameter (documented). */
export function missingParameter(name: string): RpcError {
  return new RpcError(
    `MissingParameter.${name}`,
    400,
    `You must specify ${name}.`,
  );
}

/** The API gateway's word for an absent parameter (seen in captures). */
export function gatewayMissing(name: string): RpcError {
  return new RpcError(
    `Missing${name}`,
    400,
    `${name} is mandatory for this action.`,
  );
}

/** The API gateway's word for a value that does not fit its type (documented pattern). */
export function gatewayInvalid(name: string): RpcError {
  return new RpcError(
    `Invalid${name}`,
    400,
    `Specified parameter ${name} is not valid.`,
  );
}

/** The generic form that some products use (documented pattern). */
export function genericMissing(name: string): RpcError {
  return new RpcError(
    "MissingParameter",
    400,
    `The input parameter "${name}" that is mandatory for processing this request is not supplied.`,
  );
}

/** The generic form that some products use (documented pattern). */
export function genericInvalid(name: string): RpcError {
  return new RpcError(
    "InvalidParameter",
    400,
    `The specified value of parameter "${name}" is not valid.`,
  );
}

/**
 * The refusal with any code: of the table, of one of the vendor's patterns, or else with
 * status 400 and a sentence of the emulator.
 */
export function errorOfCode(code: string): RpcError {
  if (Object.hasOwn(RPC_ERRORS, code)) return rpcError(code as RpcErrorCode);
  if (code === "MissingParameter") return genericMissing("Parameter");
  if (code === "InvalidParameter") return genericInvalid("Parameter");
  const [, pattern, name = ""] =
    /^(MissingParameter\.|Missing|Invalid)([A-Za-z]+)$/.exec(code) ?? [];
  switch (pattern) {
    case "MissingParameter.":
      return missingParameter(name);
    case "Missing":
      return gatewayMissing(name);
    case "Invalid":
      return gatewayInvalid(name);
    default:
      return new RpcError(code, 400, `The request failed with ${code}.`);
  }
}
