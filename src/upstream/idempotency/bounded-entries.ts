import { ErrorCode, type Sentence } from "../../errors/error-codes.js";
import { GatewayError } from "../../errors/gateway-error.js";

/** Maximum numbers of entries. */
export interface EntryBounds {
  readonly perCaller: number;
  readonly total: number;
}

/** Metrics of one bounded table. */
export interface BoundedTable {
  /** Kind of entries; a metric label, so the set of values is closed. */
  readonly kind: string;
  readonly size: number;
  readonly bounds: EntryBounds;
  /** Number of entries rejected because a bound was reached. */
  readonly rejected: number;
}

/** Why an entry was rejected. */
export interface Full {
  readonly isCallersOwn: boolean;
  /** Time until the next entry expires. */
  readonly freeInMs: number;
  readonly limit: number;
}

interface Entry<V> {
  readonly caller: string;
  readonly value: V;
  readonly endsAtMs: number;
}

/**
 * In-memory entries that expire and are never evicted before. A full table rejects
 * new entries, because evicting one would break a guarantee given to its caller. A
 * bound for each caller keeps one caller from filling the table.
 */
export class BoundedEntries<V> implements BoundedTable {
  rejected = 0;
  // Both maps are in order of the last write: the first entry is the oldest.
  private readonly entries = new Map<string, Entry<V>>();
  private readonly byCaller = new Map<string, Map<string, Entry<V>>>();

  constructor(
    readonly kind: string,
    readonly bounds: EntryBounds,
    private readonly now: () => number,
  ) {}

  get size(): number {
    return this.entries.size;
  }

  get(key: string): V | undefined {
    const entry = this.entries.get(key);
    if (entry === undefined) return undefined;
    return entry.endsAtMs > this.now() ? entry.value : undefined;
  }

  /**
   * Adds or replaces an entry. A replaced entry keeps its caller.
   *
   * @returns null, or the reason why the entry was not added
   */
  set(key: string, caller: string, value: V, ttlMs: number): Full | null {
    const known = this.entries.get(key);
    if (known === undefined) {
      const full = this.fullFor(caller);
      if (full !== null) {
        this.rejected += 1;
        return full;
      }
    }
    this.delete(key);
    const owner = known?.caller ?? caller;
    const entry = { caller: owner, value, endsAtMs: this.now() + ttlMs };
    this.entries.set(key, entry);
    const own = this.byCaller.get(owner);
    if (own === undefined) this.byCaller.set(owner, new Map([[key, entry]]));
    else own.set(key, entry);
    return null;
  }

  delete(key: string): void {
    const entry = this.entries.get(key);
    if (entry === undefined) return;
    this.entries.delete(key);
    const own = this.byCaller.get(entry.caller);
    own?.delete(key);
    if (own?.size === 0) this.byCaller.delete(entry.caller);
  }

  /** Returns null if one more entry of the caller fits. */
  fullFor(caller: string): Full | null {
    this.dropExpired(this.entries);
    const own = this.byCaller.get(caller);
    if (own !== undefined && own.size >= this.bounds.perCaller) {
      this.dropExpired(own);
      if (own.size >= this.bounds.perCaller) {
        return this.full(own, true, this.bounds.perCaller);
      }
    }
    return this.entries.size >= this.bounds.total
      ? this.full(this.entries, false, this.bounds.total)
      : null;
  }

  /** Stops at the first entry that has not expired: linear in the removed entries. */
  private dropExpired(entries: Map<string, Entry<V>>): void {
    const now = this.now();
    for (const [key, { endsAtMs }] of entries) {
      if (endsAtMs > now) return;
      this.delete(key);
    }
  }

  private full(
    entries: Map<string, Entry<V>>,
    isCallersOwn: boolean,
    limit: number,
  ): Full {
    const [oldest] = entries.values();
    const freeInMs = Math.max(0, (oldest?.endsAtMs ?? 0) - this.now());
    return { isCallersOwn, freeInMs, limit };
  }
}

const OWN_ADVICE: Sentence = {
  en: "This change was not carried out: the gateway keeps a limited number of records for one caller and forgets none of them early. Repeat it after the given pause.",
  zh: "此项变更未执行：网关为每个调用方保存的记录数量有限，且不会提前丢弃。请在指定时间后重试。",
};

const SHARED_ADVICE: Sentence = {
  en: "This change was not carried out: the gateway's memory for such records is full. Repeat it after the given pause, or ask an operator to configure Redis.",
  zh: "此项变更未执行：网关用于此类记录的内存已满。请在指定时间后重试，或请网关管理员配置 Redis。",
};

/** Error for a change that was rejected because a table is full. */
export function tableFullError({
  isCallersOwn,
  freeInMs,
  limit,
}: Full): GatewayError {
  const retryAfterSeconds = Math.max(1, Math.ceil(freeInMs / 1_000));
  return isCallersOwn
    ? new GatewayError(ErrorCode.RATE_LIMITED, {
        retryAfterSeconds,
        limit,
        reason: "records-limit",
        advice: OWN_ADVICE,
      })
    : new GatewayError(ErrorCode.GATEWAY_BUSY, {
        retryAfterSeconds,
        reason: "records-limit",
        advice: SHARED_ADVICE,
      });
}
