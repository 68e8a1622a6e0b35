import {
  BoundedEntries,
  type BoundedTable,
  type EntryBounds,
  type Full,
} from "../../upstream/idempotency/bounded-entries.js";

/** A message that is about to be sent. Keys are hashes: no address is kept. */
export interface VerificationOrder {
  /** Identifies this order; a place belongs to the order that took it last. */
  readonly token: string;
  /** Whose bound the entry counts against. */
  readonly caller: string;
  /** Contact and target: what the cool-down is about. */
  readonly pairKey: string;
  /** The target alone: what the vendor's cap per minute is about. */
  readonly targetKey: string;
  /** Directory and calendar day; null where no cap per day is known. */
  readonly dayKey: string | null;
  /**
   * Identifies the write under the caller's idempotency key. An order with the
   * same one is the same message, whose earlier order was abandoned: it takes
   * the place over.
   */
  readonly repeatKey: string | null;
  readonly atMs: number;
}

/** How many messages may go out. */
export interface VerificationCaps {
  readonly cooldownMs: number;
  readonly perMinute: number;
  readonly perDay: number;
}

/** Whether a message may be sent, and what is known for the next one. */
export type VerificationSlot =
  | {
      readonly isFree: true;
      /** Messages of the day, this one included; null where they are not counted. */
      readonly sentToday: number | null;
    }
  | {
      readonly isFree: false;
      readonly cap: "cooldown" | "minute" | "day";
      /** When the next one may go; null: at the end of the day. */
      readonly freeInMs: number | null;
    }
  | { readonly isFree: false; readonly cap: "memory"; readonly full: Full };

/**
 * Counts verification messages. Asynchronous, because the count may be shared
 * by replicas.
 *
 * A place is taken before a message is sent, so that two orders at the same
 * time cannot both be sent, and returned when it is certain that none was.
 * Each transition is a compare-and-set on the token of the order.
 */
export interface VerificationLog {
  /** Takes a place if there is one. */
  take(
    order: VerificationOrder,
    caps: VerificationCaps,
  ): Promise<VerificationSlot>;
  /**
   * Restarts the cool-down immediately before the message is sent. Not free
   * when another order has taken the place in the meantime.
   */
  confirm(
    order: VerificationOrder,
    caps: VerificationCaps,
  ): Promise<VerificationSlot>;
  /** Returns the place if it still belongs to this order. */
  giveBack(order: VerificationOrder): Promise<void>;
  /** Messages of the day so far; null where they are not counted. */
  sentToday(dayKey: string | null): Promise<number | null>;
}

/** Injection token of the log in use. */
export const VERIFICATION_LOG = Symbol("VerificationLog");

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;

/** Messages within their cool-down that one caller, and all of them, may have. */
export const VERIFICATION_BOUNDS: EntryBounds = {
  perCaller: 5_000,
  total: 20_000,
};

/** The log of one process. Forgets no message before its time. */
export class MemoryVerificationLog implements VerificationLog {
  /** By pair: the last order, for as long as its cool-down. */
  private readonly latest: BoundedEntries<VerificationOrder>;
  /** By target: when its messages of the last minute were sent, by token. */
  private readonly recent: BoundedEntries<ReadonlyMap<string, number>>;
  private readonly days = new Map<string, number>();
  private nowMs = 0;

  constructor(bounds: EntryBounds = VERIFICATION_BOUNDS) {
    // Time passes with the orders, which carry their own.
    const now = (): number => this.nowMs;
    this.latest = new BoundedEntries("verification-messages", bounds, now);
    this.recent = new BoundedEntries("verification-targets", bounds, now);
  }

  get table(): BoundedTable {
    return this.latest;
  }

  take(
    order: VerificationOrder,
    caps: VerificationCaps,
  ): Promise<VerificationSlot> {
    this.nowMs = Math.max(this.nowMs, order.atMs);
    const before = this.latest.get(order.pairKey);
    if (order.repeatKey !== null && before?.repeatKey === order.repeatKey) {
      return Promise.resolve(this.inherit(before, order, caps));
    }
    return Promise.resolve(this.placeFor(order, caps));
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
        : this.placeFor(order, caps),
    );
  }

  giveBack({
    token,
    pairKey,
    targetKey,
    dayKey,
  }: VerificationOrder): Promise<void> {
    const taken = this.latest.get(pairKey);
    if (taken?.token !== token) return Promise.resolve();
    this.latest.delete(pairKey);
    const left = new Map(this.recent.get(targetKey));
    left.delete(token);
    this.keepRecent(targetKey, taken.caller, left);
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

  /** Hands a place over to an order of the same message; not counted again. */
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

  private placeFor(
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
    const noTarget = this.keepRecent(targetKey, caller, recent);
    if (noTarget !== null) {
      this.latest.delete(pairKey);
      return { isFree: false, cap: "memory", full: noTarget };
    }
    if (dayKey !== null) this.countDay(dayKey, (today ?? 0) + 1);
    return { isFree: true, sentToday: today === null ? null : today + 1 };
  }

  private keepLatest(
    pairKey: string,
    order: VerificationOrder,
    { cooldownMs }: VerificationCaps,
  ): Full | null {
    // At least a minute: the order may have to be taken over or returned.
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

  /** A day counts for each directory; days that have passed are dropped. */
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
