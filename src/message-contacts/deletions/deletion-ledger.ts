import {
  BoundedEntries,
  tableFullError,
  type BoundedTable,
  type EntryBounds,
} from "../../upstream/idempotency/bounded-entries.js";
import type { DeletionState } from "../shapes/enums.js";

/** Possible states of an observed deletion. */
export type SeenState = Exclude<DeletionState, "UNKNOWN">;

/** A deletion that this gateway started or observed. */
export interface SeenDeletion {
  /** Time of the first observation, RFC 3339 in UTC. */
  readonly observedAt: string;
  /** False when another client started it. */
  readonly startedHere: boolean;
  /** State at the last observation. */
  readonly state: `${SeenState}`;
}

/**
 * Stores observed deletions. The vendor returns the same error for a deleted contact and
 * for one that never existed; the ledger distinguishes them. Asynchronous, because
 * replicas may share it.
 *
 * When the store is unreachable, `find` resolves with null, and the deletion reads as
 * `UNKNOWN`. No request fails for that reason.
 */
export interface DeletionLedger {
  find(directory: string, contactId: string): Promise<SeenDeletion | null>;
  /**
   * Resolves when there is room for a deletion that the caller is about to start.
   *
   * @throws {GatewayError} RATE_LIMITED or GATEWAY_BUSY when the ledger is full
   */
  reserve(directory: string, contactId: string, caller: string): Promise<void>;
  /**
   * Adds or replaces the entry of the contact. A full ledger rejects new entries
   * silently; such a deletion later reads as `UNKNOWN`.
   */
  put(
    directory: string,
    contactId: string,
    deletion: SeenDeletion,
    caller: string,
  ): Promise<void>;
  forget(directory: string, contactId: string): Promise<void>;
}

/** Injection token of the ledger in use. */
export const DELETION_LEDGER = Symbol("DeletionLedger");

/** Lifetime of an entry after its last change. */
export const LEDGER_TTL_MS = 90 * 24 * 60 * 60 * 1_000;

/** Maximum number of entries. A directory holds about twenty contacts. */
export const LEDGER_BOUNDS: EntryBounds = { perCaller: 10_000, total: 40_000 };

/** In-memory ledger of one process. Never evicts an entry before it expires. */
export class MemoryDeletionLedger implements DeletionLedger {
  private readonly entries: BoundedEntries<SeenDeletion>;

  constructor(
    bounds: EntryBounds = LEDGER_BOUNDS,
    now: () => number = Date.now,
  ) {
    this.entries = new BoundedEntries("deletions", bounds, now);
  }

  get table(): BoundedTable {
    return this.entries;
  }

  find(directory: string, contactId: string): Promise<SeenDeletion | null> {
    return Promise.resolve(
      this.entries.get(keyOf(directory, contactId)) ?? null,
    );
  }

  reserve(directory: string, contactId: string, caller: string): Promise<void> {
    if (this.entries.get(keyOf(directory, contactId)) !== undefined) {
      return Promise.resolve();
    }
    const full = this.entries.fullFor(caller);
    if (full === null) return Promise.resolve();
    this.entries.rejected += 1;
    return Promise.reject(tableFullError(full));
  }

  put(
    directory: string,
    contactId: string,
    deletion: SeenDeletion,
    caller: string,
  ): Promise<void> {
    this.entries.set(
      keyOf(directory, contactId),
      caller,
      deletion,
      LEDGER_TTL_MS,
    );
    return Promise.resolve();
  }

  forget(directory: string, contactId: string): Promise<void> {
    this.entries.delete(keyOf(directory, contactId));
    return Promise.resolve();
  }
}

/** Unambiguous, because a directory alias contains no space. */
const keyOf = (directory: string, contactId: string): string =>
  `${directory} ${contactId}`;
