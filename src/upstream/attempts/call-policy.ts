import {
  BrokenCircuitError,
  CircuitState,
  SamplingBreaker,
  circuitBreaker,
  handleWhenResult,
} from "cockatiel";
import type { FairnessKey } from "./fair-queue.js";
import { FairSlots, QueueFull } from "./fair-slots.js";
import type { OperationRow } from "../operations.js";
import type { Timing } from "../timing.js";

/** Time limits of calls, in milliseconds. */
export interface CallLimits {
  /** Of one incoming request, pauses and read-backs included. */
  readonly readDeadlineMs: number;
  readonly writeDeadlineMs: number;
  /** Of one attempt. */
  readonly readAttemptMs: number;
  readonly writeAttemptMs: number;
  /** Reserved at the end of a write's deadline for reading back. */
  readonly readBackReserveMs: number;
}

/** Our choice: the vendor documents no time limits. */
export const DEFAULT_LIMITS: CallLimits = {
  readDeadlineMs: 10_000,
  writeDeadlineMs: 20_000,
  readAttemptMs: 5_000,
  writeAttemptMs: 8_000,
  readBackReserveMs: 3_000,
};

/** Further limits; our choice. */
export const POLICY = {
  /** With less time left, no attempt is started. */
  minAttemptMs: 250,
  /** Counts attempts that may have been sent; for the others see `retry-waits.ts`. */
  maxAttempts: 3,
  backOffBaseMs: 100,
  /** Base after throttling and conflicts. */
  slowBackOffBaseMs: 500,
  backOffCapMs: 5_000,
  /** Per directory; fewer than sockets, so that writes find a free one. */
  maxConcurrentReads: 60,
  maxQueuedReads: 1_024,
} as const;

/** Window of the retry budget and of the breaker's sample. */
const WINDOW_MS = 10_000;

/** Time that a breaker stays open before it lets one call through. */
export const BREAKER_OPEN_MS = 5_000;

/**
 * Bounds the load that retries add while the vendor fails: a token bucket that
 * successes refill, and a maximum share of the calls in each window.
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

  /** Whether one more retry is allowed. A retry after a timeout costs double. */
  takeRetry(afterTimeout: boolean): boolean {
    this.rollWindow();
    const cost = afterTimeout ? 10 : 5;
    // The minimum lets the breaker see enough failures to open.
    const allowed = Math.max(20, this.calls * 0.1);
    if (this.tokens < cost || this.retries >= allowed) return false;
    this.tokens -= cost;
    this.retries += 1;
    return true;
  }

  /** Returns the tokens of a retry that was not made. */
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

/** Why the previous attempt failed; determines the backoff. */
export interface AttemptFailure {
  /** Throttling or a conflict: the vendor responds but is busy. */
  readonly isBusy: boolean;
  readonly retryAfterMs?: number;
}

/**
 * Backoff before attempt number `attempt` (2 is the first retry): exponential with
 * full jitter, and at least the vendor's `Retry-After`.
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

/** Deadline of a request on the monotonic clock. */
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

/** An attempt that was not started because of the breaker or the bulkhead. */
export class NotExecuted {
  constructor(
    /** `breaker`: the vendor fails; `queue`: the gateway is overloaded. */
    readonly cause: "breaker" | "queue",
    readonly retryAfterSeconds: number,
  ) {}
}

/** State of a circuit breaker that calls can cause. */
export type BreakerState = "closed" | "open" | "half-open";

const BREAKER_STATES: ReadonlyMap<CircuitState, BreakerState> = new Map([
  [CircuitState.Closed, "closed"],
  [CircuitState.Open, "open"],
  [CircuitState.HalfOpen, "half-open"],
]);

/**
 * Circuit breaker and bulkhead: stops calls while the vendor does not respond, and
 * limits concurrent calls. Each directory has one for reads and one for writes.
 */
export class BreakerAndBulkhead<Outcome> {
  private readonly breaker;
  private readonly slots: FairSlots;

  /**
   * @param isFailure whether an outcome counts as a failure for the breaker
   * @param onState called after each change of the breaker's state
   */
  constructor(
    isFailure: (outcome: Outcome) => boolean,
    limits: { readonly maxConcurrent: number; readonly maxQueued: number },
    onState: (state: BreakerState) => void = () => undefined,
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
    this.breaker.onStateChange((state) => {
      const name = BREAKER_STATES.get(state);
      if (name !== undefined) onState(name);
    });
    this.slots = new FairSlots(limits.maxConcurrent, limits.maxQueued);
  }

  /** 0 closed, 1 open, 2 half-open, 3 isolated; for the metrics. */
  get breakerState(): number {
    return this.breaker.state;
  }

  get inFlight(): { readonly running: number; readonly waiting: number } {
    const { running, waiting } = this.slots;
    return { running, waiting };
  }

  /** @param turn caller and request; determine the order in the queue */
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
