import { ErrorCode } from "../../errors/error-codes.js";
import { GatewayError, type UpstreamInfo } from "../../errors/gateway-error.js";
import type { Outcome } from "./attempt.js";
import type { NotExecuted, AttemptFailure } from "./call-policy.js";

/** What the pause before a repeat depends on. */
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

/** Whether a call was not sent because no connection could be made. */
export function isConnectionFailure(outcome: Outcome<unknown>): boolean {
  return outcome.kind === "not-sent" && !outcome.isDenied;
}

/** Whether the vendor refused a write because another one runs. */
export function isConflict(
  outcome: Outcome<unknown>,
): outcome is Extract<Outcome<unknown>, { kind: "transient" }> {
  return (
    outcome.kind === "transient" &&
    outcome.error.code === ErrorCode.CONCURRENT_CHANGE
  );
}

/** The error of a call rejected by the breaker or by a full queue. */
export function notStartedError({
  cause,
  retryAfterSeconds,
}: NotExecuted): GatewayError {
  return new GatewayError(
    cause === "queue" ? ErrorCode.GATEWAY_BUSY : ErrorCode.UPSTREAM_UNAVAILABLE,
    { retryAfterSeconds },
  );
}

/** The error of an attempt of which it is certain that nothing happened. */
export function notSentError(outcome: {
  readonly isDenied: boolean;
}): GatewayError {
  return outcome.isDenied
    ? new GatewayError(ErrorCode.UPSTREAM_DENIED)
    : new GatewayError(ErrorCode.UPSTREAM_UNAVAILABLE, {
        retryAfterSeconds: 1,
      });
}

/** The error of a read that got no answer. */
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
