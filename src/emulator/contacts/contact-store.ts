import type { EmulatorClock } from "../clock.js";
import {
  CHANNELS,
  pendingChannel,
  pendingValue,
  type Channel,
  type ContactRecord,
  type Deletion,
  type DeletionFailure,
} from "./contact-record.js";
import { contactFromSeed, contactToSeed } from "./contact-seed.js";
import { Directory } from "../accounts/directory.js";
import type { SeedDirectory } from "../accounts/directory-seed.js";
import type { Seed } from "./seeds.js";
import type { SettingsHolder } from "../settings.js";

/** A rule that makes asynchronous deletions fail. */
export interface DeletionFailureRule {
  /** Applies to all contacts when omitted. */
  readonly contactId?: string;
  readonly failures: readonly DeletionFailure[];
  /** Number of deletions that fail. Default: 1. */
  readonly times?: number;
}

/** Changes to a contact's fields other than addresses. Omitted fields keep their values. */
export interface ContactChanges {
  readonly name?: string;
  readonly title?: string;
  readonly messageTypes?: readonly string[];
}

const ID_ALPHABET =
  "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

/**
 * The contacts of one resource directory.
 *
 * Each read first completes the deletions and verifications that are due. The store does no
 * validation and knows no error codes; the actions validate.
 */
export class ContactStore {
  #directory!: Directory;
  readonly #contacts = new Map<string, ContactRecord>();
  #failureRules: (DeletionFailureRule & { left: number })[] = [];
  #changes = 0;

  constructor(
    seed: Seed,
    private readonly clock: EmulatorClock,
    private readonly settings: SettingsHolder,
    private readonly random: () => number,
  ) {
    this.load(seed);
  }

  get directory(): Directory {
    return this.#directory;
  }

  /** Number of changes made by calls. Setting a field to its current value does not count. */
  get changes(): number {
    return this.#changes;
  }

  /** Replaces the directory, all contacts and all deletion failure rules. */
  load(seed: Seed): void {
    this.#directory = new Directory(seed.directory);
    this.#failureRules = [];
    this.#contacts.clear();
    const { deletionDelayMs } = this.settings.current;
    for (const contact of seed.contacts) {
      this.#contacts.set(
        contact.contactId,
        contactFromSeed(contact, this.clock.now(), deletionDelayMs),
      );
    }
  }

  /** Replaces the directory. Bindings to targets that are gone remain (inferred). */
  replaceDirectory(directory: SeedDirectory): void {
    this.#directory = new Directory(directory);
  }

  toSeed(): Seed {
    return {
      directory: this.#directory.source,
      contacts: this.all().map(contactToSeed),
    };
  }

  /** All contacts, oldest first. The vendor documents no order; this one is inferred. */
  all(): ContactRecord[] {
    this.#completeDue();
    return [...this.#contacts.values()];
  }

  find(contactId: string): ContactRecord | undefined {
    this.#completeDue();
    return this.#contacts.get(contactId);
  }

  /** Adds a contact with status Verifying and one pending target per given channel (documented). */
  add(fields: {
    name: string;
    emailAddress: string;
    phoneNumber?: string;
    title: string;
    messageTypes: readonly string[];
  }): ContactRecord {
    const createdAt = this.clock.now();
    const contact: ContactRecord = {
      contactId: this.#newId(),
      createdAt,
      name: fields.name,
      title: fields.title,
      messageTypes: fields.messageTypes,
      status: "Verifying",
      email: pendingValue(fields.emailAddress, createdAt),
      phone: pendingValue(fields.phoneNumber, createdAt),
      bindings: new Map(),
    };
    this.#contacts.set(contact.contactId, contact);
    this.#changes += 1;
    return contact;
  }

  /** Applies changes immediately (documented). */
  update(contact: ContactRecord, changes: ContactChanges): void {
    const { name, title, messageTypes } = changes;
    if (name !== undefined && name !== contact.name) {
      contact.name = name;
      this.#changes += 1;
    }
    if (title !== undefined && title !== contact.title) {
      contact.title = title;
      this.#changes += 1;
    }
    if (
      messageTypes !== undefined &&
      messageTypes.join() !== contact.messageTypes.join()
    ) {
      contact.messageTypes = messageTypes;
      this.#changes += 1;
    }
  }

  /**
   * Sets a pending target for a channel. Before the first activation, the value changes
   * immediately (observed by Terraform's acceptance test). Afterwards, the old value stays until
   * the new one is verified (documented). The current verified value, or a target that is already
   * pending, changes nothing.
   */
  changeTarget(contact: ContactRecord, channel: Channel, target: string): void {
    const state = contact[channel];
    if (state.pending?.target === target) return;
    if (state.value === target && state.isVerified) return;
    if (contact.status === "Verifying") {
      state.value = target;
      state.isVerified = false;
    }
    state.pending = { target, openedAt: this.clock.now() };
    this.#changes += 1;
  }

  /** Removes the pending target of a channel. The current value stays. */
  dropPending(contact: ContactRecord, channel: Channel): void {
    if (contact[channel].pending === undefined) return;
    delete contact[channel].pending;
    this.#changes += 1;
  }

  /** Confirms a pending target, as its owner does. Returns false when it is not pending. */
  confirm(contact: ContactRecord, target: string): boolean {
    const channel = pendingChannel(contact, target);
    if (channel === undefined) return false;
    const state = contact[channel];
    state.value = target;
    state.isVerified = true;
    delete state.pending;
    if (contact.status === "Verifying" && this.#isActivated(contact)) {
      contact.status = "Active";
    }
    return true;
  }

  /** Binds a contact and returns the time. An existing binding keeps its time (inferred). */
  bind(contact: ContactRecord, targetId: string): number {
    const boundAt = contact.bindings.get(targetId);
    if (boundAt !== undefined) return boundAt;
    const now = this.clock.now();
    contact.bindings.set(targetId, now);
    this.#changes += 1;
    return now;
  }

  unbind(contact: ContactRecord, targetId: string): void {
    if (contact.bindings.delete(targetId)) this.#changes += 1;
  }

  remove(contact: ContactRecord): void {
    if (this.#contacts.delete(contact.contactId)) this.#changes += 1;
  }

  /** Starts an asynchronous deletion and removes the pending targets (documented). */
  beginDeletion(contact: ContactRecord): void {
    const startedAt = this.clock.now();
    contact.deletion = {
      status: "Deleting",
      startedAt,
      endsAt: startedAt + this.settings.current.deletionDelayMs,
      statusBefore:
        contact.status === "Deleting"
          ? (contact.deletion?.statusBefore ?? "Active")
          : contact.status,
      failures: [],
    };
    contact.status = "Deleting";
    delete contact.email.pending;
    delete contact.phone.pending;
    this.#changes += 1;
  }

  hasRunningDeletion(): boolean {
    return this.all().some(({ deletion }) => deletion?.status === "Deleting");
  }

  /** Adds a rule. Rules are looked up when a deletion ends, so running deletions are included. */
  failDeletions(rule: DeletionFailureRule): void {
    this.#failureRules.push({ ...rule, left: rule.times ?? 1 });
  }

  /** The rules that still apply, with their remaining times. */
  deletionFailures(): DeletionFailureRule[] {
    return this.#failureRules.map(({ left, contactId, failures }) => ({
      ...(contactId === undefined ? {} : { contactId }),
      failures,
      times: left,
    }));
  }

  #isActivated({ email, phone }: ContactRecord): boolean {
    const given = [email, phone].filter(({ value }) => value !== undefined);
    return this.settings.current.activationRule === "all"
      ? given.every(({ isVerified }) => isVerified)
      : given.some(({ isVerified }) => isVerified);
  }

  #completeDue(): void {
    const now = this.clock.now();
    const ttl = this.settings.current.verificationTtlMs;
    for (const contact of this.#contacts.values()) {
      for (const channel of CHANNELS) {
        const { pending } = contact[channel];
        if (ttl !== null && pending && pending.openedAt + ttl <= now) {
          delete contact[channel].pending;
        }
      }
      const { deletion } = contact;
      if (deletion?.status === "Deleting" && deletion.endsAt <= now) {
        this.#endDeletion(contact, deletion);
      }
    }
  }

  #endDeletion(contact: ContactRecord, deletion: Deletion): void {
    const rule =
      this.#failureRules.find((r) => r.contactId === contact.contactId) ??
      this.#failureRules.find((r) => r.contactId === undefined);
    if (rule === undefined) {
      this.#contacts.delete(contact.contactId);
      return;
    }
    rule.left -= 1;
    this.#failureRules = this.#failureRules.filter(({ left }) => left > 0);
    deletion.status = "Failed";
    deletion.failures = rule.failures;
    const after = this.settings.current.statusAfterFailedDeletion;
    contact.status = after === "Previous" ? deletion.statusBefore : after;
  }

  #newId(): string {
    for (;;) {
      const id = `c-${Array.from({ length: 16 }, () =>
        ID_ALPHABET.charAt(Math.floor(this.random() * ID_ALPHABET.length)),
      ).join("")}`;
      if (!this.#contacts.has(id)) return id;
    }
  }
}
