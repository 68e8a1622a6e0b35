import {
  BoundedEntries,
  tableFullError,
  type BoundedTable,
  type EntryBounds,
} from "./bounded-entries.js";
import {
  abandonedAfterMs,
  KEY_TTL_MS,
  type KeyAnswer,
  type KeyMove,
  type KeyRecord,
  type KeyRequest,
  type KeyStore,
  type MoveAnswer,
} from "./key-store.js";

/** Maximum number of records in memory, for one caller and in total. */
export const KEY_BOUNDS: EntryBounds = { perCaller: 10_000, total: 40_000 };

/** Measured with the response of addMessageContact, rounded up. */
const RECORD_BYTES = 1_200;

/** Bounds for a heap size: the records take at most 15 % of it. */
export function keyBoundsFor(heapLimitBytes: number): EntryBounds {
  const fitting = Math.floor((heapLimitBytes * 0.15) / RECORD_BYTES);
  const total = Math.min(KEY_BOUNDS.total, fitting);
  return { perCaller: Math.min(KEY_BOUNDS.perCaller, total >> 1), total };
}

interface StoredRecord {
  readonly record: KeyRecord;
  readonly writtenAtMs: number;
}

/** Store of one process. Rejects new keys when it is full. */
export class MemoryKeyStore implements KeyStore {
  private readonly records: BoundedEntries<StoredRecord>;

  constructor(
    private readonly abandonedMs = abandonedAfterMs(20_000),
    private readonly now: () => number = Date.now,
    bounds: EntryBounds = KEY_BOUNDS,
  ) {
    this.records = new BoundedEntries("idempotency-keys", bounds, now);
  }

  get table(): BoundedTable {
    return this.records;
  }

  async claim(key: string, request: KeyRequest): Promise<KeyAnswer> {
    return Promise.resolve(this.claimNow(key, request));
  }

  private claimNow(key: string, request: KeyRequest): KeyAnswer {
    const { caller, fingerprint, owner, startedAtMs } = request;
    const found = this.records.get(key);
    const isSame = found?.record.fingerprint === fingerprint;
    const isAbandoned =
      found !== undefined && this.now() - found.writtenAtMs >= this.abandonedMs;
    if (
      found === undefined ||
      (found.record.state === "waiting" && isAbandoned && isSame)
    ) {
      const full = this.put(key, caller, {
        fingerprint,
        state: "waiting",
        owner,
        startedAtMs,
      });
      if (full !== null) throw tableFullError(full);
      return { kind: "new" };
    }
    const { record } = found;
    const isUncertain =
      record.state === "uncertain" ||
      (record.state === "running" && isAbandoned);
    // A claim with another payload must not take over: it will be rejected.
    if (!isUncertain || !isSame) return { kind: "held", record };
    this.put(key, caller, { ...record, state: "running", owner });
    return { kind: "takenOver", startedAtMs: record.startedAtMs };
  }

  move(
    key: string,
    { owner, caller, from, orAbsent, to }: KeyMove,
  ): Promise<MoveAnswer> {
    const found = this.records.get(key)?.record;
    if (found === undefined) {
      const isPut =
        orAbsent && to !== null && this.put(key, caller, to) === null;
      return Promise.resolve(isPut ? "moved" : "absent");
    }
    if (found.owner !== owner || !from.includes(found.state)) {
      return Promise.resolve("lost");
    }
    if (to === null) this.records.delete(key);
    else this.put(key, caller, to);
    return Promise.resolve("moved");
  }

  private put(
    key: string,
    caller: string,
    record: KeyRecord,
  ): ReturnType<BoundedEntries<StoredRecord>["set"]> {
    const stored = { record, writtenAtMs: this.now() };
    return this.records.set(key, caller, stored, KEY_TTL_MS);
  }
}
