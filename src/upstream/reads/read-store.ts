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
import type { SendTime } from "./running-reads.js";
import { WriteGenerations } from "./write-generations.js";

/** Key of a read: two reads with the same key have the same response. */
export function keyOf(operation: Operation, params: object): string {
  return `${operation} ${JSON.stringify(params)}`;
}

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
    const { generation, contactId } = entry;
    if (!this.writes.hasChangedSince(generation, contactId)) return entry;
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
    const { ContactId } = params as { ContactId?: string };
    const isList = operation === "listMessageContacts";
    const contactId = isList ? null : (ContactId ?? null);
    this.set(keyOf(operation, params), answer, sent, contactId);
    if (!isList) return;
    const { Contacts: contacts = [], RequestId } =
      answer as VendorAnswer<"listMessageContacts">;
    for (const contact of contacts) {
      const single = { RequestId, Contact: withoutBinding(contact) };
      this.set(
        keyOfContact(contact.ContactId),
        single,
        sent,
        contact.ContactId,
      );
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
      this.set(keyOf(operation, params), error, sent, ContactId);
    } else if (this.cache.has(keyOfContact(ContactId))) {
      this.recordWrite(ContactId);
    }
  }

  /** @param contactId null for a write that creates a contact */
  recordWrite(contactId: string | null): void {
    this.writes.recordWrite(contactId);
    // Expired responses contain personal data.
    this.cache.purge();
  }

  recordGap(): void {
    this.writes.recordGap();
  }

  private set(
    key: string,
    answer: object,
    { atMs, generation }: SendTime,
    contactId: string | null,
  ): void {
    if (atMs === null) return;
    if (this.writes.hasChangedSince(generation, contactId)) return;
    this.cache.set(key, {
      answer,
      sentAtMs: atMs,
      generation,
      contactId,
      hits: 0,
    });
  }
}

function keyOfContact(contactId: string): string {
  return keyOf("getMessageContact", { ContactId: contactId });
}
