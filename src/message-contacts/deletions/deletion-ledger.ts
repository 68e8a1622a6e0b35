import {
  BoundedEntries,
  tableFullError,
  type BoundedTable,
  type EntryBounds,
} from "../../upstream/idempotency/bounded-entries.js";
import type { DeletionState } from "../shapes/enums.js";

/** States in which a deletion that was seen can be. */
export type SeenState = Exclude<DeletionState, "UNKNOWN">;

/** A deletion that this gateway started, or saw running. */
export interface SeenDeletion {
  /** When it was first seen, as an RFC 3339 instant in UTC. */
  readonly observedAt: string;
  /** False when somebody else started it. */
  readonly startedHere: boolean;
  /** As it was when last looked at. */
  readonly state: `${SeenState}`;
}

/**
 * Remembers deletions, so that the vendor's "no such contact" can be told from
 * "never existed". Asynchronous, because the memory may be shared by replicas.
 *
 * A store that cannot be asked answers as if nothing were known: a deletion then
 * reads as `UNKNOWN`, which is true, and nothing fails.
 */
export interface DeletionLedger {
  find(directory: string, contactId: string): Promise<SeenDeletion | null>;
  /**
   * Resolves when a deletion that the caller starts can be remembered.
   *
   * @throws {GatewayError} RATE_LIMITED or GATEWAY_BUSY when the ledger is full
   */
  reserve(directory: string, contactId: string, caller: string): Promise<void>;
  /**
   * Replaces what was known of the contact's deletion. One that was only
   * observed is not added to a full ledger: it reads as `UNKNOWN` later.
   */
  put(
    directory: string,
    contactId: string,
    deletion: SeenDeletion,
    caller: string,
  ): Promise<void>;
  forget(directory: string, contactId: string): Promise<void>;
}

/** Under this token the ledger in use is injected. */
export const DELETION_LEDGER = Symbol("DeletionLedger");

/** How long a deletion is remembered after it was last seen to change. */
export const LEDGER_TTL_MS = 90 * 24 * 60 * 60 * 1_000;

/** Deletions of one caller, and of all; a directory holds some twenty contacts. */
export const LEDGER_BOUNDS: EntryBounds = { perCaller: 10_000, total: 40_000 };

/** The ledger of one process. Forgets no deletion before its time. */
export class MemoryDeletionLedger implements DeletionLedger {
  private readonly seen: BoundedEntries<SeenDeletion>;

  constructor(
    bounds: EntryBounds = LEDGER_BOUNDS,
    now: () => number = Date.now,
  ) {
    this.seen = new BoundedEntries("deletions", bounds, now);
  }

  get table(): BoundedTable {
    return this.seen;
  }

  find(directory: string, contactId: string): Promise<SeenDeletion | null> {
    return Promise.resolve(this.seen.get(keyOf(directory, contactId)) ?? null);
  }

  reserve(directory: string, contactId: string, caller: string): Promise<void> {
    if (this.seen.get(keyOf(directory, contactId)) !== undefined) {
      return Promise.resolve();
    }
    const full = this.seen.fullFor(caller);
    if (full === null) return Promise.resolve();
    this.seen.rejected += 1;
    return Promise.reject(tableFullError(full));
  }

  put(
    directory: string,
    contactId: string,
    deletion: SeenDeletion,
    caller: string,
  ): Promise<void> {
    this.seen.set(keyOf(directory, contactId), caller, deletion, LEDGER_TTL_MS);
    return Promise.resolve();
  }

  forget(directory: string, contactId: string): Promise<void> {
    this.seen.delete(keyOf(directory, contactId));
    return Promise.resolve();
  }
}

/** Aliases of directories hold no space. */
const keyOf = (directory: string, contactId: string): string =>
  `${directory} ${contactId}`;
