/** The store could not be asked, or did not answer in time. Names no address. */
export class SharedStateUnavailable extends Error {
  constructor() {
    super("The shared state is away.");
    this.name = "SharedStateAway";
  }
}

/** Part of a script's key or arguments. */
export type ScriptArgument = string | number;

/**
 * What replicas share: short texts under keys that all end by themselves, and
 * messages that reach whoever listens at that moment.
 *
 * Each method answers within half a second or rejects with `SharedStateAway`;
 * while the store is known to be away it rejects at once.
 */
export interface SharedStore {
  readonly isAway: boolean;
  get(key: string): Promise<string | null>;
  set(key: string, value: string, ttlMs: number): Promise<void>;
  remove(key: string): Promise<void>;
  /** Runs a script that no other command interrupts. */
  run(
    script: string,
    keys: readonly string[],
    args: readonly ScriptArgument[],
  ): Promise<unknown>;
  /** Never rejects: a message that cannot be sent is lost. */
  publish(channel: string, message: string): void;
  /** Calls `listener` for each message from now on; gives back what ends it. */
  listen(channel: string, listener: (message: string) => void): () => void;
}
