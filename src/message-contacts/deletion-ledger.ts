import type { DeletionState } from "./shapes/enums.js";

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
  /** Replaces what was known of the contact's deletion. */
  put(
    directory: string,
    contactId: string,
    deletion: SeenDeletion,
  ): Promise<void>;
  forget(directory: string, contactId: string): Promise<void>;
}

/** Under this token the ledger in use is injected. */
export const DELETION_LEDGER = Symbol("DeletionLedger");

/** Most deletions kept; a directory holds some twenty contacts. */
const CAPACITY = 10_000;

/** The ledger of one process: the oldest entry goes when it is full. */
export class MemoryDeletionLedger implements DeletionLedger {
  private readonly seen = new Map<string, SeenDeletion>();

  find(directory: string, contactId: string): Promise<SeenDeletion | null> {
    return Promise.resolve(this.seen.get(keyOf(directory, contactId)) ?? null);
  }

  put(
    directory: string,
    contactId: string,
    deletion: SeenDeletion,
  ): Promise<void> {
    const key = keyOf(directory, contactId);
    this.seen.delete(key);
    this.seen.set(key, deletion);
    if (this.seen.size > CAPACITY) {
      for (const oldest of this.seen.keys()) {
        this.seen.delete(oldest);
        break;
      }
    }
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
