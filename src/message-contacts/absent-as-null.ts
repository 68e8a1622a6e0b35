import { ErrorCode } from "../errors/error-codes.js";
import { GatewayError } from "../errors/gateway-error.js";

/** A read's answer, mapped: nothing found is null, not an error. */
export function absentAsNull<A, R>(
  read: Promise<A>,
  map: (answer: A) => R,
): Promise<R | null> {
  return read.then(map, (error: unknown) => {
    if (
      error instanceof GatewayError &&
      error.code === ErrorCode.CONTACT_NOT_FOUND
    ) {
      return null;
    }
    throw error;
  });
}
