import { createHash } from "node:crypto";

/** What the gateway remembers about a pending verification. */
export interface VerificationTimes {
  /** Time at which the gateway first knew that it was pending, in epoch ms. */
  readonly firstSeenAtMs: number;
  /** Time at which the vendor last accepted a message, in epoch ms; null: none known. */
  readonly lastSentAtMs: number | null;
}

/** A contact and the address or number to verify. */
export interface PendingTarget {
  readonly contactId: string;
  readonly target: string;
}

/**
 * Remembers since when verifications of a directory are pending, and when a message was
 * last sent. The vendor reports neither. Never rejects; the times are then those that
 * this process knows.
 */
export interface VerificationHistory {
  /**
   * Records everything that is pending in a directory now, and forgets what is not.
   * Resolves with the times in the same order.
   *
   * @param readAtMs when the reading began; whatever was recorded later is kept
   */
  observeAll(
    directory: string,
    pending: readonly PendingTarget[],
    readAtMs: number,
  ): Promise<readonly VerificationTimes[]>;
  /** Records that a target became pending, unless it is known already. */
  recordChange(directory: string, pending: PendingTarget): void;
  /** Records that the vendor accepted a message to a target. */
  recordSent(directory: string, pending: PendingTarget): void;
  /** Forgets a target that is no longer pending. */
  forget(directory: string, pending: PendingTarget): void;
}

/** Injection token of the history in use. */
export const VERIFICATION_HISTORY = Symbol("VerificationHistory");

/** An entry that nothing touched for this long is forgotten. */
export const HISTORY_TTL_MS = 90 * 24 * 60 * 60 * 1_000;

/** Maximum number of entries of one directory; it has two for each contact at most. */
export const MAX_HISTORY = 10_000;

/** Identifies a pending target without revealing it. */
export function historyKey({ contactId, target }: PendingTarget): string {
  return createHash("sha256")
    .update(`${contactId}\0${target.toLowerCase()}`)
    .digest("base64url");
}

interface Entry {
  readonly firstSeenAtMs: number;
  readonly lastSentAtMs: number | null;
  readonly touchedAtMs: number;
}

/** History of one process. Forgets the entries that were touched least recently. */
export class MemoryVerificationHistory implements VerificationHistory {
  private readonly directories = new Map<string, Map<string, Entry>>();

  constructor(private readonly now: () => number = Date.now) {}

  observeAll(
    directory: string,
    pending: readonly PendingTarget[],
    readAtMs: number,
  ): Promise<readonly VerificationTimes[]> {
    const times = pending.map((one) => this.touch(directory, one, {}));
    const known = this.entriesOf(directory);
    const current = new Set(pending.map(historyKey));
    for (const [key, { touchedAtMs }] of known) {
      if (!current.has(key) && touchedAtMs < readAtMs) known.delete(key);
    }
    return Promise.resolve(times);
  }

  recordChange(directory: string, pending: PendingTarget): void {
    this.touch(directory, pending, {});
  }

  recordSent(directory: string, pending: PendingTarget): void {
    this.touch(directory, pending, { lastSentAtMs: this.now() });
  }

  forget(directory: string, pending: PendingTarget): void {
    this.entriesOf(directory).delete(historyKey(pending));
  }

  private touch(
    directory: string,
    pending: PendingTarget,
    changes: Partial<Entry>,
  ): Entry {
    const entries = this.entriesOf(directory);
    const key = historyKey(pending);
    const nowMs = this.now();
    const known = entries.get(key);
    const isExpired =
      known !== undefined && known.touchedAtMs + HISTORY_TTL_MS < nowMs;
    const entry: Entry = {
      firstSeenAtMs: nowMs,
      lastSentAtMs: null,
      ...(isExpired ? {} : known),
      ...changes,
      touchedAtMs: nowMs,
    };
    // Deleted first, so that the map is in the order of the last touch.
    entries.delete(key);
    entries.set(key, entry);
    const [oldest] = entries.keys();
    if (entries.size > MAX_HISTORY && oldest !== undefined) {
      entries.delete(oldest);
    }
    return entry;
  }

  private entriesOf(directory: string): Map<string, Entry> {
    let entries = this.directories.get(directory);
    if (entries === undefined) {
      entries = new Map();
      this.directories.set(directory, entries);
    }
    return entries;
  }
}
