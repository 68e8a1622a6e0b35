import type { RequestContext, Usage } from "../../context/request-context.js";
import type { Attempts } from "../attempts/attempt.js";
import {
  BreakerAndBulkhead,
  deadlineOf,
  NotExecuted,
  pauseMs,
  POLICY,
} from "../attempts/call-policy.js";
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
import { OPERATIONS, type Operation } from "../operations.js";
import type { VendorAnswer, VendorParams } from "../vendor/vendor-types.js";

/** Dependencies of reads. */
export interface ReadDependencies extends RetryDependencies {
  readonly attempts: Attempts;
}

/** A read in flight and the requests that wait for it. */
interface SharedRead {
  answer: Promise<unknown>;
  readonly waiting: RequestContext[];
}

/** Reads of one directory: coalesced, in fair order, with retries. */
export class VendorReads {
  private readonly inFlight = new Map<string, SharedRead>();
  private readonly breakerAndBulkhead = new BreakerAndBulkhead<
    Outcome<unknown>
  >(isBreakerFailure, {
    maxConcurrent: POLICY.maxConcurrentReads,
    maxQueued: POLICY.maxQueuedReads,
  });

  constructor(private readonly parts: ReadDependencies) {}

  /** Breaker state and numbers of reads, for the metrics. */
  get status(): {
    readonly breaker: number;
    readonly running: number;
    readonly waiting: number;
  } {
    const { breakerState, inFlight } = this.breakerAndBulkhead;
    return { breaker: breakerState, ...inFlight };
  }

  /** Later reads join no read that is in flight now; called after a write. */
  detachRunning(): void {
    this.inFlight.clear();
  }

  /**
   * Joins an identical read in flight, or starts one.
   *
   * @throws {GatewayError} always this class
   */
  readShared<O extends Operation>(
    operation: O,
    params: VendorParams[O],
    context: RequestContext,
  ): Promise<VendorAnswer<O>> {
    const key = `${operation} ${JSON.stringify(params)}`;
    const running = this.inFlight.get(key);
    if (running !== undefined) {
      running.waiting.push(context);
      return running.answer as Promise<VendorAnswer<O>>;
    }
    const waiting = [context];
    const { limits } = this.parts;
    const answer = this.readWithRetries(
      operation,
      params,
      deadlineOf(OPERATIONS[operation], context.startedAtMs, limits),
      context.usage,
      () => waiting.some(({ isGone }) => isGone?.() !== true),
      { caller: context.caller.id, request: context.requestId },
    ).finally(() => {
      // A write may have cleared the map, and a newer read may be registered.
      if (this.inFlight.get(key) === read) this.inFlight.delete(key);
      // V8 retains old Map backing stores until a major GC: drop the references
      // so that finished requests are not kept alive.
      read.answer = RELEASED;
      waiting.length = 0;
    });
    const read: SharedRead = { answer, waiting };
    this.inFlight.set(key, read);
    return answer;
  }

  /**
   * Reads without joining another read.
   *
   * @param isWanted whether a caller still waits for the result
   * @throws {GatewayError} always this class
   */
  async readWithRetries<O extends Operation>(
    operation: O,
    params: VendorParams[O],
    deadline: number,
    usage: Usage,
    isWanted: () => boolean = () => true,
    turn = INTERNAL_CALL,
  ): Promise<VendorAnswer<O>> {
    const { attempts, budget, connection, limits, observer, timing } =
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
        const timeoutMs = Math.min(limits.readAttemptMs, leftMs);
        return attempts.attempt(operation, params, timeoutMs, usage);
      });
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
        attempt >= POLICY.maxAttempts ||
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

const RELEASED = Promise.resolve();
