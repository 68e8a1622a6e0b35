import { randomUUID } from "node:crypto";
import type { RequestContext } from "../context/request-context.js";
import { Attempts, type Transport } from "./attempts/attempt.js";
import {
  BreakerAndBulkhead,
  DEFAULT_LIMITS,
  RetryBudget,
  type CallLimits,
} from "./attempts/call-policy.js";
import { isBreakerFailure, type Outcome } from "./attempts/outcome.js";
import { WriteRetryCooldown } from "./attempts/retry-waits.js";
import { countRequested } from "./call-counts.js";
import type { IdempotencyKeys } from "./idempotency/idempotency-keys.js";
import { KeyedPlans } from "./idempotency/keyed-plans.js";
import {
  OPERATIONS,
  type Operation,
  type WriteOperation,
} from "./operations.js";
import { DirectoryPacer, type PacingStatus } from "./pacing/directory-pacer.js";
import {
  NO_OTHER_REPLICAS,
  type InvalidationBus,
} from "./reads/invalidation-bus.js";
import type { ReadCacheLimits } from "./reads/read-cache.js";
import { ContactVersions } from "./reads/contact-versions.js";
import { ReadStore } from "./reads/read-store.js";
import { SharedReads } from "./reads/shared-reads.js";
import { VendorReads, type ReadDependencies } from "./reads/vendor-reads.js";
import { SYSTEM_TIMING, type Timing } from "./timing.js";
import type { RpcSigner } from "./transport/signer.js";
import { UNOBSERVED, type UpstreamObserver } from "./upstream-observer.js";
import type { VendorAnswer, VendorParams } from "./vendor/vendor-types.js";
import { KeyedWrites } from "./writes/keyed-writes.js";
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
  readonly cache?: ReadCacheLimits;
  readonly bus?: InvalidationBus;
  /** Alias of the directory, as other replicas know it. */
  readonly directory?: string;
  /** HMAC key of the versions of contacts; the same on all replicas. */
  readonly versionSecret?: string;
  /** No limit by default. */
  readonly pacer?: DirectoryPacer;
  /** Resolves when the reads that arrive together have arrived. */
  readonly gather?: () => Promise<void>;
}

const NO_CACHE: ReadCacheLimits = { lifetimeMs: 0, maxLifetimeMs: 0 };

/** Resolves when all events that are due now were handled. */
const endOfTurn = (): Promise<void> =>
  new Promise((resolve) => void setImmediate(resolve));

/** Status of one directory's client. Breakers: 0 closed, 1 open, 2 half-open. */
export interface ClientStatus {
  readonly readBreaker: number;
  readonly writeBreaker: number;
  readonly readsRunning: number;
  readonly readsWaiting: number;
  readonly writesWaiting: number;
  readonly pacing: readonly PacingStatus[];
}

/** Concurrent writes of one directory; the write queue normally allows one. */
const WRITE_BULKHEAD = { maxConcurrent: 4, maxQueued: 1_024 };

/**
 * Client of the vendor's API for one resource directory.
 *
 * Identical reads in flight share one call. Writes run one at a time. A write is
 * sent again only if it was certainly not carried out or is idempotent.
 *
 * Path of a read:
 * 1. `Upstream.call` selects the client of the directory.
 * 2. `UpstreamClient.execute` passes reads to `SharedReads.read`, which answers from
 *    the cache, joins an identical read, or combines reads of contacts into a list.
 * 3. `VendorReads.readWithRetries` waits for a token of the `DirectoryPacer`, sends the
 *    read, and retries it.
 * 4. `BreakerAndBulkhead.run` queues the attempt or rejects it.
 * 5. `Attempts.attempt` signs (`RpcSigner`), sends (`UpstreamTransport`) and
 *    classifies the response as an `Outcome`.
 *
 * Path of a write:
 * 1. `Upstream.call` selects the client; `WriteAudit.run` records the outcome.
 * 2. `UpstreamClient.execute` passes writes to `KeyedWrites.executeIdempotent`,
 *    which claims the idempotency key (`IdempotencyKeys` over a `KeyStore`) or
 *    replays the stored result.
 * 3. `WriteQueue.run` starts the write when earlier writes of the directory ended.
 * 4. `WriteExecution.run` sends until the outcome is known. `WriteRetries` decides
 *    about each resend, and `SETTLEMENTS` reads back through `VendorReads`.
 * 5. `BreakerAndBulkhead.run` and `Attempts.attempt` as for a read.
 */
export class UpstreamClient {
  private readonly transport: Transport;
  private readonly queue: WriteQueue;
  /** Versions of this directory's contacts. */
  readonly versions: ContactVersions;
  /** Plans of changes that need several writes. */
  readonly plans: KeyedPlans;
  private readonly pacer: DirectoryPacer;
  private readonly observer: UpstreamObserver;
  private readonly reads: VendorReads;
  private readonly shared: SharedReads;
  private readonly writes: KeyedWrites;
  private readonly writeBreaker: BreakerAndBulkhead<Outcome<unknown>>;

  constructor({
    signer,
    transport,
    writes: queue,
    keys,
    timing = SYSTEM_TIMING,
    observer = UNOBSERVED,
    limits = DEFAULT_LIMITS,
    cache = NO_CACHE,
    bus = NO_OTHER_REPLICAS,
    directory = "",
    pacer = new DirectoryPacer(0, timing),
    versionSecret = randomUUID(),
    gather = endOfTurn,
  }: ClientDependencies) {
    this.transport = transport;
    this.queue = queue;
    const attempts = new Attempts(signer, transport, timing, observer);
    const budget = new RetryBudget(timing);
    this.pacer = pacer;
    this.versions = new ContactVersions(versionSecret);
    this.plans = new KeyedPlans(keys);
    this.observer = observer;
    const shared: ReadDependencies = {
      attempts,
      pacer,
      observer,
      budget,
      timing,
      limits,
      connection: {
        timing,
        budget,
        lastReplyAtMs: () => attempts.lastReplyAtMs(),
        unreachableSinceMs: null,
        waitingCalls: 0,
      },
    };
    this.writeBreaker = new BreakerAndBulkhead(
      isBreakerFailure,
      WRITE_BULKHEAD,
      (state) => observer.breakerChanged?.(directory, "write", state),
    );
    this.reads = new VendorReads(shared, directory);
    this.shared = new SharedReads({
      reads: this.reads,
      store: new ReadStore(cache, timing.now),
      bus,
      directory,
      isUnderPressure: (operation) => pacer.isUnderPressure(operation),
      hasSpareCalls: (operation) => pacer.hasSpareCalls(operation),
      gather,
      limits,
      observer,
      timing,
    });
    this.writes = new KeyedWrites(
      {
        ...shared,
        breakerAndBulkhead: this.writeBreaker,
        reads: this.reads,
        versions: this.versions,
        announce: (scope) => this.shared.announceWrite(scope),
        cooldown: new WriteRetryCooldown(timing.now),
      },
      queue,
      keys,
    );
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
    countRequested(operation, context.usage, this.observer);
    if (!isWrite(operation)) {
      return this.shared.read(operation, params, context);
    }
    const answer: Promise<object> = this.writes.executeIdempotent(
      operation,
      params as never,
      context,
      hooks,
    );
    return answer as Promise<VendorAnswer<O>>;
  }

  /** Current status, for the metrics. */
  get status(): ClientStatus {
    const { breaker, running, waiting } = this.reads.status;
    return {
      readBreaker: breaker,
      writeBreaker: this.writeBreaker.breakerState,
      readsRunning: running,
      readsWaiting: waiting,
      writesWaiting: this.queue.length,
      pacing: this.pacer.statuses,
    };
  }

  /** Waits for running calls, then closes all connections. */
  async close(): Promise<void> {
    await this.transport.close?.();
  }
}

function isWrite(operation: Operation): operation is WriteOperation {
  return OPERATIONS[operation].kind === "write";
}
