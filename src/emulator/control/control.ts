import type { AccessKeyInput } from "../state/access-keys.js";
import type { CallEntry } from "../state/call-record.js";
import type { DeletionFailureRule } from "../contacts/contact-store.js";
import { pendingChannel } from "../contacts/contact-record.js";
import type { EmulatorState } from "../state/emulator-state.js";
import type { FaultInput, FaultRule } from "../faults/faults.js";
import { ControlInputError } from "../json.js";
import type { SentMessage } from "../contacts/outbox.js";
import { NAMED_SEEDS, type Seed, type SeedName } from "../contacts/seeds.js";
import {
  changeSettings,
  DEFAULT_SETTINGS,
  type EmulatorSettings,
} from "../settings.js";

/** What a snapshot brings back. Keys, faults, nonces and the call record are not in it. */
export interface Snapshot {
  readonly seed: Seed;
  readonly settings: Partial<EmulatorSettings>;
  readonly clockOffsetMs: number;
  readonly outbox: readonly SentMessage[];
  readonly deletionFailures: readonly DeletionFailureRule[];
}

export interface ClockReading {
  /** ISO 8601, UTC */
  readonly now: string;
  /** Milliseconds since 1970. */
  readonly nowMs: number;
  /** How far the clock is ahead of its source. */
  readonly offsetMs: number;
}

/** A key as it is shown: without its secrets. */
export interface ShownKey {
  readonly accessKeyId: string;
  readonly allowedActions: readonly string[];
  readonly isActive: boolean;
  readonly isTemporary: boolean;
  readonly expiresAt: number | null;
}

/** One pending verification: by contact and target, or by the code of a sent message. */
export type VerificationChoice =
  | { readonly contactId: string; readonly target: string }
  | { readonly code: string };

/**
 * Everything that happens around the vendor's API rather than through it: the person who
 * confirms an address, time that passes, things that go wrong.
 */
export class EmulatorControl {
  constructor(private readonly state: EmulatorState) {}

  /** Back to how the emulator started: contacts, settings, keys, clock; no faults, no record. */
  reset(): void {
    this.state.reset();
  }

  /** Replaces directory and contacts, and empties the outbox. */
  seed(seed: SeedName | Seed): void {
    this.state.store.load(typeof seed === "string" ? NAMED_SEEDS[seed] : seed);
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

  /** @throws {ControlInputError} on settings that do not exist; nothing is changed then */
  restore(snapshot: Snapshot): void {
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

  /** @throws {ControlInputError} on an unknown name or a value it does not take */
  changeSettings(changes: Partial<EmulatorSettings>): EmulatorSettings {
    const { settings } = this.state;
    settings.current = changeSettings(settings.current, changes);
    return settings.current;
  }

  /**
   * Does what the owner of a pending address or number does with the message.
   *
   * @throws {ControlInputError} when it is not pending
   */
  confirmVerification(choice: VerificationChoice): void {
    const { contact, target } = this.#pending(choice);
    this.state.store.confirm(contact, target);
  }

  /**
   * Lets a pending verification lapse, as if its time were up.
   *
   * @throws {ControlInputError} when it is not pending
   */
  expireVerification(choice: VerificationChoice): void {
    const { contact, target } = this.#pending(choice);
    const channel = pendingChannel(contact, target);
    if (channel !== undefined) delete contact[channel].pending;
  }

  outbox(): readonly SentMessage[] {
    return this.state.outbox.messages();
  }

  /** The caps go on counting what was sent. */
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

  /** Lets `ms` pass at once; waits that fall due end. */
  advanceClock(ms: number): ClockReading {
    this.state.clock.advance(ms);
    return this.clock();
  }

  faults(): readonly FaultRule[] {
    return this.state.faults.all();
  }

  /** @throws {ControlInputError} when the effect cannot happen at that moment */
  addFault(fault: FaultInput): FaultRule {
    return this.state.faults.add(fault);
  }

  /** Takes back one fault, or all. */
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

  /** Adds a key, or replaces the one with the same id. */
  putKey(key: AccessKeyInput): void {
    this.state.keys.put(key);
  }

  /** Ends the session of one temporary key, or of all; answers how many that were. */
  expireSts(accessKeyId?: string): number {
    return this.state.keys.expire(accessKeyId);
  }

  /** Makes deletions end as Failed, one that runs included. */
  failDeletions(rule: DeletionFailureRule): void {
    this.state.store.failDeletions(rule);
  }

  /** The latest calls on the RPC endpoint, oldest first. */
  calls(): readonly CallEntry[] {
    return this.state.calls.all();
  }

  clearCalls(): void {
    this.state.calls.clear();
  }

  #pending(choice: VerificationChoice) {
    const { contactId, target } =
      "code" in choice ? this.#sentWith(choice.code) : choice;
    const contact = this.state.store.find(contactId);
    if (
      contact === undefined ||
      pendingChannel(contact, target) === undefined
    ) {
      throw new ControlInputError("no such verification is pending");
    }
    return { contact, target };
  }

  #sentWith(code: string): SentMessage {
    const message = this.state.outbox
      .messages()
      .findLast((sent) => sent.code === code);
    if (message === undefined) {
      throw new ControlInputError("no message with that code was sent");
    }
    return message;
  }
}
