import type { ReadSubject, WriteScope } from "./read-subject.js";

/** Contact ids whose last change is remembered; older ones share one generation. */
const MAX_CONTACTS = 5_000;

interface ContactGenerations {
  readonly contact: number;
  /** Of its pending verifications and its deletion. */
  readonly progress: number;
}

/**
 * Counts the writes of one directory, so that a read that began before a write ended is
 * not used after it. Each write counts twice: when it starts and when it ends.
 *
 * A write to a contact also changes the lists, because they contain the contact.
 */
export class WriteGenerations {
  private latest = 0;
  private lists = 0;
  /** Generation of the last gap, after which no earlier read may be used. */
  private floor = 0;
  /** Generations of the last changes of each contact, the oldest first. */
  private readonly contacts = new Map<string, ContactGenerations>();

  /** Generation of a read that is sent now. */
  get current(): number {
    return this.latest;
  }

  recordWrite({ contactId, keepsProgress = false }: WriteScope): void {
    this.latest += 1;
    this.lists = this.latest;
    if (contactId === null) return;
    const before = this.contacts.get(contactId);
    this.contacts.delete(contactId);
    this.contacts.set(contactId, {
      contact: this.latest,
      progress: keepsProgress ? (before?.progress ?? 0) : this.latest,
    });
    if (this.contacts.size <= MAX_CONTACTS) return;
    for (const [oldest, { contact }] of this.contacts) {
      this.contacts.delete(oldest);
      this.floor = Math.max(this.floor, contact);
      return;
    }
  }

  /** Records that writes of other replicas may have been missed. */
  recordGap(): void {
    this.latest += 1;
    this.floor = this.latest;
  }

  /** Whether a write has changed the result of a read since its generation. */
  hasChangedSince(generation: number, subject: ReadSubject): boolean {
    return Math.max(this.changedAt(subject), this.floor) > generation;
  }

  private changedAt({ contactId, isProgress }: ReadSubject): number {
    if (contactId === null) return this.lists;
    const changed = this.contacts.get(contactId);
    return (isProgress ? changed?.progress : changed?.contact) ?? 0;
  }
}
