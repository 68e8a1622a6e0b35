import type { Operation } from "../operations.js";

/** Result of taking tokens. */
export interface TokenGrant {
  readonly granted: number;
  /** Milliseconds until the next token is expected; 0 if one was granted. */
  readonly retryInMs: number;
  /** Calls per second that the vendor accepts, as all replicas together observed. */
  readonly rate?: number;
}

/** Tokens for the calls of one operation in one directory. */
export interface CallTokens {
  /**
   * Takes up to `wanted` tokens, which must be used at once.
   *
   * @param limit tokens per second
   * @param max configured calls per second; `limit` may be less
   */
  take(
    wanted: number,
    limit: number,
    max: number,
  ): TokenGrant | Promise<TokenGrant>;
  /** Counts the outcome of a call for the rate of all replicas; absent for one process. */
  recordOutcome?(isThrottled: boolean, max: number): void;
  /** Estimated tokens that can be taken now. */
  available(limit: number): number;
  /** Share of the limit that this replica gets under contention; above 0, at most 1. */
  readonly share: number;
}

/** Creates the tokens of an operation in a directory, named by its alias. */
export type CreateCallTokens = (
  directory: string,
  operation: Operation,
) => CallTokens;

/** Injection token of the factory in use. */
export const CALL_TOKENS = Symbol("CallTokens");

/**
 * A token is taken out of use for this long. The vendor counts calls when they arrive,
 * so that a slow call followed by a fast one may be closer there than here.
 */
export const WINDOW_MS = 1_100;

/**
 * Share of the limit that may be taken at once; further tokens are taken one by one. So
 * calls of a steady load wait often and briefly, and none for the rest of the window. Our
 * choice.
 */
export const BURST = 0.5;

/** Tokens within one process: at most `limit` in any window. */
export class LocalCallTokens implements CallTokens {
  readonly share = 1;
  /** Times at which tokens were taken, the oldest first. */
  private taken: number[] = [];

  constructor(private readonly now: () => number) {}

  available(limit: number): number {
    this.dropReturned();
    return Math.max(0, limit - this.taken.length);
  }

  take(wanted: number, limit: number): TokenGrant {
    this.dropReturned();
    const burst = Math.max(1, Math.floor(BURST * limit)) - this.taken.length;
    const waitMs = burst > 0 ? 0 : this.nextAtMs(limit) - this.now();
    const granted = waitMs > 0 ? 0 : Math.min(wanted, Math.max(1, burst));
    this.record(granted);
    return { granted, retryInMs: granted > 0 ? 0 : Math.max(1, waitMs) };
  }

  /**
   * Time of the next token once the burst is used up. Even steps are the longest that use
   * all tokens: those that are free now, and each other one when it returns.
   */
  private nextAtMs(limit: number): number {
    const { taken } = this;
    const free = limit - taken.length;
    const last = taken.at(-1) ?? this.now();
    if (free <= 0) return (taken[-free] ?? last) + WINDOW_MS;
    const steps = taken.map((at, n) => (at + WINDOW_MS - last) / (free + n));
    return last + Math.max(...steps);
  }

  /** Counts tokens that were taken elsewhere for this process. */
  record(count: number): void {
    for (let n = 0; n < count; n += 1) this.taken.push(this.now());
  }

  private dropReturned(): void {
    const since = this.now() - WINDOW_MS;
    const first = this.taken.findIndex((at) => at > since);
    if (first !== 0) this.taken = first < 0 ? [] : this.taken.slice(first);
  }
}
