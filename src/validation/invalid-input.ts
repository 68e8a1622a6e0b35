import { ErrorCode } from "../errors/error-codes.js";
import { GatewayError, type Violation } from "../errors/gateway-error.js";

/**
 * Maximum number of violations reported at once. A body of 64 KiB can hold many
 * thousand invalid items.
 */
export const MAX_VIOLATIONS = 100;

/** The error INVALID_INPUT with the first `MAX_VIOLATIONS` violations. */
export function invalidInput(violations: readonly Violation[]): GatewayError {
  return new GatewayError(ErrorCode.INVALID_INPUT, {
    violations: violations.slice(0, MAX_VIOLATIONS),
  });
}
