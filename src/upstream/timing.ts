import { setTimeout as delay } from "node:timers/promises";

/** Time and chance, so that tests need neither. */
export interface Timing {
  /** Monotonic clock in milliseconds, the one of `RequestContext.startedAtMs`. */
  readonly now: () => number;
  /** Wall clock in milliseconds since 1970. */
  readonly wallMs: () => number;
  readonly sleep: (ms: number) => Promise<void>;
  /** From 0 to below 1. */
  readonly random: () => number;
}

export const SYSTEM_TIMING: Timing = {
  now: () => performance.now(),
  wallMs: Date.now,
  sleep: (ms) => delay(ms),
  random: Math.random,
};
