import type { Usage } from "../../context/request-context.js";
import type { Attempts } from "../attempts/attempt.js";
import {
  BreakerAndBulkhead,
  NotExecuted,
  pauseMs,
  POLICY,
} from "../attempts/call-policy.js";
import type { FairnessKey } from "../attempts/fair-queue.js";
import { INTERNAL_CALL } from "../attempts/fair-slots.js";
import {
  attemptFailureOf,
  isBreakerFailure,
  isConnectionFailure,
  isTimeout,
  NOT_SENT,
  notStartedError,
  readError,
  type Outcome,
} from "../attempts/outcome.js";
import {
  isShortOutage,
  Reconnection,
  type RetryDependencies,
} from "../attempts/retry-waits.js";
import type { Operation } from "../operations.js";
import type { DirectoryPacer } from "../pacing/directory-pacer.js";
import type { VendorAnswer, VendorParams } from "../vendor/vendor-types.js";

/** Dependencies of reads. */
export interface ReadDependencies extends RetryDependencies {
  readonly attempts: Attempts;
  readonly pacer: DirectoryPacer;
}

/** How one read is made. */
export interface ReadOptions {
  /** On the monotonic clock. */
  readonly deadline: number;
  readonly usage: Usage;
  /** Whether a caller still waits for the result. */
  readonly isWanted?: () => boolean;
  /** Caller and request, which determine the order in the queue. */
  readonly turn?: FairnessKey;
  readonly maxAttempts?: number;
  /** Whether the read belongs to a write, and may use the tokens reserved for it. */
  readonly isReserved?: boolean;
  /** Called when an attempt is sent. */
  readonly onSend?: () => void;
}

/** Reads of one directory: in fair order, with retries. */
export class VendorReads {
  private readonly breakerAndBulkhead: BreakerAndBulkhead<Outcome<unknown>>;

  /** @param directory alias that the observer gets */
  constructor(
    private readonly parts: ReadDependencies,
    directory = "",
  ) {
    const { observer } = parts;
    this.breakerAndBulkhead = new BreakerAndBulkhead(
      isBreakerFailure,
      {
        maxConcurrent: POLICY.maxConcurrentReads,
        maxQueued: POLICY.maxQueuedReads,
      },
      (state) => observer.breakerChanged?.(directory, "read", state),
    );
  }

  /** Breaker state and numbers of reads, for the metrics. */
  get status(): {
    readonly breaker: number;
    readonly running: number;
    readonly waiting: number;
  } {
    const { breakerState, inFlight } = this.breakerAndBulkhead;
    return { breaker: breakerState, ...inFlight };
  }

  /**
   * Reads without joining another read, and without the cache.
   *
   * @throws {GatewayError} always this class
   */
  async readWithRetries<O extends Operation>(
    operation: O,
    params: VendorParams[O],
    {
      deadline,
      usage,
      isWanted = () => true,
      turn = INTERNAL_CALL,
      maxAttempts = POLICY.maxAttempts,
      isReserved = false,
      onSend,
    }: ReadOptions,
  ): Promise<VendorAnswer<O>> {
    const { attempts, budget, connection, limits, observer, pacer, timing } =
      this.parts;
    const reconnection = new Reconnection(connection);
    // The last attempt must start with at least twice the minimum attempt time.
    const awaitConnection = (): Promise<boolean> =>
      reconnection.awaitRetry(deadline - 2 * POLICY.minAttemptMs, isWanted);
    let attempt = 1;
    for (;;) {
      const makeAttempt = attempts.bindContext(() => {
        const leftMs = deadline - timing.now();
        if (leftMs < POLICY.minAttemptMs) return Promise.resolve(NOT_SENT);
        budget.countCall();
        onSend?.();
        const timeoutMs = Math.min(limits.readAttemptMs, leftMs);
        return attempts.attempt(operation, params, timeoutMs, usage);
      });
      const untilMs = deadline - POLICY.minAttemptMs;
      await pacer.acquire(operation, { turn, untilMs, isReserved, isWanted });
      const outcome = await this.breakerAndBulkhead.run(makeAttempt, turn);
      if (outcome instanceof NotExecuted) {
        reconnection.returnToken();
        const mayWait =
          outcome.cause === "breaker" &&
          (reconnection.hasBegun ||
            isShortOutage(connection, limits.readDeadlineMs));
        if (mayWait && (await awaitConnection())) continue;
        throw notStartedError(outcome);
      }
      pacer.record(operation, outcome);
      connection.unreachableSinceMs = isConnectionFailure(outcome)
        ? (connection.unreachableSinceMs ?? timing.now())
        : null;
      if (outcome.kind === "answered") {
        budget.countSuccess();
        return outcome.answer as VendorAnswer<O>;
      }
      if (outcome.kind === "final") throw outcome.error;
      if (isConnectionFailure(outcome)) {
        if (!(await awaitConnection())) throw readError(outcome);
        observer.retried(operation);
        continue;
      }
      const pause = pauseMs(
        attempt + 1,
        attemptFailureOf(outcome),
        timing.random,
      );
      const isLastAttempt =
        attempt >= maxAttempts ||
        timing.now() + pause + POLICY.minAttemptMs > deadline ||
        !isWanted() ||
        !budget.takeRetry(isTimeout(outcome));
      if (isLastAttempt) throw readError(outcome);
      observer.retried(operation);
      await timing.sleep(pause);
      attempt += 1;
    }
  }
}
