import { ErrorCode } from "../errors/error-codes.js";
import { GatewayError } from "../errors/gateway-error.js";

/** The vendor's pages contradict each other: rows are missing, repeated or have changed. */
export class InconsistentPages extends Error {
  constructor() {
    super("The vendor's pages contradict each other.");
    this.name = "InconsistentPages";
  }
}

/** Error for a directory whose pages contradicted each other twice. */
export function inconsistentDirectory(): GatewayError {
  return new GatewayError(ErrorCode.UPSTREAM_UNAVAILABLE, {
    retryAfterSeconds: 1,
    reason: "inconsistent-list",
    problem: {
      en: "The list of accounts or folders changed while it was read, twice in a row, so it may be incomplete.",
      zh: "读取期间账号或资源夹列表连续两次发生变化，结果可能不完整。",
    },
  });
}

/** Error for a target that is not in the directory. */
export function unknownTarget(targetId: string, field: string): GatewayError {
  return new GatewayError(ErrorCode.BINDING_TARGET_NOT_FOUND, {
    field: [field],
    value: targetId,
  });
}
