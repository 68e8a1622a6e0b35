const SECOND_MS = 1_000;

/** How often each key has called each action within the last second of the clock. */
export class CallRates {
  readonly #calls = new Map<string, number[]>();

  /**
   * Counts a call, unless `limit` is reached.
   *
   * @returns milliseconds until the next call is let through; 0 when this one is
   */
  waitFor(keyAndAction: string, now: number, limit: number): number {
    const recent = (this.#calls.get(keyAndAction) ?? []).filter(
      (at) => at > now - SECOND_MS && at <= now,
    );
    this.#calls.set(keyAndAction, recent);
    if (recent.length >= limit) return (recent[0] ?? now) + SECOND_MS - now;
    recent.push(now);
    return 0;
  }

  clear(): void {
    this.#calls.clear();
  }
}
