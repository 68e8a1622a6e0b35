import type { AccessKeyInput } from "../state/access-keys.js";
import type { CallEntry } from "../state/call-record.js";
import type { DeletionFailureRule } from "../contacts/contact-store.js";
import { pendingChannel } from "../contacts/contact-record.js";
import type { EmulatorState } from "../state/emulator-state.js";
import type { FaultInput, FaultRule } from "../faults/faults.js";
import {
  changedDirectory,
  type DirectoryChange,
  type DirectorySize,
} from "../accounts/directory-change.js";
import { sampleDirectory } from "../accounts/sample-directory.js";
import { DIRECTORY_CHANGE, DIRECTORY_SIZE } from "./directory-schemas.js";
import { ControlInputError, parse } from "../schema.js";
import * as schemas from "./control-schemas.js";
import { SEED_CHOICE, VERIFICATION_CHOICE } from "./seed-schemas.js";
import type { SentMessage } from "../contacts/outbox.js";
import type { Seed, SeedName } from "../contacts/seeds.js";
import {
  changeSettings,
  DEFAULT_SETTINGS,
  type EmulatorSettings,
} from "../settings.js";

/** A snapshot of the state. It does not contain keys, faults, nonces or recorded calls. */
export interface Snapshot {
  readonly seed: Seed;
  readonly settings: Partial<EmulatorSettings>;
  readonly clockOffsetMs: number;
  readonly outbox: readonly SentMessage[];
  readonly deletionFailures: readonly DeletionFailureRule[];
}

export interface ClockReading {
  /** ISO 8601 in UTC. */
  readonly now: string;
  /** Milliseconds since 1970. */
  readonly nowMs: number;
  /** Difference from the time source in milliseconds. */
  readonly offsetMs: number;
}

/** An access key without its secrets. */
export interface ShownKey {
  readonly accessKeyId: string;
  readonly allowedActions: readonly string[];
  readonly isActive: boolean;
  readonly isTemporary: boolean;
  readonly expiresAt: number | null;
}

/** Identifies a pending verification by contact and target, or by the code of its message. */
export type VerificationChoice =
  | { readonly contactId: string; readonly target: string }
  | { readonly code: string };

/**
 * Controls an emulator from outside the vendor's API: confirmations, the clock, faults, keys,
 * settings and recorded calls. Methods with arguments throw a `ControlInputError` for arguments
 * that the HTTP routes would reject; nothing is changed then.
 */
export class EmulatorControl {
  #gatewayUrl: string | undefined;

  /** @internal */
  constructor(private readonly state: EmulatorState) {}

  /** URL of the gateway in front of this emulator, for links; undefined until it is set. */
  get gatewayUrl(): string | undefined {
    return this.#gatewayUrl;
  }

  /**
   * Sets the URL to which the page links back. A reset keeps it.
   *
   * @throws {ControlInputError} when it is not an http or https URL
   */
  linkGateway(url: string): void {
    const checked = parse(schemas.GATEWAY_URL, url, "url");
    this.#gatewayUrl = checked.endsWith("/") ? checked.slice(0, -1) : checked;
  }

  /** Restores the initial state. Removes faults and recorded calls. */
  reset(): void {
    this.state.reset();
  }

  /**
   * Replaces the directory and contacts, and clears the outbox.
   *
   * @throws {ControlInputError} for an unknown name or an invalid seed; nothing is changed then
   */
  seed(seed: SeedName | Seed): void {
    this.state.store.load(parse(SEED_CHOICE, seed, "the seed"));
    this.state.outbox.load([]);
  }

  snapshot(): Snapshot {
    const { store, settings, clock, outbox } = this.state;
    return {
      seed: store.toSeed(),
      settings: settings.current,
      clockOffsetMs: clock.offsetMs,
      outbox: outbox.messages(),
      deletionFailures: store.deletionFailures(),
    };
  }

  /** @throws {ControlInputError} for invalid settings; nothing is changed then */
  restore(snapshot: Snapshot): void {
    parse(schemas.SNAPSHOT, snapshot, "the snapshot");
    const { store, settings, clock, outbox } = this.state;
    settings.current = changeSettings(DEFAULT_SETTINGS, snapshot.settings);
    clock.setOffset(snapshot.clockOffsetMs);
    store.load(snapshot.seed);
    for (const rule of snapshot.deletionFailures) store.failDeletions(rule);
    outbox.load(snapshot.outbox);
  }

  settings(): EmulatorSettings {
    return this.state.settings.current;
  }

  /** @throws {ControlInputError} for an unknown setting or an invalid value; nothing is changed then */
  changeSettings(changes: Partial<EmulatorSettings>): EmulatorSettings {
    const { settings } = this.state;
    settings.current = changeSettings(settings.current, changes);
    return settings.current;
  }

  /**
   * Confirms a pending address or number, as its owner would.
   *
   * @throws {ControlInputError} when no such verification is pending
   */
  confirmVerification(choice: VerificationChoice): void {
    const { contact, target } = this.#findPending(
      parse(VERIFICATION_CHOICE, choice, "the choice"),
    );
    this.state.store.confirm(contact, target);
  }

  /**
   * Expires a pending verification.
   *
   * @throws {ControlInputError} when no such verification is pending
   */
  expireVerification(choice: VerificationChoice): void {
    const { contact, target } = this.#findPending(
      parse(VERIFICATION_CHOICE, choice, "the choice"),
    );
    const channel = pendingChannel(contact, target);
    if (channel !== undefined) delete contact[channel].pending;
  }

  outbox(): readonly SentMessage[] {
    return this.state.outbox.messages();
  }

  /** Deletes all messages. Does not reset the counters of the sending limits. */
  clearOutbox(): void {
    this.state.outbox.clear();
  }

  clock(): ClockReading {
    const { clock } = this.state;
    const nowMs = clock.now();
    return {
      now: new Date(nowMs).toISOString(),
      nowMs,
      offsetMs: clock.offsetMs,
    };
  }

  /** Advances the clock by `ms`. Waits that are due end immediately. */
  advanceClock(ms: number): ClockReading {
    this.state.clock.advance(parse(schemas.ADVANCE, { ms }).ms);
    return this.clock();
  }

  faults(): readonly FaultRule[] {
    return this.state.faults.all();
  }

  /** @throws {ControlInputError} also when the effect does not support the moment `when` */
  addFault(fault: FaultInput): FaultRule {
    return this.state.faults.add(parse(schemas.FAULT, fault, "the fault"));
  }

  /** Removes one fault, or all of them. */
  clearFaults(faultId?: number): void {
    this.state.faults.clear(faultId);
  }

  keys(): readonly ShownKey[] {
    return this.state.keys.all().map((key) => ({
      accessKeyId: key.accessKeyId,
      allowedActions: key.allowedActions,
      isActive: key.isActive,
      isTemporary: key.securityToken !== undefined,
      expiresAt: key.expiresAt ?? null,
    }));
  }

  /** Adds a key. Replaces a key with the same id. */
  putKey(key: AccessKeyInput): void {
    this.state.keys.set(parse(schemas.KEY, key, "the key"));
  }

  /** Expires one temporary key, or all of them. Returns the number of expired keys. */
  expireSts(accessKeyId?: string): number {
    return this.state.keys.expire(accessKeyId);
  }

  /** Makes asynchronous deletions fail, including running ones. */
  failDeletions(rule: DeletionFailureRule): void {
    this.state.store.failDeletions(
      parse(schemas.DELETION_RULE, rule, "the rule"),
    );
  }

  /**
   * Lets accounts and folders appear, move or disappear, at once or before a certain call.
   *
   * @throws {ControlInputError} for an invalid change; nothing is changed then
   */
  changeDirectory(change: DirectoryChange): void {
    const { store, scheduledChanges } = this.state;
    const checked = parse(DIRECTORY_CHANGE, change, "the change");
    if (scheduledChanges.add(checked)) return;
    store.replaceDirectory(changedDirectory(store.directory, checked));
  }

  /**
   * Gives the directory a number of accounts and folders, generated where the sample has
   * fewer. Contacts stay.
   *
   * @throws {ControlInputError} for an invalid size
   */
  resizeDirectory(size: DirectorySize): void {
    const checked = parse(DIRECTORY_SIZE, size, "the size");
    this.state.store.replaceDirectory(sampleDirectory(checked));
  }

  /** The latest calls to the RPC endpoint, oldest first. */
  calls(): readonly CallEntry[] {
    return this.state.calls.all();
  }

  clearCalls(): void {
    this.state.calls.clear();
  }

  #findPending(choice: VerificationChoice) {
    const { contactId, target } =
      "code" in choice ? this.#findMessage(choice.code) : choice;
    const contact = this.state.store.find(contactId);
    if (
      contact === undefined ||
      pendingChannel(contact, target) === undefined
    ) {
      throw new ControlInputError("no such verification is pending");
    }
    return { contact, target };
  }

  #findMessage(code: string): SentMessage {
    const message = this.state.outbox
      .messages()
      .findLast((sent) => sent.code === code);
    if (message === undefined) {
      throw new ControlInputError("no message has this code");
    }
    return message;
  }
}
