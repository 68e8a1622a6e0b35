import { randomUUID } from "node:crypto";
import { Inject, Injectable } from "@nestjs/common";
import { AccessControl } from "../../access/access-control.js";
import type { RequestContext } from "../../context/request-context.js";
import { ErrorCode } from "../../errors/error-codes.js";
import { GatewayError } from "../../errors/gateway-error.js";
import { Logger } from "../../logging/logger.js";
import {
  identityOf,
  isFinal,
  reportIn,
  type DeletionReport,
} from "./deletion-report.js";
import {
  DELETION_RELAY,
  type DeletionRelay,
  type RelayedDeletion,
} from "./deletion-relay.js";
import { Deletions } from "./deletions.js";
import { LatestValueStream } from "./latest-value-stream.js";
import { DeletionState } from "../shapes/enums.js";

/** Pause between two looks at a deletion: doubles from the first to the last. */
export const FIRST_PAUSE_MS = 2_000;
export const LAST_PAUSE_MS = 30_000;

/** Longest time that one look takes: the deadline of a read, and a margin. */
const LOOK_MS = 12_000;

/** Most deletions that one caller watches at once, over all doors. */
export const WATCHES_PER_CALLER = 50;

/** Runs something later; gives back what takes it off again. */
export type Later = (run: () => void, ms: number) => () => void;

/** Under this token the timer in use is injected. */
export const LATER = Symbol("Later");

export const systemLater: Later = (run, ms) => {
  const timer = setTimeout(run, ms);
  return () => clearTimeout(timer);
};

/**
 * Follows deletions for whoever watches them.
 *
 * However many watch one deletion, on however many replicas, one poller asks
 * the vendor. It stops when nobody watches any more, or when the state is final.
 */
@Injectable()
export class DeletionWatch {
  private readonly pollers = new Map<string, Poller>();
  private readonly byCaller = new Map<string, number>();

  constructor(
    @Inject(Deletions) private readonly deletions: Deletions,
    @Inject(LATER) private readonly later: Later,
    @Inject(Logger) private readonly logger: Logger,
    @Inject(DELETION_RELAY) private readonly relay: DeletionRelay,
    @Inject(AccessControl)
    private readonly gate: Pick<AccessControl, "chargeUpstreamCalls">,
  ) {}

  /** How many deletions are followed; for tests and metrics. */
  get size(): number {
    return this.pollers.size;
  }

  /** When the oldest followed deletion was first seen; null while none is. */
  get oldestObservedAtMs(): number | null {
    let oldest: number | null = null;
    for (const { observedAtMs } of this.pollers.values()) {
      if (observedAtMs === null) continue;
      oldest = Math.min(oldest ?? observedAtMs, observedAtMs);
    }
    return oldest;
  }

  /**
   * The deletion as it stands, then each change, then the end. A look that
   * fails is a report with a `problem`, not an error: looking goes on.
   *
   * @throws {GatewayError} RATE_LIMITED when the caller watches too many
   */
  watch(
    contactId: string,
    context: RequestContext,
  ): AsyncIterableIterator<DeletionReport> {
    const free = this.enter(context.caller.id);
    const key = `${context.directory} ${contactId}`;
    let poller = this.pollers.get(key);
    if (poller === undefined) {
      poller = new Poller(
        { directory: context.directory, contactId },
        this.deletions,
        this.later,
        this.logger,
        this.relay,
        this.gate,
        () => this.pollers.delete(key),
      );
      this.pollers.set(key, poller);
    }
    return poller.join({ context, free });
  }

  private enter(callerId: string): () => void {
    const count = this.byCaller.get(callerId) ?? 0;
    if (count >= WATCHES_PER_CALLER) {
      throw new GatewayError(ErrorCode.RATE_LIMITED, {
        limit: WATCHES_PER_CALLER,
        retryAfterSeconds: LAST_PAUSE_MS / 1_000,
      });
    }
    this.byCaller.set(callerId, count + 1);
    return () => {
      const left = (this.byCaller.get(callerId) ?? 1) - 1;
      if (left === 0) this.byCaller.delete(callerId);
      else this.byCaller.set(callerId, left);
    };
  }
}

/** Somebody who watches a deletion. */
interface Watcher {
  readonly context: RequestContext;
  /** Gives back the watcher's place among those of its caller. */
  readonly free: () => void;
}

/**
 * Asks for one deletion, or hears of it, for all who watch it here. It asks in
 * the name of the watcher that has stayed longest, whose caller is charged for
 * the call.
 */
class Poller {
  private readonly watchers = new Map<
    LatestValueStream<DeletionReport>,
    Watcher
  >();
  private last: DeletionReport | null = null;
  private pauseMs = FIRST_PAUSE_MS;
  private cancel: (() => void) | null = null;
  private readonly stopHearing: () => void;

  constructor(
    private readonly deletion: RelayedDeletion,
    private readonly deletions: Deletions,
    private readonly later: Later,
    private readonly logger: Logger,
    private readonly relay: DeletionRelay,
    private readonly gate: Pick<AccessControl, "chargeUpstreamCalls">,
    private readonly onStop: () => void,
  ) {
    this.stopHearing = relay.subscribe(this.deletion, (report) =>
      this.take(report),
    );
    void this.look();
  }

  get observedAtMs(): number | null {
    const observedAt = this.last?.seen?.observedAt;
    return observedAt === undefined ? null : Date.parse(observedAt);
  }

  join(watcher: Watcher): AsyncIterableIterator<DeletionReport> {
    const values = new LatestValueStream<DeletionReport>(() =>
      this.leave(values),
    );
    this.watchers.set(values, watcher);
    if (this.last !== null) values.publish(this.last);
    return values;
  }

  private leave(values: LatestValueStream<DeletionReport>): void {
    this.watchers.get(values)?.free();
    this.watchers.delete(values);
    if (this.watchers.size > 0) return;
    this.stop();
  }

  private async look(): Promise<void> {
    const { relay, deletion } = this;
    if (!(await relay.tryAcquire(deletion, this.pauseMs + LOOK_MS))) {
      const told = this.last === null ? await relay.latest(deletion) : null;
      // A final report may be older than a contact that exists again. The replica
      // that looks publishes its own before long.
      if (told !== null && !isFinal(told)) this.take(told);
      // Should the replica that looks be gone, its place is free before long.
      if (this.watchers.size > 0) this.lookIn(FIRST_PAUSE_MS);
      return;
    }
    const [watcher] = this.watchers.values();
    if (watcher === undefined) return;
    const context = contextOfLook(watcher.context);
    const report = await this.deletions
      .status(deletion.contactId, context)
      .catch((error: unknown) => this.failed(error, context));
    this.gate.chargeUpstreamCalls(context);
    // Everybody left while the vendor was asked; whoever came since has a new
    // poller.
    if (this.watchers.size === 0) return;
    relay.publish(deletion, report);
    this.take(report);
    if (!isFinal(report)) this.lookAgain();
  }

  /** Passes on what was seen here or told by another replica. */
  private take(report: DeletionReport): void {
    if (this.last?.problem != null && report.problem === null) {
      this.pauseMs = FIRST_PAUSE_MS;
    }
    const isNews =
      this.last === null || identityOf(this.last) !== identityOf(report);
    this.last = report;
    if (isNews) {
      for (const values of this.watchers.keys()) values.publish(report);
    }
    if (isFinal(report)) this.finish();
  }

  private lookAgain(): void {
    this.lookIn(this.pauseMs);
    this.pauseMs = Math.min(this.pauseMs * 2, LAST_PAUSE_MS);
  }

  private lookIn(ms: number): void {
    this.cancel = this.later(() => void this.look(), ms);
  }

  private stop(): void {
    this.cancel?.();
    this.stopHearing();
    this.relay.stopLooking(this.deletion);
    this.onStop();
  }

  private finish(): void {
    this.stop();
    for (const [values, { free }] of this.watchers) {
      free();
      values.end();
    }
    this.watchers.clear();
  }

  /** The last state that is known, with the reason why there is no newer one. */
  private failed(error: unknown, context: RequestContext): DeletionReport {
    const known =
      error instanceof GatewayError
        ? error
        : new GatewayError(ErrorCode.INTERNAL);
    if (known !== error) this.logger.fault(error, context);
    const last =
      this.last ?? reportIn(DeletionState.UNKNOWN, this.deletion.contactId);
    const problem = new GatewayError(known.code, {
      ...known.details,
      retryAfterSeconds: Math.ceil(this.pauseMs / 1_000),
    });
    return { ...last, problem };
  }
}

/**
 * Each look is a request of its own, with its own time and its own count. Its
 * spans belong to the trace of the watcher.
 */
function contextOfLook({
  language,
  caller,
  directory,
  trace,
}: RequestContext): RequestContext {
  return {
    requestId: randomUUID(),
    language,
    startedAtMs: performance.now(),
    caller,
    directory,
    ...(trace === undefined ? {} : { trace }),
    usage: { upstreamCalls: 0, upstreamRequestId: null },
  };
}
