/** The store is unreachable or timed out. The message contains no address. */
export class SharedStateUnavailable extends Error {
  constructor() {
    super("The shared state is unavailable.");
    this.name = "SharedStateUnavailable";
  }
}

/** Argument of a script. */
export type ScriptArgument = string | number;

/**
 * Key-value store and publish/subscribe shared by all replicas. Every key has a
 * TTL. A message reaches only the current subscribers.
 *
 * Each method settles within half a second. It rejects with
 * `SharedStateUnavailable`, and does so at once while the store is known to be
 * unavailable.
 */
export interface SharedStore {
  readonly isUnavailable: boolean;
  /** Whether the keys of one script must have the same hash tag. */
  readonly isCluster: boolean;
  get(key: string): Promise<string | null>;
  set(key: string, value: string, ttlMs: number): Promise<void>;
  remove(key: string): Promise<void>;
  /** Runs a Lua script, which Redis executes atomically. */
  run(
    script: string,
    keys: readonly string[],
    args: readonly ScriptArgument[],
  ): Promise<unknown>;
  /**
   * Like `run`, but resolves only when enough replicas of the store have the result, so
   * that it outlives a failover. It may have been executed when it rejects.
   */
  runReplicated(
    script: string,
    keys: readonly string[],
    args: readonly ScriptArgument[],
  ): Promise<unknown>;
  /** Never rejects: a message that cannot be sent is lost. */
  publish(channel: string, message: string): void;
  /** Calls `listener` for each new message; returns a function that unsubscribes. */
  subscribe(channel: string, listener: (message: string) => void): () => void;
}
