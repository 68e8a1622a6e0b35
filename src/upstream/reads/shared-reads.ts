import type {
  RequestContext,
  SavedCalls,
  Usage,
} from "../../context/request-context.js";
import { GatewayError } from "../../errors/gateway-error.js";
import { deadlineOf } from "../attempts/call-policy.js";
import { INTERNAL_CALL } from "../attempts/fair-slots.js";
import { OPERATIONS, type Operation } from "../operations.js";
import type { VendorAnswer, VendorParams } from "../vendor/vendor-types.js";
import { ContactBatches, WHOLE_LIST } from "./contact-batches.js";
import type { InvalidationBus } from "./invalidation-bus.js";
import type { CachedRead } from "./read-cache.js";
import type { ReadStore } from "./read-store.js";
import { keyOf, subjectOf, type WriteScope } from "./read-subject.js";
import {
  RunningReads,
  type RunningRead,
  type SendTime,
} from "./running-reads.js";
import type {
  ReadDependencies,
  ReadOptions,
  VendorReads,
} from "./vendor-reads.js";

/** Dependencies of shared reads. */
export interface SharedReadDependencies extends Pick<
  ReadDependencies,
  "limits" | "observer" | "timing"
> {
  readonly reads: VendorReads;
  readonly store: ReadStore;
  readonly bus: InvalidationBus;
  readonly directory: string;
  /** Whether more than half of the vendor's rate for an operation is used. */
  readonly isUnderPressure: (operation: Operation) => boolean;
  /** Whether the vendor's rate for an operation suffices for a call that can wait. */
  readonly hasSpareCalls: (operation: Operation) => boolean;
  /** Resolves when the reads that arrive together have arrived. */
  readonly gather: () => Promise<void>;
}

/** Operations whose entries one list refreshes. */
const LISTED: ReadonlySet<Operation> = new Set([
  "getMessageContact",
  "listMessageContacts",
]);

/** Such an entry with this many hits is refreshed after this share of its lifetime. */
const HOT_HITS = 5;
const REFRESH_AT = 0.75;

/** Without a cache, reads that are this close are likely to overlap. */
const MIN_RECENT_MS = 50;

/**
 * Reads of one directory that need as few vendor calls as possible: from the cache, by
 * joining a read in flight, or from one list for several contacts.
 */
export class SharedReads {
  private readonly running: RunningReads;
  private readonly batches: ContactBatches;

  constructor(private readonly parts: SharedReadDependencies) {
    const { bus, directory, timing } = parts;
    this.running = new RunningReads(timing.now);
    this.batches = new ContactBatches(
      this.running,
      (waiting, sent) => this.readList(waiting, sent),
      timing.now,
      parts.gather,
      recentMs(parts.store.lifetimeMs("getMessageContact")),
      () =>
        parts.isUnderPressure("listMessageContacts") &&
        !parts.isUnderPressure("getMessageContact"),
    );
    bus.subscribe({
      onWrite: (write) => {
        if (write.directory === directory) this.invalidate(write);
      },
      onGap: () => {
        this.parts.store.recordGap();
        this.detach();
      },
    });
  }

  /**
   * Invalidates the reads that a write changes, on this replica at once. Resolves when
   * the other replicas were informed, as far as possible.
   */
  async announceWrite(scope: WriteScope): Promise<void> {
    const { bus, directory } = this.parts;
    this.invalidate(scope);
    if (bus.isShared) await bus.publish({ directory, ...scope });
  }

  /** @throws {GatewayError} always this class */
  async read<O extends Operation>(
    operation: O,
    params: VendorParams[O],
    context: RequestContext,
  ): Promise<VendorAnswer<O>> {
    const key = keyOf(operation, params);
    const cached = await this.fromCache(operation, params, key, context);
    if (cached instanceof GatewayError) throw cached;
    if (cached !== null) return cached as VendorAnswer<O>;
    const joined = this.running.join(key, context);
    if (joined !== null) {
      this.count(operation, "inFlight", context);
      recordAge(context.usage, joined.sent.ageMs(this.parts.timing.now()));
      const answer = joined.isTentative
        ? joined.answer.catch(
            () =>
              (
                this.running.join(key, context) ??
                this.start(operation, params, key, [context])
              ).answer,
          )
        : joined.answer;
      return answer as Promise<VendorAnswer<O>>;
    }
    const { answer } = this.start(operation, params, key, [context]);
    return answer as Promise<VendorAnswer<O>>;
  }

  private async fromCache(
    operation: Operation,
    params: object,
    key: string,
    context: RequestContext,
  ): Promise<object | null> {
    const { store, bus } = this.parts;
    if (context.maxAgeMs === 0 || !store.has(key)) return null;
    // Another replica may have ended a write before this read arrived.
    if (bus.isShared && !(await bus.isUpToDate())) return null;
    const entry = store.get(key);
    return entry === null
      ? null
      : this.usable(operation, params, key, entry, context);
  }

  private usable(
    operation: Operation,
    params: object,
    key: string,
    entry: CachedRead,
    context: RequestContext,
  ): object | null {
    const { store, timing } = this.parts;
    const ageMs = timing.now() - entry.sentAtMs;
    const lifetimeMs = store.lifetimeMs(operation);
    const isStale = ageMs >= lifetimeMs;
    if (
      ageMs >= (context.maxAgeMs ?? Number.POSITIVE_INFINITY) ||
      (isStale && ageMs >= store.maxLifetimeMs) ||
      (isStale && !this.parts.isUnderPressure(operation))
    ) {
      return null;
    }
    entry.hits += 1;
    if (this.isDue(operation, entry, ageMs)) {
      this.refresh(operation, params, key);
    }
    this.count(operation, "cache", context);
    recordAge(context.usage, ageMs);
    return entry.answer;
  }

  /** Whether an entry that can still be used must be refreshed for later requests. */
  private isDue(
    operation: Operation,
    { hits }: CachedRead,
    ageMs: number,
  ): boolean {
    const { store, hasSpareCalls } = this.parts;
    const lifetimeMs = store.lifetimeMs(operation);
    // Each of the others needs a call of its own, which must not delay a request.
    if (!LISTED.has(operation)) {
      return ageMs >= lifetimeMs && hasSpareCalls(operation);
    }
    const isHot = hits >= HOT_HITS && ageMs >= REFRESH_AT * lifetimeMs;
    return isHot || ageMs >= lifetimeMs;
  }

  /** Refreshes an entry without delaying the request that uses it. */
  private refresh(operation: Operation, params: object, key: string): void {
    if (operation === "getMessageContact" && !this.batches.isPaused) {
      this.batches.refresh();
    } else if (!this.running.has(key)) {
      const { answer } = this.start(operation, params as never, key, []);
      answer.catch(() => undefined);
    }
  }

  /** Starts a read. Without a waiting request, it refreshes the cache. */
  private start<O extends Operation>(
    operation: O,
    params: VendorParams[O],
    key: string,
    waiting: RequestContext[],
  ): RunningRead {
    const [context] = waiting;
    const subject = subjectOf(operation, params);
    return this.running.start(key, { waiting, subject }, async (sent) => {
      const options = this.optionsFor(waiting, sent);
      const { ContactId } = params as { ContactId?: string };
      if (operation === "getMessageContact") {
        if (context !== undefined) {
          const found = await this.batches.find(ContactId ?? "", context, sent);
          if (found !== null) {
            if (found.isSaved) this.count(operation, "list", context);
            recordAge(context.usage, found.ageMs);
            return found.answer;
          }
        }
        this.batches.recordSingle();
      }
      try {
        const answer = await this.parts.reads.readWithRetries(
          operation,
          params,
          options,
        );
        this.parts.store.add(operation, params, answer, sent);
        return answer;
      } catch (error) {
        this.parts.store.addError(operation, params, error, sent);
        throw error;
      }
    });
  }

  private async readList(
    waiting: RequestContext[],
    sent: SendTime,
  ): Promise<VendorAnswer<"listMessageContacts">> {
    const answer = await this.parts.reads.readWithRetries(
      "listMessageContacts",
      WHOLE_LIST,
      { ...this.optionsFor(waiting, sent), maxAttempts: 1 },
    );
    this.parts.store.add("listMessageContacts", WHOLE_LIST, answer, sent);
    return answer;
  }

  private optionsFor(waiting: RequestContext[], sent: SendTime): ReadOptions {
    const { limits, store, timing } = this.parts;
    const [context] = waiting;
    return {
      deadline: deadlineOf(
        OPERATIONS.getMessageContact,
        context?.startedAtMs ?? timing.now(),
        limits,
      ),
      usage: context?.usage ?? { upstreamCalls: 0, upstreamRequestId: null },
      isWanted: () =>
        context === undefined ||
        waiting.some(({ isGone }) => isGone?.() !== true),
      turn:
        context === undefined
          ? INTERNAL_CALL
          : { caller: context.caller.id, request: context.requestId },
      onSend: () => {
        sent.record(timing.now(), store.generation);
      },
    };
  }

  private invalidate(scope: WriteScope): void {
    this.parts.store.recordWrite(scope);
    this.detach();
  }

  private detach(): void {
    this.running.detach(this.parts.store);
  }

  private count(
    operation: Operation,
    by: keyof SavedCalls,
    { usage }: RequestContext,
  ): void {
    usage.saved ??= { cache: 0, inFlight: 0, list: 0 };
    usage.saved[by] += 1;
    this.parts.observer.saved?.(operation, by);
  }
}

/** Records the age of a response, unless an older one was recorded. */
function recordAge(usage: Usage, ageMs: number): void {
  if (ageMs > 0) usage.readAgeMs = Math.max(usage.readAgeMs ?? 0, ageMs);
}

/** Without a cache, a list saves no later read. */
function recentMs(lifetimeMs: number): number {
  return lifetimeMs === 0 ? 0 : Math.max(MIN_RECENT_MS, lifetimeMs);
}
