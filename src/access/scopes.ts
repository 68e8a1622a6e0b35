import { ErrorCode } from "../errors/error-codes.js";
import { GatewayError } from "../errors/gateway-error.js";
import type { RequestContext } from "../context/request-context.js";
import { OPERATIONS, type Operation } from "../upstream/operations.js";

/**
 * Requires the scope of an operation. Both APIs call this before they validate
 * input, so that a refusal reveals nothing about the input.
 *
 * @throws {GatewayError} FORBIDDEN
 */
export function requireScope(
  operation: Operation,
  { caller }: Pick<RequestContext, "caller">,
): void {
  if (lacksScope(operation, caller)) {
    throw new GatewayError(ErrorCode.FORBIDDEN);
  }
}

/** Whether the caller does not hold the operation's scope. */
export function lacksScope(
  operation: Operation,
  { scopes }: RequestContext["caller"],
): boolean {
  return !scopes.has(OPERATIONS[operation].scope);
}

/** Whether a value is the name of an operation in the catalogue. */
export function isOperation(text: unknown): text is Operation {
  return typeof text === "string" && Object.hasOwn(OPERATIONS, text);
}
