import {
  BoundedEntries,
  type BoundedTable,
  type EntryBounds,
  type Full,
} from "../../upstream/idempotency/bounded-entries.js";

/** A message that is about to be sent. Keys are hashes; addresses are not stored. */
export interface VerificationOrder {
  /** Identifies this order. A slot belongs to the order that acquired it last. */
  readonly token: string;
  /** Caller against whose limit the entry counts. */
  readonly caller: string;
  /** Alias of the directory. */
  readonly directory: string;
  /** Contact and target; key of the cool-down. */
  readonly pairKey: string;
  /** Target; key of the vendor's limit per minute. */
  readonly targetKey: string;
  /** Directory, a space and the calendar day; null when no daily limit is known. */
  readonly dayKey: string | null;
  /**
   * Identifies the write under the caller's idempotency key. A second order with the same
   * key is a retry of the same message and takes over the slot of the first.
   */
  readonly repeatKey: string | null;
  readonly atMs: number;
}

/** Limits of messages. */
export interface VerificationCaps {
  readonly cooldownMs: number;
  readonly perMinute: number;
  readonly perDay: number;
}

/** Whether a message may be sent now, and when the next one may. */
export type VerificationSlot =
  | {
      readonly isFree: true;
      /** Messages of the day, including this one; null when they are not counted. */
      readonly sentToday: number | null;
    }
  | {
      readonly isFree: false;
      readonly cap: "cooldown" | "minute" | "day";
      /** Time until the next one may be sent; null means the end of the day. */
      readonly freeInMs: number | null;
    }
  | { readonly isFree: false; readonly cap: "memory"; readonly full: Full };

/**
 * Counts verification messages. Asynchronous, because replicas may share the counts.
 *
 * A slot is acquired before a message is sent, so that concurrent orders cannot both be
 * sent. It is released when the message was certainly not sent. Each transition is a
 * compare-and-set on the token of the order.
 */
export interface VerificationLog {
  /** Acquires a slot if one is free. */
  acquire(
    order: VerificationOrder,
    caps: VerificationCaps,
  ): Promise<VerificationSlot>;
  /**
   * Restarts the cool-down immediately before the message is sent. Not free when another
   * order has acquired the slot in the meantime.
   */
  confirm(
    order: VerificationOrder,
    caps: VerificationCaps,
  ): Promise<VerificationSlot>;
  /** Releases the slot if it still belongs to this order. */
  release(order: VerificationOrder): Promise<void>;
  /** Messages of the day so far; null when they are not counted. */
  sentToday(dayKey: string | null): Promise<number | null>;
}

/** Injection token of the log in use. */
export const VERIFICATION_LOG = Symbol("VerificationLog");

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;

/** Maximum number of messages within their cool-down. */
export const VERIFICATION_BOUNDS: EntryBounds = {
  perCaller: 5_000,
  total: 20_000,
};

/** In-memory log of one process. Never evicts an entry before it expires. */
export class MemoryVerificationLog implements VerificationLog {
  /** Last order by pair, until its cool-down ends. */
  private readonly latest: BoundedEntries<VerificationOrder>;
  /** Messages of the last minute by target: their times by token. */
  private readonly recent: BoundedEntries<ReadonlyMap<string, number>>;
  private readonly days = new Map<string, number>();
  private nowMs = 0;

  constructor(bounds: EntryBounds = VERIFICATION_BOUNDS) {
    // The clock is the time of the latest order.
    const now = (): number => this.nowMs;
    this.latest = new BoundedEntries("verification-messages", bounds, now);
    this.recent = new BoundedEntries("verification-targets", bounds, now);
  }

  get table(): BoundedTable {
    return this.latest;
  }

  acquire(
    order: VerificationOrder,
    caps: VerificationCaps,
  ): Promise<VerificationSlot> {
    this.nowMs = Math.max(this.nowMs, order.atMs);
    const before = this.latest.get(order.pairKey);
    if (order.repeatKey !== null && before?.repeatKey === order.repeatKey) {
      return Promise.resolve(this.inherit(before, order, caps));
    }
    return Promise.resolve(this.acquireSlot(order, caps));
  }

  confirm(
    order: VerificationOrder,
    caps: VerificationCaps,
  ): Promise<VerificationSlot> {
    this.nowMs = Math.max(this.nowMs, order.atMs);
    const before = this.latest.get(order.pairKey);
    return Promise.resolve(
      before?.token === order.token
        ? this.inherit(before, order, caps)
        : this.acquireSlot(order, caps),
    );
  }

  release({
    token,
    pairKey,
    targetKey,
    dayKey,
  }: VerificationOrder): Promise<void> {
    const current = this.latest.get(pairKey);
    if (current?.token !== token) return Promise.resolve();
    this.latest.delete(pairKey);
    const remaining = new Map(this.recent.get(targetKey));
    remaining.delete(token);
    this.keepRecent(targetKey, current.caller, remaining);
    if (dayKey !== null) {
      this.days.set(dayKey, Math.max(0, (this.days.get(dayKey) ?? 1) - 1));
    }
    return Promise.resolve();
  }

  sentToday(dayKey: string | null): Promise<number | null> {
    return Promise.resolve(
      dayKey === null ? null : (this.days.get(dayKey) ?? 0),
    );
  }

  /** Transfers the slot to another order of the same message, without counting it again. */
  private inherit(
    before: VerificationOrder,
    order: VerificationOrder,
    caps: VerificationCaps,
  ): VerificationSlot {
    const { token, caller, pairKey, targetKey, dayKey, atMs } = order;
    this.keepLatest(pairKey, order, caps);
    const recent = new Map(this.recent.get(targetKey));
    recent.delete(before.token);
    recent.set(token, atMs);
    this.keepRecent(targetKey, caller, recent);
    return {
      isFree: true,
      sentToday: dayKey === null ? null : (this.days.get(dayKey) ?? 0),
    };
  }

  private acquireSlot(
    order: VerificationOrder,
    caps: VerificationCaps,
  ): VerificationSlot {
    const { token, caller, pairKey, targetKey, dayKey, atMs } = order;
    const before = this.latest.get(pairKey);
    if (before !== undefined && before.atMs + caps.cooldownMs > atMs) {
      const freeInMs = before.atMs + caps.cooldownMs - atMs;
      return { isFree: false, cap: "cooldown", freeInMs };
    }
    const recent = new Map(
      [...(this.recent.get(targetKey) ?? [])].filter(
        ([, at]) => at > atMs - MINUTE_MS,
      ),
    );
    const [first = atMs] = recent.values();
    if (recent.size >= caps.perMinute) {
      const freeInMs = first + MINUTE_MS - atMs;
      return { isFree: false, cap: "minute", freeInMs };
    }
    const today = dayKey === null ? null : (this.days.get(dayKey) ?? 0);
    if (today !== null && today >= caps.perDay) {
      return { isFree: false, cap: "day", freeInMs: null };
    }
    const full = this.keepLatest(pairKey, order, caps);
    if (full !== null) return { isFree: false, cap: "memory", full };
    recent.set(token, atMs);
    const targetsFull = this.keepRecent(targetKey, caller, recent);
    if (targetsFull !== null) {
      this.latest.delete(pairKey);
      return { isFree: false, cap: "memory", full: targetsFull };
    }
    if (dayKey !== null) this.countDay(dayKey, (today ?? 0) + 1);
    return { isFree: true, sentToday: today === null ? null : today + 1 };
  }

  private keepLatest(
    pairKey: string,
    order: VerificationOrder,
    { cooldownMs }: VerificationCaps,
  ): Full | null {
    // Keep it for at least a minute, so that it can be transferred or released.
    const ttlMs = Math.max(cooldownMs, MINUTE_MS);
    return this.latest.set(pairKey, order.caller, order, ttlMs);
  }

  private keepRecent(
    targetKey: string,
    caller: string,
    recent: ReadonlyMap<string, number>,
  ): Full | null {
    if (recent.size === 0) {
      this.recent.delete(targetKey);
      return null;
    }
    return this.recent.set(targetKey, caller, recent, MINUTE_MS);
  }

  /** Sets the count of a directory's day and drops days that have passed. */
  private countDay(dayKey: string, count: number): void {
    this.days.set(dayKey, count);
    const [, day = ""] = dayKey.split(" ");
    const latest = Date.parse(day) - DAY_MS;
    for (const known of this.days.keys()) {
      const [, other = ""] = known.split(" ");
      if (Date.parse(other) < latest) this.days.delete(known);
    }
  }
}
