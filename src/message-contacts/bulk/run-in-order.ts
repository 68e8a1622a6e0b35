import type { RequestContext } from "../../context/request-context.js";
import { ErrorCode } from "../../errors/error-codes.js";
import { GatewayError } from "../../errors/gateway-error.js";
import type { Logger } from "../../logging/logger.js";

/** Most items of one request. */
export const MAX_ITEMS = 50;

/** What became of one item. */
export type ItemOutcome<T> =
  | { readonly status: "DONE"; readonly value: T }
  | { readonly status: "FAILED"; readonly error: GatewayError }
  | { readonly status: "NOT_ATTEMPTED" };

/** Codes that speak of the one item and of nothing that comes after it. */
const OF_ONE_ITEM: ReadonlySet<ErrorCode> = new Set([
  ErrorCode.INVALID_INPUT,
  ErrorCode.NAME_TAKEN,
  ErrorCode.CONTACT_NOT_FOUND,
  ErrorCode.BINDING_TARGET_NOT_FOUND,
  ErrorCode.STATUS_CONFLICT,
  ErrorCode.QUOTA_EXCEEDED,
]);

/** Whether the items after a failed one can fare better. */
export const isOfOneItem = ({ code }: GatewayError): boolean =>
  OF_ONE_ITEM.has(code);

/** When to leave the rest alone. */
export interface Stops {
  readonly goOnAfter: (error: GatewayError) => boolean;
  /** Asked before each item. */
  readonly isTimeOver: () => boolean;
  readonly logger: Logger;
  readonly context: RequestContext;
}

/**
 * Carries out items one after the other and tells what became of each. Never
 * rejects: what was done before a failure must not be lost with it.
 */
export async function inOrder<I, T>(
  items: readonly I[],
  run: (item: I) => Promise<T>,
  { goOnAfter, isTimeOver, logger, context }: Stops,
): Promise<ItemOutcome<T>[]> {
  const outcomes: ItemOutcome<T>[] = [];
  let hasStopped = false;
  for (const item of items) {
    hasStopped ||= isTimeOver();
    if (hasStopped) {
      outcomes.push({ status: "NOT_ATTEMPTED" });
      continue;
    }
    try {
      outcomes.push({ status: "DONE", value: await run(item) });
    } catch (cause) {
      if (!(cause instanceof GatewayError)) logger.fault(cause, context);
      const error =
        cause instanceof GatewayError
          ? cause
          : new GatewayError(ErrorCode.INTERNAL);
      outcomes.push({ status: "FAILED", error });
      hasStopped = !goOnAfter(error);
    }
  }
  return outcomes;
}
