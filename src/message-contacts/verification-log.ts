/** A message that is about to be sent. Keys are hashes: no address is kept. */
export interface VerificationOrder {
  /** Contact and target: what the cool-down is about. */
  readonly pairKey: string;
  /** The target alone: what the vendor's cap per minute is about. */
  readonly targetKey: string;
  /** Directory and calendar day; null where no cap per day is known. */
  readonly dayKey: string | null;
  /**
   * The caller's idempotency key. An order that carries the same one as the
   * order before is no new message: its result is given again.
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
export type VerificationPlace =
  | {
      readonly isFree: true;
      /** When the order was placed first. */
      readonly sinceMs: number;
      /** Messages of the day, this one included; null where they are not counted. */
      readonly sentToday: number | null;
    }
  | {
      readonly isFree: false;
      readonly cap: "cooldown" | "minute" | "day";
      /** When the next one may go; null: at the end of the day. */
      readonly freeInMs: number | null;
    };

/**
 * Counts verification messages. Asynchronous, because the count may be shared
 * by replicas.
 *
 * A place is taken before a message is sent, so that two orders at the same
 * time cannot both go out, and given back when it is certain that none went.
 */
export interface VerificationLog {
  /** Takes a place if there is one, atomically. */
  take(
    order: VerificationOrder,
    caps: VerificationCaps,
  ): Promise<VerificationPlace>;
  giveBack(order: VerificationOrder): Promise<void>;
}

/** Under this token the log in use is injected. */
export const VERIFICATION_LOG = Symbol("VerificationLog");

const MINUTE_MS = 60_000;

/** Most entries kept of each kind; the oldest go first. */
const CAPACITY = 10_000;

/** The log of one process. */
export class MemoryVerificationLog implements VerificationLog {
  private readonly latest = new Map<string, VerificationOrder>();
  private readonly recent = new Map<string, number[]>();
  private readonly days = new Map<string, number>();

  take(
    order: VerificationOrder,
    caps: VerificationCaps,
  ): Promise<VerificationPlace> {
    return Promise.resolve(this.placeFor(order, caps));
  }

  giveBack(order: VerificationOrder): Promise<void> {
    const { pairKey, targetKey, dayKey, atMs } = order;
    if (this.latest.get(pairKey) !== order) return Promise.resolve();
    this.latest.delete(pairKey);
    const left = (this.recent.get(targetKey) ?? []).filter((at) => at !== atMs);
    if (left.length === 0) this.recent.delete(targetKey);
    else this.recent.set(targetKey, left);
    if (dayKey !== null) {
      this.days.set(dayKey, Math.max(0, (this.days.get(dayKey) ?? 1) - 1));
    }
    return Promise.resolve();
  }

  private placeFor(
    order: VerificationOrder,
    { cooldownMs, perMinute, perDay }: VerificationCaps,
  ): VerificationPlace {
    const { pairKey, targetKey, dayKey, repeatKey, atMs } = order;
    const before = this.latest.get(pairKey);
    const today = dayKey === null ? null : (this.days.get(dayKey) ?? 0);
    if (before !== undefined && repeatKey !== null) {
      if (before.repeatKey === repeatKey) {
        return { isFree: true, sinceMs: before.atMs, sentToday: today };
      }
    }
    if (before !== undefined && before.atMs + cooldownMs > atMs) {
      const freeInMs = before.atMs + cooldownMs - atMs;
      return { isFree: false, cap: "cooldown", freeInMs };
    }
    const recent = (this.recent.get(targetKey) ?? []).filter(
      (at) => at > atMs - MINUTE_MS,
    );
    const [first = atMs] = recent;
    if (recent.length >= perMinute) {
      return {
        isFree: false,
        cap: "minute",
        freeInMs: first + MINUTE_MS - atMs,
      };
    }
    if (today !== null && today >= perDay) {
      return { isFree: false, cap: "day", freeInMs: null };
    }
    keep(this.latest, pairKey, order);
    keep(this.recent, targetKey, [...recent, atMs]);
    if (dayKey !== null) keep(this.days, dayKey, (today ?? 0) + 1);
    return {
      isFree: true,
      sinceMs: atMs,
      sentToday: today === null ? null : today + 1,
    };
  }
}

function keep<T>(map: Map<string, T>, key: string, value: T): void {
  map.delete(key);
  map.set(key, value);
  if (map.size <= CAPACITY) return;
  for (const oldest of map.keys()) {
    map.delete(oldest);
    return;
  }
}
