import { ErrorCode } from "../../errors/error-codes.js";
import { GatewayError } from "../../errors/gateway-error.js";
import type { RequestContext } from "../../context/request-context.js";
import { scopesOf, type Right } from "./features.js";

/**
 * Requires the scopes of an operation or a feature. Both APIs call this before they validate
 * input, so that a refusal reveals nothing about the input.
 *
 * @throws {GatewayError} FORBIDDEN
 */
export function requireScope(
  right: Right,
  { caller }: Pick<RequestContext, "caller">,
): void {
  if (lacksScope(right, caller)) throw missingScope([right], caller);
}

/**
 * Error for a caller that lacks a scope of each of these rights. Names the missing
 * scopes and those of the caller.
 */
export function missingScope(
  rights: Iterable<Right>,
  { scopes }: RequestContext["caller"],
): GatewayError {
  const missing = [...rights].map((right) =>
    scopesOf(right).filter((scope) => !scopes.has(scope)),
  );
  const listOf = (and: string, or: string): string =>
    [...new Set(missing.map((each) => each.join(and)))].join(or);
  const isOne = missing.every(({ length }) => length === 1);
  const held = [...scopes];
  return new GatewayError(ErrorCode.FORBIDDEN, {
    reason: "missing-scope",
    problem: {
      en: `You need the ${isOne ? "scope" : "scopes"} ${listOf(" and ", " or ")} to do this.`,
      zh: `此操作需要权限 ${listOf(" 和 ", " 或 ")}。`,
    },
    advice: {
      en: `${held.length === 0 ? "Your credential has no scopes." : `Your credential has the scopes ${held.join(", ")}.`} Ask an operator of the gateway for ${isOne ? "the missing scope" : "what is missing"}.`,
      zh: `${held.length === 0 ? "您的凭证没有任何权限。" : `您的凭证具有的权限：${held.join("、")}。`}请向网关管理员申请缺少的权限。`,
    },
  });
}

/** Whether the caller lacks a scope of an operation or a feature. */
export function lacksScope(
  right: Right,
  { scopes }: RequestContext["caller"],
): boolean {
  return scopesOf(right).some((scope) => !scopes.has(scope));
}
