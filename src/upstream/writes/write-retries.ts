import { pauseMs, POLICY } from "../attempts/call-policy.js";
import type { WriteOperation } from "../operations.js";
import {
  isConflict,
  isTimeout,
  isConnectionFailure,
  attemptFailureOf,
  type Outcome,
} from "../attempts/outcome.js";
import {
  conflictPauseMs,
  Reconnection,
  type RetryDependencies,
  type WriteRetryCooldown,
} from "../attempts/retry-waits.js";

/**
 * Maximum number of sends that count: those that the vendor may have carried out or
 * rejected for a reason other than a conflict. A creation is sent at most twice.
 */
function maxSends(operation: WriteOperation): number {
  return operation === "addMessageContact" ? 2 : POLICY.maxAttempts;
}

/** Decides whether one write is sent again and waits until then. */
export class WriteRetries {
  /** Sends that count towards `maxSends`. */
  private sends = 0;
  /** Consecutive conflicts. */
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

  /** Records the outcome of an attempt. */
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
   * Called when the breaker or the bulkhead rejected an attempt. Returns whether
   * the write may wait for a connection: true if an earlier attempt was not sent
   * and the breaker is open.
   */
  mayAwaitConnection(isBreakerOpen: boolean): boolean {
    this.reconnection.returnToken();
    return isBreakerOpen && this.reconnection.hasBegun;
  }

  /** Whether to resend a write that reading back showed as not carried out. */
  async retryAfterReadBack(): Promise<boolean> {
    if (this.conflicts > 0) return this.pauseForConflict();
    if (this.sends === 0) return true;
    const { observer, timing, budget } = this.parts;
    const isSpent =
      this.sends >= maxSends(this.operation) || !budget.takeRetry(false);
    if (isSpent) return false;
    observer.retried(this.operation);
    const failure = { isBusy: false };
    await timing.sleep(pauseMs(this.sends + 1, failure, timing.random));
    return true;
  }

  /** Whether to resend a write that was certainly not carried out. */
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

  /** Latest start of a send that leaves time for reading back. */
  private get lastSendAtMs(): number {
    const { readBackReserveMs } = this.parts.limits;
    return this.deadline - readBackReserveMs - 2 * POLICY.minAttemptMs;
  }

  /** Waits unless an earlier write gave up recently; starts the cooldown on failure. */
  private async unlessCoolingDown(
    wait: () => Promise<boolean>,
  ): Promise<boolean> {
    const mayRepeat = !this.cooldown.isActive && (await wait());
    if (!mayRepeat) this.cooldown.start();
    return mayRepeat;
  }

  /**
   * Pauses after a conflict with another write of the directory; false after the
   * latest start of a send. Uses no retry budget: the vendor is healthy, and the
   * write queue lets only one write at a time retry.
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
