/** Contact ids whose last change is remembered; older ones share one generation. */
const MAX_CONTACTS = 5_000;

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
  /** Generation of the last change of each contact, the oldest first. */
  private readonly contacts = new Map<string, number>();

  /** Generation of a read that is sent now. */
  get current(): number {
    return this.latest;
  }

  /** @param contactId null for a write that creates a contact */
  recordWrite(contactId: string | null): void {
    this.latest += 1;
    this.lists = this.latest;
    if (contactId === null) return;
    this.contacts.delete(contactId);
    this.contacts.set(contactId, this.latest);
    if (this.contacts.size <= MAX_CONTACTS) return;
    for (const [oldest, generation] of this.contacts) {
      this.contacts.delete(oldest);
      this.floor = Math.max(this.floor, generation);
      return;
    }
  }

  /** Records that writes of other replicas may have been missed. */
  recordGap(): void {
    this.latest += 1;
    this.floor = this.latest;
  }

  /**
   * Whether a write has changed the result of a read since its generation.
   *
   * @param contactId null for a list
   */
  hasChangedSince(generation: number, contactId: string | null): boolean {
    const changed =
      contactId === null ? this.lists : (this.contacts.get(contactId) ?? 0);
    return Math.max(changed, this.floor) > generation;
  }
}
