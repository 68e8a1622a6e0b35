import {
  BrokenCircuitError,
  SamplingBreaker,
  circuitBreaker,
  handleWhenResult,
} from "cockatiel";
import { FairSlots, QueueFull, type FairnessKey } from "./fair-slots.js";
import type { OperationRow } from "../operations.js";
import type { Timing } from "../timing.js";

/** How long calls may take, in milliseconds. */
export interface CallLimits {
  /** For one incoming request, pauses and read-backs included. */
  readonly readDeadlineMs: number;
  readonly writeDeadlineMs: number;
  /** For one attempt. */
  readonly readAttemptMs: number;
  readonly writeAttemptMs: number;
  /** Kept back from a write's last attempt, for reading what became of it. */
  readonly readBackReserveMs: number;
}

/** Our choice: the vendor states no times. */
export const DEFAULT_LIMITS: CallLimits = {
  readDeadlineMs: 10_000,
  writeDeadlineMs: 20_000,
  readAttemptMs: 5_000,
  writeAttemptMs: 8_000,
  readBackReserveMs: 3_000,
};

/** The other figures of the policy, in milliseconds unless named otherwise. */
export const POLICY = {
  /** Below this an attempt is not worth starting. */
  minAttemptMs: 250,
  /** Attempts that the vendor may have received; see `retry-waits.ts` for the others. */
  maxAttempts: 3,
  backOffBaseMs: 100,
  /** Base after throttling and conflicts. */
  slowBackOffBaseMs: 500,
  backOffCapMs: 5_000,
  /** At most this many reads of a directory at once: fewer than sockets. */
  maxConcurrentReads: 60,
  maxQueuedReads: 1_024,
} as const;

/** Length of a window of the retry budget and of the breaker's sample. */
const WINDOW_MS = 10_000;

/** How long a breaker stays open before it lets a call try. */
export const BREAKER_OPEN_MS = 5_000;

/**
 * Bounds the extra load that repeats put on a vendor in trouble: a bucket of
 * tokens that successes refill, and a share of the calls of each window.
 */
export class RetryBudget {
  private tokens = 500;
  private windowStartedAt = Number.NEGATIVE_INFINITY;
  private calls = 0;
  private retries = 0;

  constructor(private readonly timing: Pick<Timing, "now">) {}

  countCall(): void {
    this.rollWindow();
    this.calls += 1;
  }

  countSuccess(): void {
    if (this.tokens < 500) this.tokens += 1;
  }

  /** Takes leave for one repeat; a repeat after a time-out costs double. */
  takeRetry(afterTimeout: boolean): boolean {
    this.rollWindow();
    const cost = afterTimeout ? 10 : 5;
    // The floor is what the breaker needs to see before it decides.
    const allowed = Math.max(20, this.calls * 0.1);
    if (this.tokens < cost || this.retries >= allowed) return false;
    this.tokens -= cost;
    this.retries += 1;
    return true;
  }

  /** Returns the leave for a repeat that was not made. */
  returnRetry(): void {
    this.tokens = Math.min(500, this.tokens + 5);
    this.retries = Math.max(0, this.retries - 1);
  }

  private rollWindow(): void {
    const now = this.timing.now();
    if (now - this.windowStartedAt < WINDOW_MS) return;
    this.windowStartedAt = now;
    this.calls = 0;
    this.retries = 0;
  }
}

/** Why an attempt was pointless: what the pause before the next depends on. */
export interface AttemptFailure {
  /** Throttling or a conflict: the vendor is there, but busy. */
  readonly isBusy: boolean;
  readonly retryAfterMs?: number;
}

/**
 * Pause before attempt `attempt` (the second is 2): full jitter under a bound
 * that doubles, never shorter than what the vendor asks for.
 */
export function pauseMs(
  attempt: number,
  { isBusy, retryAfterMs = 0 }: AttemptFailure,
  random: () => number,
): number {
  const base = isBusy ? POLICY.slowBackOffBaseMs : POLICY.backOffBaseMs;
  const bound = Math.min(POLICY.backOffCapMs, base * 2 ** (attempt - 1));
  return Math.max(retryAfterMs, Math.round(random() * bound));
}

/** When the request's time is over, on the monotonic clock. */
export function deadlineOf(
  { kind }: OperationRow,
  startedAtMs: number,
  limits: CallLimits,
): number {
  return (
    startedAtMs +
    (kind === "read" ? limits.readDeadlineMs : limits.writeDeadlineMs)
  );
}

/** An attempt that was not started, and when one may be worth it, in seconds. */
export class NotExecuted {
  constructor(
    /** An open breaker is the vendor's trouble, a full queue is our own. */
    readonly cause: "breaker" | "queue",
    readonly retryAfterSeconds: number,
  ) {}
}

/**
 * Keeps calls away from a vendor that does not answer, and bounds how many are
 * on their way. One for reads and one for writes of each directory.
 */
export class BreakerAndBulkhead<Outcome> {
  private readonly breaker;
  private readonly slots: FairSlots;

  /** @param isFailure outcomes that speak against the vendor's health */
  constructor(
    isFailure: (outcome: Outcome) => boolean,
    limits: { readonly atOnce: number; readonly waiting: number },
  ) {
    this.breaker = circuitBreaker(
      handleWhenResult((outcome) => isFailure(outcome as Outcome)),
      {
        halfOpenAfter: BREAKER_OPEN_MS,
        breaker: new SamplingBreaker({
          threshold: 0.5,
          duration: WINDOW_MS,
          minimumRps: 2,
        }),
      },
    );
    this.slots = new FairSlots(limits.atOnce, limits.waiting);
  }

  /** 0 closed, 1 open, 2 half-open, 3 isolated; for the metrics. */
  get breakerState(): number {
    return this.breaker.state;
  }

  get inFlight(): { readonly running: number; readonly waiting: number } {
    const { running, waiting } = this.slots;
    return { running, waiting };
  }

  /** @param turn on whose behalf; decides the order while others wait */
  async run(
    attempt: () => Promise<Outcome>,
    turn?: FairnessKey,
  ): Promise<Outcome | NotExecuted> {
    try {
      return await this.slots.run(() => this.breaker.execute(attempt), turn);
    } catch (error) {
      if (error instanceof BrokenCircuitError) {
        return new NotExecuted("breaker", Math.ceil(BREAKER_OPEN_MS / 1_000));
      }
      if (error instanceof QueueFull) return new NotExecuted("queue", 1);
      throw error;
    }
  }
}
