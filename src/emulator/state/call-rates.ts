const SECOND_MS = 1_000;

/** Counts calls per key and action within the last second. */
export class CallRates {
  readonly #calls = new Map<string, number[]>();

  /**
   * Counts a call, unless the limit is reached.
   *
   * @returns 0 when the call is allowed; otherwise milliseconds until the next one is allowed
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
