import type { Outcome } from "../attempts/attempt.js";
import {
  pauseMs,
  POLICY,
  type CallLimits,
  type RetryBudget,
} from "../attempts/call-policy.js";
import type { WriteOperation } from "../operations.js";
import {
  isConflict,
  isTimeout,
  isConnectionFailure,
  attemptFailureOf,
} from "../attempts/outcome-errors.js";
import {
  conflictPauseMs,
  Reconnection,
  type ConnectionState,
  type WriteRetryCooldown,
} from "../attempts/retry-waits.js";
import type { Timing } from "../timing.js";
import type { UpstreamObserver } from "../upstream-observer.js";

/** What deciding about repeats needs. */
export interface RetryDependencies {
  readonly observer: UpstreamObserver;
  readonly budget: RetryBudget;
  readonly connection: ConnectionState;
  readonly timing: Timing;
  readonly limits: CallLimits;
}

/**
 * Most sends of one write that the vendor may have carried out, or refused for
 * another reason than a conflict; a created contact is never sent thrice.
 */
function maxSends(operation: WriteOperation): number {
  return operation === "addMessageContact" ? 2 : POLICY.maxAttempts;
}

/** Decides whether and when one write is sent again, and pauses until then. */
export class WriteRetries {
  /** Sends that count towards `maxSends`. */
  private sends = 0;
  /** Conflicts in a row. */
  private conflicts = 0;
  private readonly reconnection: Reconnection;

  constructor(
    private readonly parts: RetryDependencies,
    private readonly cooldown: WriteRetryCooldown,
    private readonly operation: WriteOperation,
    private readonly deadline: number,
  ) {
    this.reconnection = new Reconnection(parts.connection);
  }

  /** Notes how an attempt ended. */
  recordOutcome(outcome: Outcome<unknown>): void {
    if (isConnectionFailure(outcome)) return;
    if (isConflict(outcome)) {
      this.conflicts += 1;
      return;
    }
    this.sends += 1;
    this.conflicts = 0;
    if (outcome.kind === "answered" || outcome.kind === "final") {
      this.cooldown.end();
    }
  }

  /**
   * Notes that the breaker rejected an attempt. True when the write may wait for
   * the vendor all the same: an earlier attempt could not be sent.
   */
  mayAwaitConnection(isBreakerOpen: boolean): boolean {
    this.reconnection.returnToken();
    return isBreakerOpen && this.reconnection.hasBegun;
  }

  /** Whether a write that reading back has not found is sent again. */
  async retryAfterReadBack(): Promise<boolean> {
    if (this.conflicts > 0) return this.pauseForConflict();
    if (this.sends === 0) return true;
    const { observer, timing, budget } = this.parts;
    const isSpent =
      this.sends >= maxSends(this.operation) || !budget.takeRetry(false);
    if (isSpent) return false;
    observer.retried(this.operation);
    const setback = { isBusy: false };
    await timing.sleep(pauseMs(this.sends + 1, setback, timing.random));
    return true;
  }

  /** Whether a write that was certainly not carried out is sent again. */
  async retryAfterRejection(
    outcome: Extract<Outcome<unknown>, { kind: "not-sent" | "transient" }>,
  ): Promise<boolean> {
    if (outcome.kind === "not-sent") {
      return (
        !outcome.isDenied &&
        (await this.unlessCoolingDown(() => this.awaitConnection()))
      );
    }
    if (isConflict(outcome)) {
      return this.unlessCoolingDown(() =>
        this.pauseForConflict(outcome.retryAfterMs),
      );
    }
    const { budget, limits, observer, timing } = this.parts;
    const pause = pauseMs(
      this.sends + 1,
      attemptFailureOf(outcome),
      timing.random,
    );
    const isOver =
      this.sends >= POLICY.maxAttempts ||
      timing.now() + pause + limits.readBackReserveMs + POLICY.minAttemptMs >
        this.deadline ||
      !budget.takeRetry(isTimeout(outcome));
    if (isOver) return false;
    observer.retried(this.operation);
    await timing.sleep(pause);
    return true;
  }

  /** When the last send must start, so that reading back can follow it. */
  private get lastSendAtMs(): number {
    const { readBackReserveMs } = this.parts.limits;
    return this.deadline - readBackReserveMs - 2 * POLICY.minAttemptMs;
  }

  /** Waits, unless a write before this one has shown that waiting is in vain. */
  private async unlessCoolingDown(
    wait: () => Promise<boolean>,
  ): Promise<boolean> {
    const mayRepeat = !this.cooldown.isActive && (await wait());
    if (!mayRepeat) this.cooldown.start();
    return mayRepeat;
  }

  /**
   * Waits while another change of the directory runs; false when the time is over.
   * Takes nothing from the retry budget: the vendor is healthy, and the write queue
   * lets one write at a time repeat.
   */
  private async pauseForConflict(retryAfterMs?: number): Promise<boolean> {
    const { observer, timing } = this.parts;
    const leftMs = this.lastSendAtMs - timing.now();
    if (leftMs <= 0) return false;
    const pause = conflictPauseMs(this.conflicts, timing.random, retryAfterMs);
    observer.retried(this.operation);
    await timing.sleep(Math.min(leftMs, pause));
    return true;
  }

  private async awaitConnection(): Promise<boolean> {
    const { reconnection, parts, lastSendAtMs } = this;
    const mayRepeat = await reconnection.awaitRetry(lastSendAtMs, () => true);
    if (mayRepeat) parts.observer.retried(this.operation);
    return mayRepeat;
  }
}
