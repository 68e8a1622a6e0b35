import type { RequestContext, Usage } from "../context/request-context.js";

/** A read of several vendor calls, with the context to make them with. */
export type Read<T> = (context: RequestContext) => Promise<T>;

interface Entry<T> {
  readonly result: Promise<T>;
  /** On the monotonic clock. */
  readonly startedAtMs: number;
  /** Usage of the read alone. */
  readonly usage: Usage;
  readonly waiting: RequestContext[];
  /** Requests whose usage contains the calls, so that each counts them once. */
  readonly counted: WeakSet<RequestContext>;
  isDone: boolean;
}

/**
 * Results of reads that need many vendor calls, by key, in memory. A request joins a read
 * in flight. It uses a finished one until the result is older than the lifetime, or than
 * the request's `Cache-Control` accepts. A failure is not kept.
 */
export class CachedReads<T> {
  private readonly entries = new Map<string, Entry<T>>();

  constructor(
    private readonly lifetimeMs: number,
    private readonly now: () => number,
  ) {}

  get(key: string, context: RequestContext, read: Read<T>): Promise<T> {
    const known = this.entries.get(key);
    return known !== undefined && this.isUsable(known, context)
      ? this.reuse(known, context)
      : this.start(key, context, read);
  }

  private isUsable(
    { startedAtMs, isDone }: Entry<T>,
    { startedAtMs: arrivedAtMs, maxAgeMs = Infinity }: RequestContext,
  ): boolean {
    // All fields of one request use one result, whatever its age.
    if (startedAtMs >= arrivedAtMs) return true;
    const ageMs = this.now() - startedAtMs;
    return (!isDone || ageMs < this.lifetimeMs) && ageMs < maxAgeMs;
  }

  private async reuse(entry: Entry<T>, context: RequestContext): Promise<T> {
    const { usage } = context;
    const by = entry.isDone ? "cache" : "inFlight";
    if (!entry.isDone) entry.waiting.push(context);
    const result = await entry.result;
    if (entry.counted.has(context)) return result;
    entry.counted.add(context);
    const calls = entry.usage.requestedCalls ?? 0;
    usage.requestedCalls = (usage.requestedCalls ?? 0) + calls;
    usage.saved ??= { cache: 0, inFlight: 0, list: 0 };
    usage.saved[by] += calls;
    const ageMs = this.now() - entry.startedAtMs;
    if (by === "cache") usage.readAgeMs = Math.max(usage.readAgeMs ?? 0, ageMs);
    return result;
  }

  private async start(
    key: string,
    context: RequestContext,
    read: Read<T>,
  ): Promise<T> {
    const waiting = [context];
    const usage: Usage = { upstreamCalls: 0, upstreamRequestId: null };
    const entry: Entry<T> = {
      startedAtMs: this.now(),
      usage,
      waiting,
      counted: new WeakSet([context]),
      isDone: false,
      result: read({
        ...context,
        usage,
        // The pages of one result must not be of different ages.
        maxAgeMs: 0,
        isGone: () => waiting.every(({ isGone }) => isGone?.() === true),
      }),
    };
    this.entries.set(key, entry);
    try {
      return await entry.result;
    } catch (error) {
      if (this.entries.get(key) === entry) this.entries.delete(key);
      throw error;
    } finally {
      entry.isDone = true;
      // The entry outlives these requests, which would stay in memory with it.
      waiting.length = 0;
      addUsage(context.usage, usage);
    }
  }
}

function addUsage(to: Usage, from: Usage): void {
  to.upstreamCalls += from.upstreamCalls;
  to.requestedCalls = (to.requestedCalls ?? 0) + (from.requestedCalls ?? 0);
  to.upstreamRequestId = from.upstreamRequestId ?? to.upstreamRequestId;
  if (from.upstreamFailure !== undefined) {
    to.upstreamFailure = from.upstreamFailure;
  }
}
