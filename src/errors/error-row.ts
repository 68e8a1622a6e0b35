import type { Sentence } from "./error-codes.js";

/**
 * Whether a client may repeat the request unchanged:
 * - `no`: the result would be the same.
 * - `yes`: at once.
 * - `after`: after `retryAfterSeconds`.
 * - `maybe`: once the state of the contact has changed.
 * - `readFirst`: after reading the current state, which shows whether it is still needed.
 * - `readsOnly`: a read at once, a write after reading.
 */
export type Repeat =
  "no" | "after" | "yes" | "maybe" | "readFirst" | "readsOnly";

/** One row of the error table. */
export interface ErrorRow {
  readonly httpStatus: number;
  readonly repeat: Repeat;
  /** At least `info`, so that every failed request is in the log by default. */
  readonly logLevel: "info" | "warn" | "error";
  /** States the problem in one sentence. */
  readonly message: Sentence;
  /** Tells the reader how to solve it. */
  readonly advice: Sentence;
}
