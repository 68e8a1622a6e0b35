import type { Config } from "../../config/config.js";
import { BULK_RESERVE_MS } from "../../config/time-limits.js";
import type { RequestContext } from "../../context/request-context.js";
import { ErrorCode } from "../../errors/error-codes.js";
import { GatewayError } from "../../errors/gateway-error.js";
import type { Logger } from "../../logging/logger.js";

/** Maximum number of items per request. */
export const MAX_ITEMS = 50;

/** Outcome of one item. */
export type ItemOutcome<T> =
  | { readonly status: "DONE"; readonly value: T }
  | { readonly status: "FAILED"; readonly error: GatewayError }
  | { readonly status: "NOT_ATTEMPTED" };

/** Codes of errors that concern one item only. */
const ITEM_ERRORS: ReadonlySet<ErrorCode> = new Set([
  ErrorCode.INVALID_INPUT,
  ErrorCode.NAME_TAKEN,
  ErrorCode.CONTACT_NOT_FOUND,
  ErrorCode.BINDING_TARGET_NOT_FOUND,
  ErrorCode.STATUS_CONFLICT,
  ErrorCode.CHANGED_MEANWHILE,
  ErrorCode.QUOTA_EXCEEDED,
]);

/** Whether an error concerns its item only, so that later items may succeed. */
export const isItemError = ({ code }: GatewayError): boolean =>
  ITEM_ERRORS.has(code);

/** Errors of the idempotency key. When the first item fails with one, no item was sent. */
const IDEMPOTENCY_ERRORS: ReadonlySet<ErrorCode> = new Set([
  ErrorCode.IDEMPOTENCY_KEY_REUSED,
  ErrorCode.IDEMPOTENCY_IN_PROGRESS,
  ErrorCode.STATE_UNAVAILABLE,
]);

/**
 * Throws the error of the idempotency key with which the first item failed, because the
 * error concerns the whole request.
 */
export function throwKeyError([first]: readonly ItemOutcome<unknown>[]): void {
  if (first?.status === "FAILED" && IDEMPOTENCY_ERRORS.has(first.error.code)) {
    throw first.error;
  }
}

/** The same outcome, with another error if it failed. */
export function withError<T>(
  outcome: ItemOutcome<T>,
  change: (error: GatewayError) => GatewayError,
): ItemOutcome<T> {
  return outcome.status === "FAILED"
    ? { ...outcome, error: change(outcome.error) }
    : outcome;
}

/** When to stop, and where faults are logged. */
export interface RunOptions {
  readonly continuesAfter: (error: GatewayError) => boolean;
  /** Called before each item. */
  readonly isOutOfTime: () => boolean;
  readonly logger: Logger;
  readonly context: RequestContext;
}

/** Options of a run that stops in time for its response, or when the caller is gone. */
export function untilDeadline(
  { WRITE_DEADLINE_MS }: Pick<Config, "WRITE_DEADLINE_MS">,
  logger: Logger,
  context: RequestContext,
  continuesAfter: RunOptions["continuesAfter"],
): RunOptions {
  const endsAtMs = context.startedAtMs + WRITE_DEADLINE_MS - BULK_RESERVE_MS;
  return {
    continuesAfter,
    isOutOfTime: () =>
      performance.now() > endsAtMs || context.isGone?.() === true,
    logger,
    context,
  };
}

/**
 * Runs a task for each item, one after the other, and returns the outcome of each. Never
 * rejects, so that a failure does not hide the items that succeeded before it.
 */
export async function runInOrder<I, T>(
  items: readonly I[],
  run: (item: I) => Promise<T>,
  { continuesAfter, isOutOfTime, logger, context }: RunOptions,
): Promise<ItemOutcome<T>[]> {
  const outcomes: ItemOutcome<T>[] = [];
  let hasStopped = false;
  for (const item of items) {
    hasStopped ||= isOutOfTime();
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
      hasStopped = !continuesAfter(error);
    }
  }
  return outcomes;
}
