import type { RequestContext, Usage } from "../context/request-context.js";
import { Attempts, type Outcome, type Transport } from "./attempts/attempt.js";
import {
  BreakerAndBulkhead,
  DEFAULT_LIMITS,
  deadlineOf,
  NotExecuted,
  pauseMs,
  POLICY,
  RetryBudget,
  type CallLimits,
} from "./attempts/call-policy.js";
import { INTERNAL_CALL } from "./attempts/fair-slots.js";
import type { IdempotencyKeys } from "./idempotency/idempotency-keys.js";
import { KeyedWrites } from "./writes/keyed-writes.js";
import {
  OPERATIONS,
  type Operation,
  type WriteOperation,
} from "./operations.js";
import {
  readError,
  isTimeout,
  isConnectionFailure,
  attemptFailureOf,
  notStartedError,
} from "./attempts/outcome-errors.js";
import {
  isShortOutage,
  Reconnection,
  type ConnectionState,
} from "./attempts/retry-waits.js";
import type { RpcSigner } from "./transport/signer.js";
import { SYSTEM_TIMING, type Timing } from "./timing.js";
import { UNOBSERVED, type UpstreamObserver } from "./upstream-observer.js";
import { VendorWrites } from "./writes/vendor-writes.js";
import type { VendorAnswer, VendorParams } from "./vendor/vendor-types.js";
import type { WriteHooks } from "./writes/write-hooks.js";
import type { WriteQueue } from "./writes/write-queue.js";

/** Dependencies of one client. */
export interface ClientDependencies {
  readonly signer: Pick<RpcSigner, "sign" | "invalidateCredentials">;
  readonly transport: Transport;
  readonly writes: WriteQueue;
  readonly keys: IdempotencyKeys;
  readonly timing?: Timing;
  readonly observer?: UpstreamObserver;
  readonly limits?: CallLimits;
}

/** Status of one directory's client. Breakers: 0 closed, 1 open, 2 half-open. */
export interface ClientStatus {
  readonly readBreaker: number;
  readonly writeBreaker: number;
  readonly readsRunning: number;
  readonly readsWaiting: number;
  readonly writesWaiting: number;
}

/** A read in flight and the requests that wait for it. */
interface SharedRead {
  answer: Promise<unknown>;
  readonly waiting: RequestContext[];
}

/**
 * Client of the vendor's API for one resource directory.
 *
 * Identical reads in flight share one call. Writes run one at a time. A write is
 * sent again only if it was certainly not carried out or is idempotent.
 */
export class UpstreamClient {
  private readonly readsInFlight = new Map<string, SharedRead>();
  private readonly transport: Transport;
  private readonly timing: Timing;
  private readonly limits: CallLimits;
  private readonly attempts: Attempts;
  private readonly observer: UpstreamObserver;
  private readonly budget: RetryBudget;
  private readonly connection: ConnectionState;
  private readonly reads = new BreakerAndBulkhead<Outcome<unknown>>(
    isBreakerFailure,
    {
      atOnce: POLICY.maxConcurrentReads,
      waiting: POLICY.maxQueuedReads,
    },
  );
  private readonly changes = new BreakerAndBulkhead<Outcome<unknown>>(
    isBreakerFailure,
    {
      atOnce: 4,
      waiting: 1_024,
    },
  );
  private readonly writes: WriteQueue;
  private readonly keyed: KeyedWrites;

  constructor({
    signer,
    transport,
    writes,
    keys,
    timing = SYSTEM_TIMING,
    observer = UNOBSERVED,
    limits = DEFAULT_LIMITS,
  }: ClientDependencies) {
    this.limits = limits;
    this.transport = transport;
    this.timing = timing;
    this.observer = observer;
    this.attempts = new Attempts(signer, transport, timing, observer);
    this.budget = new RetryBudget(timing);
    this.connection = {
      timing,
      budget: this.budget,
      lastReplyAtMs: () => this.attempts.lastReplyAtMs(),
      unreachableSinceMs: null,
      waitingCalls: 0,
    };
    const vendorWrites = new VendorWrites({
      attempts: this.attempts,
      admission: this.changes,
      observer,
      budget: this.budget,
      connection: this.connection,
      timing,
      limits,
      read: (operation, params, deadline, usage) =>
        this.readWithRetries(operation, params, deadline, () => true, usage),
    });
    this.writes = writes;
    this.keyed = new KeyedWrites(vendorWrites, writes, keys, timing, limits);
  }

  /**
   * Sends one operation to the vendor and resolves with its validated response.
   *
   * Takes at most the time left on the request's deadline, pauses included.
   *
   * @param hooks for writes only
   * @throws {GatewayError} always this class; vendor errors are converted here
   */
  execute<O extends Operation>(
    operation: O,
    params: VendorParams[O],
    context: RequestContext,
    hooks?: WriteHooks,
  ): Promise<VendorAnswer<O>> {
    if (!isWrite(operation)) return this.readShared(operation, params, context);
    const answer: Promise<object> = this.keyed
      .executeIdempotent(operation, params as never, context, hooks)
      // Later reads must not join a read that began before this write.
      .finally(() => this.readsInFlight.clear());
    return answer as Promise<VendorAnswer<O>>;
  }

  /** Current status, for the metrics. */
  get status(): ClientStatus {
    const { running, waiting } = this.reads.inFlight;
    return {
      readBreaker: this.reads.breakerState,
      writeBreaker: this.changes.breakerState,
      readsRunning: running,
      readsWaiting: waiting,
      writesWaiting: this.writes.length,
    };
  }

  /** Waits for running calls, then closes all connections. */
  async close(): Promise<void> {
    await this.transport.close?.();
  }

  /** Joins an identical read in flight, or starts one. */
  private readShared<O extends Operation>(
    operation: O,
    params: VendorParams[O],
    context: RequestContext,
  ): Promise<VendorAnswer<O>> {
    const key = `${operation} ${JSON.stringify(params)}`;
    const running = this.readsInFlight.get(key);
    if (running !== undefined) {
      running.waiting.push(context);
      return running.answer as Promise<VendorAnswer<O>>;
    }
    const waiting = [context];
    const answer = this.readWithRetries(
      operation,
      params,
      deadlineOf(OPERATIONS[operation], context.startedAtMs, this.limits),
      () => waiting.some(({ isGone }) => isGone?.() !== true),
      context.usage,
      { caller: context.caller.id, request: context.requestId },
    ).finally(() => {
      // A write may have cleared the map, and a newer read may be registered.
      if (this.readsInFlight.get(key) === read) this.readsInFlight.delete(key);
      // V8 retains old Map backing stores until a major GC: drop the references
      // so that finished requests are not kept alive.
      read.answer = RELEASED;
      waiting.length = 0;
    });
    const read: SharedRead = { answer, waiting };
    this.readsInFlight.set(key, read);
    return answer;
  }

  private async readWithRetries<O extends Operation>(
    operation: O,
    params: VendorParams[O],
    deadline: number,
    isWanted: () => boolean,
    usage: Usage,
    turn = INTERNAL_CALL,
  ): Promise<VendorAnswer<O>> {
    const { timing, budget } = this;
    const reconnection = new Reconnection(this.connection);
    let attempt = 1;
    for (;;) {
      const make = this.attempts.bindContext(() => {
        const left = deadline - timing.now();
        if (left < POLICY.minAttemptMs) return Promise.resolve(NOT_SENT);
        budget.countCall();
        return this.attempts.attempt(
          operation,
          params,
          Math.min(this.limits.readAttemptMs, left),
          usage,
        );
      });
      const outcome = await this.reads.run(make, turn);
      if (outcome instanceof NotExecuted) {
        reconnection.returnToken();
        const mayWait =
          outcome.cause === "breaker" &&
          (reconnection.hasBegun ||
            isShortOutage(this.connection, this.limits.readDeadlineMs));
        if (
          mayWait &&
          (await this.awaitConnection(reconnection, deadline, isWanted))
        )
          continue;
        throw notStartedError(outcome);
      }
      this.connection.unreachableSinceMs = isConnectionFailure(outcome)
        ? (this.connection.unreachableSinceMs ?? timing.now())
        : null;
      if (outcome.kind === "answered") {
        budget.countSuccess();
        return outcome.answer as VendorAnswer<O>;
      }
      if (outcome.kind === "final") throw outcome.error;
      if (isConnectionFailure(outcome)) {
        if (!(await this.awaitConnection(reconnection, deadline, isWanted)))
          throw readError(outcome);
        this.observer.retried(operation);
        continue;
      }
      const pause = pauseMs(
        attempt + 1,
        attemptFailureOf(outcome),
        timing.random,
      );
      const isOver =
        attempt >= POLICY.maxAttempts ||
        timing.now() + pause + POLICY.minAttemptMs > deadline ||
        !isWanted() ||
        !budget.takeRetry(isTimeout(outcome));
      if (isOver) throw readError(outcome);
      this.observer.retried(operation);
      await timing.sleep(pause);
      attempt += 1;
    }
  }

  private awaitConnection(
    reconnection: Reconnection,
    deadline: number,
    isWanted: () => boolean,
  ): Promise<boolean> {
    // The last attempt must start with at least twice the minimum attempt time.
    return reconnection.awaitRetry(
      deadline - 2 * POLICY.minAttemptMs,
      isWanted,
    );
  }
}

const RELEASED = Promise.resolve();

const NOT_SENT: Outcome<never> = { kind: "not-sent", isDenied: false };

function isWrite(operation: Operation): operation is WriteOperation {
  return OPERATIONS[operation].kind === "write";
}

/** Only lost or unusable responses count as breaker failures. */
function isBreakerFailure(outcome: Outcome<unknown>): boolean {
  return (
    outcome.kind === "ambiguous" ||
    (outcome.kind === "not-sent" && !outcome.isDenied)
  );
}
