import { ErrorCode } from "../../errors/error-codes.js";
import { GatewayError } from "../../errors/gateway-error.js";
import type { Operation } from "../operations.js";
import type { VendorAnswer } from "../vendor/vendor-types.js";
import { withoutBinding } from "./contact-batches.js";
import {
  ReadCache,
  type CachedRead,
  type ReadCacheLimits,
} from "./read-cache.js";
import {
  keyOf,
  subjectOf,
  type ReadSubject,
  type WriteScope,
} from "./read-subject.js";
import type { SendTime } from "./running-reads.js";
import { WriteGenerations } from "./write-generations.js";

/**
 * Cached reads of one directory. A read that began before a write ended is neither
 * stored nor returned afterwards.
 */
export class ReadStore {
  private readonly cache: ReadCache;
  private readonly writes = new WriteGenerations();

  constructor(limits: ReadCacheLimits, now: () => number) {
    this.cache = new ReadCache(limits, now);
  }

  /** Generation of a read that is sent now. */
  get generation(): number {
    return this.writes.current;
  }

  get maxLifetimeMs(): number {
    return this.cache.maxLifetimeMs;
  }

  lifetimeMs(operation: Operation): number {
    return this.cache.lifetimeMs(operation);
  }

  has(key: string): boolean {
    return this.cache.has(key);
  }

  /** The cached response, of any age; null if there is none or a write changed it. */
  get(key: string): CachedRead | null {
    const entry = this.cache.get(key);
    if (entry === undefined) return null;
    const { generation, subject } = entry;
    if (!this.writes.hasChangedSince(generation, subject)) return entry;
    this.cache.delete(key);
    return null;
  }

  /** Stores a response; each contact of a list also as a response of its own. */
  add(
    operation: Operation,
    params: object,
    answer: object,
    sent: SendTime,
  ): void {
    if (!this.cache.isOn || this.lifetimeMs(operation) === 0) return;
    const subject = subjectOf(operation, params);
    this.set(keyOf(operation, params), answer, sent, subject);
    if (operation !== "listMessageContacts") return;
    const { Contacts: contacts = [], RequestId } =
      answer as VendorAnswer<"listMessageContacts">;
    for (const contact of contacts) {
      const single = { RequestId, Contact: withoutBinding(contact) };
      this.set(keyOfContact(contact.ContactId), single, sent, {
        contactId: contact.ContactId,
        isProgress: false,
      });
    }
  }

  /**
   * Stores that a contact has no deletion. Any other read of a missing contact removes
   * the cached contact, which was deleted elsewhere.
   */
  addError(
    operation: Operation,
    params: object,
    error: unknown,
    sent: SendTime,
  ): void {
    const { ContactId } = params as { ContactId?: string };
    if (
      ContactId === undefined ||
      !this.cache.isOn ||
      !(error instanceof GatewayError) ||
      error.code !== ErrorCode.CONTACT_NOT_FOUND
    ) {
      return;
    }
    if (operation === "getMessageContactDeletionStatus") {
      const subject = subjectOf(operation, params);
      this.set(keyOf(operation, params), error, sent, subject);
    } else if (this.cache.has(keyOfContact(ContactId))) {
      this.recordWrite({ contactId: ContactId });
    }
  }

  recordWrite(scope: WriteScope): void {
    this.writes.recordWrite(scope);
    // Expired responses contain personal data.
    this.cache.purge();
  }

  /** Whether a write has changed the result of a read that was sent then. */
  hasChangedSince(generation: number, subject: ReadSubject): boolean {
    return this.writes.hasChangedSince(generation, subject);
  }

  recordGap(): void {
    this.writes.recordGap();
  }

  private set(
    key: string,
    answer: object,
    { atMs, generation }: SendTime,
    subject: ReadSubject,
  ): void {
    if (atMs === null) return;
    if (this.writes.hasChangedSince(generation, subject)) return;
    this.cache.set(key, {
      answer,
      sentAtMs: atMs,
      generation,
      subject,
      hits: 0,
    });
  }
}

function keyOfContact(contactId: string): string {
  return keyOf("getMessageContact", { ContactId: contactId });
}
