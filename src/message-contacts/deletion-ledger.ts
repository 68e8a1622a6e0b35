/** A deletion that this gateway saw begin. */
export interface SeenDeletion {
  /** When, as an RFC 3339 instant in UTC. */
  readonly observedAt: string;
}

/**
 * Remembers deletions, so that the vendor's "no such contact" can be told from
 * "never existed". Asynchronous, because the memory may be shared.
 */
export interface DeletionLedger {
  remember(contactId: string): Promise<SeenDeletion>;
  find(contactId: string): Promise<SeenDeletion | null>;
}

/** Most deletions kept; a directory holds some twenty contacts. */
const CAPACITY = 10_000;

/** The ledger of one process: the oldest entry goes when it is full. */
export class MemoryDeletionLedger implements DeletionLedger {
  private readonly seen = new Map<string, SeenDeletion>();

  constructor(private readonly now: () => number = Date.now) {}

  remember(contactId: string): Promise<SeenDeletion> {
    const known = this.seen.get(contactId);
    if (known !== undefined) return Promise.resolve(known);
    const deletion = { observedAt: new Date(this.now()).toISOString() };
    this.seen.set(contactId, deletion);
    if (this.seen.size > CAPACITY) {
      for (const oldest of this.seen.keys()) {
        this.seen.delete(oldest);
        break;
      }
    }
    return Promise.resolve(deletion);
  }

  find(contactId: string): Promise<SeenDeletion | null> {
    return Promise.resolve(this.seen.get(contactId) ?? null);
  }
}
