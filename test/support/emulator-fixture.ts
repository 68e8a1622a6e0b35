import { readFileSync } from "node:fs";
import {
  startEmulator,
  type EmulatorOptions,
  type RunningEmulator,
} from "../../src/emulator/emulator.server.js";

/** A time source that moves only by `advance`. */
export class ManualClock {
  constructor(private at = Date.parse("2024-01-02T03:04:05Z")) {}

  now(): number {
    return this.at;
  }

  advance(ms: number): void {
    this.at += ms;
  }
}

/** A deterministic random number generator (mulberry32). */
export function seededRandom(seed = 1): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Starts an emulator, calls `run`, and stops the emulator afterwards, even if `run` fails. */
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
  /** Message up to the first value of the call; null if the vendor does not publish it. */
  readonly message: string | null;
}

/** The error codes that the vendor documents. */
export const VENDOR_ERRORS = JSON.parse(
  readFileSync(
    new URL("../fixtures/vendor-errors.json", import.meta.url),
    "utf8",
  ),
) as {
  readonly common: readonly VendorErrorRow[];
  readonly operations: Readonly<Record<string, readonly VendorErrorRow[]>>;
};

/** `tom` of the sample seed: Active, bound to one folder. */
export const TOM = "c-qL4HqKONzOM7aB3d";
/** `Marta` of the sample seed: Active, with a pending new address. */
export const MARTA = "c-p0SgA2eH6iUzD9Fm";
/** `Ben` of the sample seed: Verifying, with a pending address and number. */
export const BEN = "c-r5IfC8dP0gNmZ4Ek";

/** Valid parameters of AddMessageContact. */
export const NEW_CONTACT = {
  Name: "neo",
  EmailAddress: "neo@example.com",
  PhoneNumber: "86-13900001234",
  Title: "TechnicalDirector",
  MessageTypes: ["ServiceMessage", "FaultMessage"],
} as const;
