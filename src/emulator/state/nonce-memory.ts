/** Maximum number of nonces; the oldest are removed first. The emulator's choice. */
const MAX_NONCES = 200_000;

/** Nonces of calls whose timestamps may still be inside the window. */
export class NonceMemory {
  /** Maps a nonce to its expiry time, in insertion order. */
  readonly #nonces = new Map<string, number>();

  constructor(private readonly capacity = MAX_NONCES) {}

  get size(): number {
    return this.#nonces.size;
  }

  /** Stores a nonce for `keepMs`. Returns false when it is already stored. */
  add(nonce: string, now: number, keepMs: number): boolean {
    for (const [stored, expiresAt] of this.#nonces) {
      if (expiresAt > now && this.#nonces.size < this.capacity) break;
      this.#nonces.delete(stored);
    }
    if (this.#nonces.has(nonce)) return false;
    this.#nonces.set(nonce, now + keepMs);
    return true;
  }

  clear(): void {
    this.#nonces.clear();
  }
}
