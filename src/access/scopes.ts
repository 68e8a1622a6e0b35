import { ErrorCode } from "../errors/error-codes.js";
import { GatewayError } from "../errors/gateway-error.js";
import type { RequestContext } from "../context/request-context.js";
import { OPERATIONS, type Operation } from "../upstream/operations.js";

/**
 * Lets an operation pass only for a caller who holds its scope. Both doors ask
 * this before input is looked at, so that a refusal tells nothing about it.
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

/** Whether a text is the word of an operation in the catalogue. */
export function isOperation(text: unknown): text is Operation {
  return typeof text === "string" && Object.hasOwn(OPERATIONS, text);
}
