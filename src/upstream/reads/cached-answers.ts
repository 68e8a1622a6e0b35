import type {
  RepeatableRead,
  RequestContext,
} from "../../context/request-context.js";
import { countRequested, countSaved, recordAge } from "../call-counts.js";
import type { Operation } from "../operations.js";
import type { Timing } from "../timing.js";
import type { UpstreamObserver } from "../upstream-observer.js";
import type { InvalidationBus } from "./invalidation-bus.js";
import type { CachedRead } from "./read-cache.js";
import type { ReadStore } from "./read-store.js";

/** Operations whose entries one list refreshes. */
const LISTED: ReadonlySet<Operation> = new Set([
  "getMessageContact",
  "listMessageContacts",
]);

/** Such an entry with this many hits is refreshed after this share of its lifetime. */
const HOT_HITS = 5;
const REFRESH_AT = 0.75;

/** Dependencies of reads that may be cached. */
export interface CacheDependencies {
  readonly store: ReadStore;
  readonly bus: InvalidationBus;
  readonly observer: UpstreamObserver;
  readonly timing: Timing;
  /** Whether more than half of the vendor's rate for an operation is used. */
  readonly isUnderPressure: (operation: Operation) => boolean;
  /** Whether the vendor's rate for an operation suffices for a call that can wait. */
  readonly hasSpareCalls: (operation: Operation) => boolean;
}

/** One read: what it asks for, and its key in the cache. */
export interface ReadRequest {
  readonly operation: Operation;
  readonly params: object;
  readonly key: string;
}

/** Answers reads of one directory from its cache. */
export class CachedAnswers {
  /** @param refresh reads an entry again, without delaying the request that uses it */
  constructor(
    private readonly parts: CacheDependencies,
    private readonly refresh: (read: ReadRequest) => void,
  ) {}

  /**
   * The cached answer that is recent enough for a request, counted as a read of this
   * request; null if there is none. An answer can be a `GatewayError`.
   */
  find(read: ReadRequest, context: RequestContext): object | null {
    const entry = this.usable(read, context);
    if (entry === null) return null;
    this.use(entry, read, context);
    const { cachedReads } = context.usage;
    if (cachedReads !== undefined && this.isRepeatable) {
      cachedReads.push({ entry, read: this.repeatable(read) });
    }
    return entry.answer;
  }

  /** Whether a read can be repeated in one turn, and needs no span. */
  private get isRepeatable(): boolean {
    const { bus, observer } = this.parts;
    return !bus.isShared && observer.tracer === undefined;
  }

  private repeatable(read: ReadRequest): RepeatableRead {
    return {
      peek: (context) => this.usable(read, context),
      use: (entry, context) => {
        countRequested(read.operation, context.usage, this.parts.observer);
        this.use(entry as CachedRead, read, context);
      },
    };
  }

  /** Has no effect. */
  private usable(
    { operation, key }: ReadRequest,
    { maxAgeMs = Number.POSITIVE_INFINITY }: RequestContext,
  ): CachedRead | null {
    const { store } = this.parts;
    const entry = maxAgeMs === 0 ? null : store.get(key);
    if (entry === null) return null;
    const ageMs = this.ageMs(entry);
    const isStale = ageMs >= store.lifetimeMs(operation);
    return ageMs >= maxAgeMs ||
      (isStale && ageMs >= store.maxLifetimeMs) ||
      (isStale && !this.parts.isUnderPressure(operation))
      ? null
      : entry;
  }

  private use(
    entry: CachedRead,
    read: ReadRequest,
    { usage }: RequestContext,
  ): void {
    const { operation } = read;
    const ageMs = this.ageMs(entry);
    entry.hits += 1;
    if (this.isDue(operation, entry, ageMs)) this.refresh(read);
    countSaved(operation, "cache", usage, this.parts.observer);
    recordAge(usage, ageMs);
  }

  /** Whether an entry must be refreshed for later requests. */
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

  private ageMs({ sentAtMs }: CachedRead): number {
    return this.parts.timing.now() - sentAtMs;
  }
}
