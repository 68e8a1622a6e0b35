/** Share of the rate that is left after the vendor throttled a call. */
export const DECREASE = 0.7;

/** Throttled calls within this time count once: they were sent before the first one. */
export const DECREASE_EVERY_MS = 1_000;

/**
 * Calls per second that the vendor accepts: lowered when it throttles a call, and raised
 * again by about one for each second of successful calls (AIMD).
 */
export class AdaptiveLimit {
  private value: number;
  private loweredAtMs = Number.NEGATIVE_INFINITY;

  /** @param max configured calls per second */
  constructor(
    readonly max: number,
    private readonly now: () => number,
  ) {
    this.value = max;
  }

  /** Calls per second, at least 1. */
  get perSecond(): number {
    return Math.floor(this.value);
  }

  /** Takes over the rate that all replicas together observed. */
  adopt(perSecond: number): void {
    this.value = Math.min(this.max, Math.max(1, perSecond));
  }

  recordThrottled(): void {
    const nowMs = this.now();
    if (nowMs - this.loweredAtMs < DECREASE_EVERY_MS) return;
    this.loweredAtMs = nowMs;
    this.value = Math.max(1, this.value * DECREASE);
  }

  recordSuccess(): void {
    this.value = Math.min(this.max, this.value + 1 / this.value);
  }
}
