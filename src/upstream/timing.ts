import { setTimeout as delay } from "node:timers/promises";

/** Clocks, sleep and random numbers; tests replace them. */
export interface Timing {
  /** Monotonic clock in milliseconds; `RequestContext.startedAtMs` uses the same one. */
  readonly now: () => number;
  /** Wall clock in milliseconds since 1970. */
  readonly wallMs: () => number;
  readonly sleep: (ms: number) => Promise<void>;
  /** At least 0 and below 1. */
  readonly random: () => number;
}

export const SYSTEM_TIMING: Timing = {
  now: () => performance.now(),
  wallMs: Date.now,
  sleep: (ms) => delay(ms),
  random: Math.random,
};
