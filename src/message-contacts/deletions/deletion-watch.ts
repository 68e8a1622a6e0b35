import { Inject, Injectable } from "@nestjs/common";
import { AccessControl } from "../../access/access-control.js";
import type { RequestContext } from "../../context/request-context.js";
import { ErrorCode } from "../../errors/error-codes.js";
import { GatewayError } from "../../errors/gateway-error.js";
import { Logger } from "../../logging/logger.js";
import {
  identityOf,
  isFinal,
  newReport,
  type DeletionReport,
} from "./deletion-report.js";
import {
  DELETION_RELAY,
  type DeletionRelay,
  type RelayedDeletion,
} from "./deletion-relay.js";
import { Deletions } from "./deletions.js";
import { contextOfPoll } from "../watch/poll-context.js";
import { WatchSlots } from "../watch/watch-slots.js";
import { LatestValueStream } from "../watch/latest-value-stream.js";
import { DeletionState } from "../shapes/enums.js";

/** Poll interval: doubles from the first value up to the last. */
export const FIRST_PAUSE_MS = 2_000;
export const LAST_PAUSE_MS = 30_000;

/** Maximum duration of one poll: the deadline of a read plus a margin. */
const MAX_POLL_MS = 12_000;

/** Schedules a function; returns a function that cancels it. */
export type Schedule = (run: () => void, ms: number) => () => void;

/** Injection token of the timer. */
export const SCHEDULE = Symbol("Schedule");

export const scheduleTimeout: Schedule = (run, ms) => {
  const timer = setTimeout(run, ms);
  return () => clearTimeout(timer);
};

/**
 * Streams the states of deletions to watchers.
 *
 * All watchers of one deletion share one poller, across replicas as well. It stops when
 * the last watcher leaves or the state is final.
 */
@Injectable()
export class DeletionWatch {
  private readonly pollers = new Map<string, Poller>();

  constructor(
    @Inject(Deletions) private readonly deletions: Deletions,
    @Inject(SCHEDULE) private readonly schedule: Schedule,
    @Inject(Logger) private readonly logger: Logger,
    @Inject(DELETION_RELAY) private readonly relay: DeletionRelay,
    @Inject(AccessControl)
    private readonly accessControl: Pick<AccessControl, "chargeUpstreamCalls">,
    @Inject(WatchSlots) private readonly slots: WatchSlots,
  ) {}

  /** Number of deletions that are polled; for tests and metrics. */
  get size(): number {
    return this.pollers.size;
  }

  /** First observation of the oldest polled deletion, in epoch ms; null when there is none. */
  get oldestObservedAtMs(): number | null {
    let oldest: number | null = null;
    for (const { observedAtMs } of this.pollers.values()) {
      if (observedAtMs === null) continue;
      oldest = Math.min(oldest ?? observedAtMs, observedAtMs);
    }
    return oldest;
  }

  /**
   * Yields the current state, then each change, and ends after a final state. A failed
   * poll yields a report with a `problem`; polling continues.
   *
   * @throws {GatewayError} RATE_LIMITED when the caller has too many watches
   */
  watch(
    contactId: string,
    context: RequestContext,
  ): AsyncIterableIterator<DeletionReport> {
    const release = this.slots.acquire(context.caller.id);
    const key = `${context.directory} ${contactId}`;
    let poller = this.pollers.get(key);
    if (poller === undefined) {
      poller = new Poller(
        { directory: context.directory, contactId },
        this.deletions,
        this.schedule,
        this.logger,
        this.relay,
        this.accessControl,
        () => this.pollers.delete(key),
      );
      this.pollers.set(key, poller);
    }
    return poller.join({ context, release });
  }
}

/** One watcher of a deletion. */
interface Watcher {
  readonly context: RequestContext;
  /** Releases the watch from the limit of its caller. */
  readonly release: () => void;
}

/**
 * Polls one deletion, or receives the reports of the replica that polls it, for all
 * watchers in this process. It polls on behalf of the oldest watcher, whose caller is
 * charged for the call.
 */
class Poller {
  private readonly watchers = new Map<
    LatestValueStream<DeletionReport>,
    Watcher
  >();
  private last: DeletionReport | null = null;
  private pauseMs = FIRST_PAUSE_MS;
  private cancel: (() => void) | null = null;
  private readonly unsubscribe: () => void;

  constructor(
    private readonly deletion: RelayedDeletion,
    private readonly deletions: Deletions,
    private readonly schedule: Schedule,
    private readonly logger: Logger,
    private readonly relay: DeletionRelay,
    private readonly accessControl: Pick<AccessControl, "chargeUpstreamCalls">,
    private readonly onStop: () => void,
  ) {
    this.unsubscribe = relay.subscribe(this.deletion, (report) =>
      this.accept(report),
    );
    void this.poll();
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
    this.watchers.get(values)?.release();
    this.watchers.delete(values);
    if (this.watchers.size > 0) return;
    this.stop();
  }

  private async poll(): Promise<void> {
    const { relay, deletion } = this;
    if (!(await relay.tryAcquire(deletion, this.pauseMs + MAX_POLL_MS))) {
      const latest = this.last === null ? await relay.latest(deletion) : null;
      // Ignore a stored final report: the contact may exist again since. The polling
      // replica publishes a current one soon.
      if (latest !== null && !isFinal(latest)) this.accept(latest);
      // Retry, because the lease of a replica that has stopped expires soon.
      if (this.watchers.size > 0) this.schedulePoll(FIRST_PAUSE_MS);
      return;
    }
    const [watcher] = this.watchers.values();
    if (watcher === undefined) return;
    const context = contextOfPoll(watcher.context);
    const report = await this.deletions
      .status(deletion.contactId, context)
      .catch((error: unknown) => this.reportFailure(error, context));
    this.accessControl.chargeUpstreamCalls(context);
    // All watchers left during the call. A later watcher has a new poller.
    if (this.watchers.size === 0) return;
    relay.publish(deletion, report);
    this.accept(report);
    if (!isFinal(report)) this.scheduleNext();
  }

  /** Handles a report from this replica or another one; publishes it if it changed. */
  private accept(report: DeletionReport): void {
    if (this.last?.problem != null && report.problem === null) {
      this.pauseMs = FIRST_PAUSE_MS;
    }
    const hasChanged =
      this.last === null || identityOf(this.last) !== identityOf(report);
    this.last = report;
    if (hasChanged) {
      for (const values of this.watchers.keys()) values.publish(report);
    }
    if (isFinal(report)) this.finish();
  }

  private scheduleNext(): void {
    this.schedulePoll(this.pauseMs);
    this.pauseMs = Math.min(this.pauseMs * 2, LAST_PAUSE_MS);
  }

  private schedulePoll(ms: number): void {
    this.cancel = this.schedule(() => void this.poll(), ms);
  }

  private stop(): void {
    this.cancel?.();
    this.unsubscribe();
    this.relay.release(this.deletion);
    this.onStop();
  }

  private finish(): void {
    this.stop();
    for (const [values, { release }] of this.watchers) {
      release();
      values.end();
    }
    this.watchers.clear();
  }

  /** Returns the last known state, with the error as its `problem`. */
  private reportFailure(
    error: unknown,
    context: RequestContext,
  ): DeletionReport {
    const cause =
      error instanceof GatewayError
        ? error
        : new GatewayError(ErrorCode.INTERNAL);
    if (cause !== error) this.logger.fault(error, context);
    const last =
      this.last ?? newReport(DeletionState.UNKNOWN, this.deletion.contactId);
    const problem = new GatewayError(cause.code, {
      ...cause.details,
      retryAfterSeconds: Math.ceil(this.pauseMs / 1_000),
    });
    return { ...last, problem };
  }
}
