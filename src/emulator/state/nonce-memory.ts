/** Nonces remembered at most; the oldest go first. A choice of the emulator. */
const MAX_NONCES = 200_000;

/** The nonces of calls whose time stamps can still be in the window. */
export class NonceMemory {
  /** Nonce to the time from which on it may be forgotten; in order of arrival. */
  readonly #nonces = new Map<string, number>();

  constructor(private readonly capacity = MAX_NONCES) {}

  get size(): number {
    return this.#nonces.size;
  }

  /** Remembers a nonce for `keepMs`; false when it was there already. */
  add(nonce: string, now: number, keepMs: number): boolean {
    for (const [old, forgetAt] of this.#nonces) {
      if (forgetAt > now && this.#nonces.size < this.capacity) break;
      this.#nonces.delete(old);
    }
    if (this.#nonces.has(nonce)) return false;
    this.#nonces.set(nonce, now + keepMs);
    return true;
  }

  clear(): void {
    this.#nonces.clear();
  }
}
