import type { Socket } from "node:net";
import {
  AccessKeys,
  DEFAULT_KEYS,
  type AccessKeyInput,
} from "./access-keys.js";
import { CallRates } from "./call-rates.js";
import { CallRecord } from "./call-record.js";
import { EmulatorClock, type TimeSource } from "../clock.js";
import { ContactStore } from "../contacts/contact-store.js";
import { Faults } from "../faults/faults.js";
import { NonceMemory } from "./nonce-memory.js";
import { Outbox } from "../contacts/outbox.js";
import { ScheduledChanges } from "../accounts/directory-change.js";
import type { RpcCall } from "./call.js";
import { RunningWrites } from "./running-writes.js";
import type { Seed } from "../contacts/seeds.js";
import {
  changeSettings,
  DEFAULT_SETTINGS,
  type EmulatorSettings,
  type SettingsHolder,
} from "../settings.js";

/** Initial state of an emulator. A reset restores it. */
export interface EmulatorStart {
  readonly seed: Seed;
  readonly settings: Partial<EmulatorSettings>;
  readonly keys?: readonly AccessKeyInput[];
  readonly timeSource: TimeSource;
  /** Returns a number in [0, 1); used for ids, codes and fault probabilities. */
  readonly random: () => number;
}

/** The complete state of one emulator. */
export class EmulatorState {
  readonly settings: SettingsHolder;
  readonly clock: EmulatorClock;
  readonly store: ContactStore;
  readonly outbox: Outbox;
  readonly keys: AccessKeys;
  readonly faults: Faults;
  readonly writes: RunningWrites;
  readonly nonces = new NonceMemory();
  readonly rates = new CallRates();
  readonly calls = new CallRecord();
  /** Changes of the directory that wait for a call. */
  readonly scheduledChanges = new ScheduledChanges();
  /** Connections that have carried a call. */
  readonly usedSockets = new WeakSet<Socket>();

  /** @throws {ControlInputError} for unknown settings or invalid values */
  constructor(private readonly start: EmulatorStart) {
    const { seed, keys, timeSource, random } = start;
    this.settings = { current: this.#initialSettings() };
    this.clock = new EmulatorClock(timeSource);
    this.store = new ContactStore(seed, this.clock, this.settings, random);
    this.outbox = new Outbox(this.clock, this.settings, random);
    this.keys = new AccessKeys(keys ?? DEFAULT_KEYS, this.clock);
    this.faults = new Faults(random);
    this.writes = new RunningWrites(this.clock);
  }

  /** Restores the initial state. Running writes are not aborted. */
  reset(): void {
    this.clock.setOffset(0);
    this.settings.current = this.#initialSettings();
    this.store.load(this.start.seed);
    this.outbox.load([]);
    this.keys.load(this.start.keys ?? DEFAULT_KEYS);
    this.faults.clear();
    this.nonces.clear();
    this.rates.clear();
    this.calls.clear();
    this.scheduledChanges.clear();
  }

  /** Current time for the timestamp check and the Date header of a call. */
  vendorTimeFor({ skewMs }: Pick<RpcCall, "skewMs">): number {
    const now =
      this.settings.current.timestampClock === "source"
        ? this.clock.sourceNow()
        : this.clock.now();
    return now + skewMs;
  }

  /** Number of changes made plus messages sent since the start. */
  effects(): number {
    return this.store.changes + this.outbox.sent;
  }

  #initialSettings(): EmulatorSettings {
    return changeSettings(DEFAULT_SETTINGS, this.start.settings);
  }
}
