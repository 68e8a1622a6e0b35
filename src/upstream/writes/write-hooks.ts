/** One write that is about to be carried out. */
export interface AdmittedWrite {
  /** When it was first requested, in milliseconds since 1970. */
  readonly startedAtMs: number;
  /**
   * Identifies the write over repeats of its idempotency key; null without a
   * key. Two writes of one request have different ids.
   */
  readonly id: string | null;
}

/**
 * What a caller of `Upstream.call` adds to a write, because only the caller
 * knows its limits. An error of `admit` or `confirm` ends the write.
 */
export interface WriteHooks {
  /** Runs once, before the write waits for its turn; not for a replay. */
  admit(write: AdmittedWrite): Promise<void>;
  /** Runs immediately before each attempt. */
  confirm?(): Promise<void>;
  /** The result of an earlier request is replayed, started at this time. */
  replay?(startedAtMs: number): void;
}
