import { ErrorCode } from "../errors/error-codes.js";
import { GatewayError } from "../errors/gateway-error.js";

/** Maps the response of a read; resolves with null for CONTACT_NOT_FOUND. */
export function nullIfNotFound<A, R>(
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
