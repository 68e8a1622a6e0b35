import { ErrorCode } from "../../errors/error-codes.js";
import { GatewayError, type UpstreamInfo } from "../../errors/gateway-error.js";
import type { NotExecuted, AttemptFailure } from "./call-policy.js";

/**
 * Outcome of one attempt:
 * - `answered`: a valid success response of the operation;
 * - `not-sent`: no byte was sent, so nothing was carried out;
 * - `transient`: rejected for a temporary reason, and not carried out;
 * - `final`: rejected permanently;
 * - `ambiguous`: sent without a usable response; it may have been carried out.
 */
export type Outcome<A> =
  | { readonly kind: "answered"; readonly answer: A }
  | { readonly kind: "not-sent"; readonly isDenied: boolean }
  | {
      readonly kind: "transient";
      readonly error: GatewayError;
      readonly code: string;
      readonly retryAfterMs?: number;
    }
  | {
      readonly kind: "final";
      readonly error: GatewayError;
      readonly code: string;
    }
  | {
      readonly kind: "ambiguous";
      readonly isTimeout: boolean;
      readonly upstream?: UpstreamInfo;
    };

/** Input of the backoff before the next attempt. */
export function attemptFailureOf(outcome: Outcome<unknown>): AttemptFailure {
  return outcome.kind === "transient"
    ? {
        isBusy:
          outcome.error.code === ErrorCode.UPSTREAM_THROTTLED ||
          outcome.error.code === ErrorCode.CONCURRENT_CHANGE,
        ...(outcome.retryAfterMs === undefined
          ? {}
          : { retryAfterMs: outcome.retryAfterMs }),
      }
    : { isBusy: false };
}

export function isTimeout(outcome: Outcome<unknown>): boolean {
  return outcome.kind === "ambiguous" && outcome.isTimeout;
}

/** Outcome of an attempt whose time was up before it started. */
export const NOT_SENT: Outcome<never> = { kind: "not-sent", isDenied: false };

/** Whether a call was not sent because no connection was established. */
export function isConnectionFailure(outcome: Outcome<unknown>): boolean {
  return outcome.kind === "not-sent" && !outcome.isDenied;
}

/** Whether an outcome counts as a breaker failure: lost or unusable responses. */
export function isBreakerFailure(outcome: Outcome<unknown>): boolean {
  return outcome.kind === "ambiguous" || isConnectionFailure(outcome);
}

/** Whether the vendor rejected a write because another one runs. */
export function isConflict(
  outcome: Outcome<unknown>,
): outcome is Extract<Outcome<unknown>, { kind: "transient" }> {
  return (
    outcome.kind === "transient" &&
    outcome.error.code === ErrorCode.CONCURRENT_CHANGE
  );
}

/** Error for a call rejected by the breaker or the bulkhead. */
export function notStartedError({
  cause,
  retryAfterSeconds,
}: NotExecuted): GatewayError {
  return new GatewayError(
    cause === "queue" ? ErrorCode.GATEWAY_BUSY : ErrorCode.UPSTREAM_UNAVAILABLE,
    { retryAfterSeconds },
  );
}

/** Error for an attempt that was not sent. */
export function notSentError(outcome: {
  readonly isDenied: boolean;
}): GatewayError {
  return outcome.isDenied
    ? new GatewayError(ErrorCode.UPSTREAM_DENIED)
    : new GatewayError(ErrorCode.UPSTREAM_UNAVAILABLE, {
        retryAfterSeconds: 1,
      });
}

/** Error for a read without a usable response. */
export function readError(
  outcome: Exclude<Outcome<unknown>, { kind: "answered" | "final" }>,
): GatewayError {
  switch (outcome.kind) {
    case "not-sent":
      return notSentError(outcome);
    case "transient":
      return outcome.error;
    case "ambiguous":
      return new GatewayError(ErrorCode.UPSTREAM_UNAVAILABLE, {
        retryAfterSeconds: 1,
        ...withUpstream(outcome.upstream),
      });
  }
}

export function withUpstream(upstream: UpstreamInfo | undefined): {
  upstream?: UpstreamInfo;
} {
  return upstream === undefined ? {} : { upstream };
}
