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
  if (lacksScope(operation, caller)) throw missingScope([operation], caller);
}

/**
 * Error for a caller without the scope of any of these operations. Names the
 * missing scopes and those of the caller.
 */
export function missingScope(
  operations: Iterable<Operation>,
  { scopes }: RequestContext["caller"],
): GatewayError {
  const needed = new Set([...operations].map((one) => OPERATIONS[one].scope));
  const missing = [...needed].filter((scope) => !scopes.has(scope));
  const held = [...scopes];
  return new GatewayError(ErrorCode.FORBIDDEN, {
    reason: "missing-scope",
    problem: {
      en: `You need the scope ${missing.join(" or ")} to do this.`,
      zh: `此操作需要权限 ${missing.join(" 或 ")}。`,
    },
    advice: {
      en: `${held.length === 0 ? "Your credential has no scopes." : `Your credential has the scopes ${held.join(", ")}.`} Ask an operator of the gateway for the missing scope.`,
      zh: `${held.length === 0 ? "您的凭证没有任何权限。" : `您的凭证具有的权限：${held.join("、")}。`}请向网关管理员申请缺少的权限。`,
    },
  });
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
