/** A write that is about to be executed. */
export interface AdmittedWrite {
  /** Time of the first request, in milliseconds since 1970. */
  readonly startedAtMs: number;
  /**
   * Stable id of the write across retries with the same idempotency key; null
   * without a key. Two writes of one request have different ids.
   */
  readonly id: string | null;
}

/**
 * Callbacks of a caller of `Upstream.call` that enforces limits of its own. An
 * error thrown by `admit` or `confirm` ends the write.
 */
export interface WriteHooks {
  /**
   * Condition on the version of the contact, as in an `If-Match` header. It is checked
   * immediately before each attempt, in the directory's write queue.
   *
   * @throws {GatewayError} CHANGED_MEANWHILE if the contact has another version
   */
  readonly ifMatch?: string | undefined;
  /** Runs once before the write is queued; not for a replay. */
  admit?(write: AdmittedWrite): Promise<void>;
  /** Runs immediately before each attempt. */
  confirm?(): Promise<void>;
  /** Called when the result of an earlier request is replayed; its start time. */
  replay?(startedAtMs: number): void;
}
