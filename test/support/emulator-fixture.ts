import { readFileSync } from "node:fs";
import {
  startEmulator,
  type EmulatorOptions,
  type RunningEmulator,
} from "../../src/emulator/emulator.server.js";

/** A time source that moves only when it is told to. */
export class ManualClock {
  constructor(private at = Date.parse("2024-01-02T03:04:05Z")) {}

  now(): number {
    return this.at;
  }

  advance(ms: number): void {
    this.at += ms;
  }
}

/** The same row of numbers each time (mulberry32). */
export function seededRandom(seed = 1): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Starts an emulator, runs the piece, and stops the emulator whatever happens. */
export async function withEmulator(
  options: EmulatorOptions,
  run: (emulator: RunningEmulator) => Promise<void>,
): Promise<void> {
  const emulator = await startEmulator({ random: seededRandom(), ...options });
  try {
    await run(emulator);
  } finally {
    await emulator.stop();
  }
}

export interface VendorErrorRow {
  readonly code: string;
  readonly httpStatus: number;
  /** Ends where a value of the call would follow; null: never published. */
  readonly message: string | null;
}

/** What the vendor documents. */
export const VENDOR_ERRORS = JSON.parse(
  readFileSync(
    new URL("../fixtures/vendor-errors.json", import.meta.url),
    "utf8",
  ),
) as {
  readonly common: readonly VendorErrorRow[];
  readonly operations: Readonly<Record<string, readonly VendorErrorRow[]>>;
};

/** The contact named `tom` of the sample seed: active, bound to one folder. */
export const TOM = "c-qL4HqKONzOM7aB3d";
/** `Marta` of the sample seed: active, with a new address that waits. */
export const MARTA = "c-p0SgA2eH6iUzD9Fm";
/** `Ben` of the sample seed: never verified, address and number wait. */
export const BEN = "c-r5IfC8dP0gNmZ4Ek";

/** Parameters of AddMessageContact that nothing is wrong with. */
export const NEW_CONTACT = {
  Name: "neo",
  EmailAddress: "neo@example.com",
  PhoneNumber: "86-13900001234",
  Title: "TechnicalDirector",
  MessageTypes: ["ServiceMessage", "FaultMessage"],
} as const;
