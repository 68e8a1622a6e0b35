import type { CallLimits, RetryBudget } from "./call-policy.js";
import type { Timing } from "../timing.js";
import type { UpstreamObserver } from "../upstream-observer.js";

/** Exponential backoff, in milliseconds. */
interface Pauses {
  readonly firstMs: number;
  readonly factor: number;
  readonly capMs: number;
}

/**
 * Backoff after conflicts with another write of the directory. Eight pauses take
 * less than 14 s, so nine sends fit into the default write deadline. The vendor's
 * Terraform provider waits 3 s and then 5 s each time, for minutes.
 */
const CONFLICT_PAUSES: Pauses = { firstMs: 150, factor: 1.7, capMs: 5_000 };

/** Backoff while no connection to the vendor can be established. */
const UNREACHABLE_PAUSES: Pauses = { firstMs: 100, factor: 2, capMs: 2_000 };

/** The nth pause: one half is fixed, the other half is jitter. */
function nthPauseMs(
  n: number,
  { firstMs, factor, capMs }: Pauses,
  random: () => number,
): number {
  const bound = Math.min(capMs, firstMs * factor ** (n - 1));
  return Math.round(bound * (0.5 + random() / 2));
}

/** Pause after the nth consecutive conflict; at least the vendor's `Retry-After`. */
export function conflictPauseMs(
  n: number,
  random: () => number,
  retryAfterMs = 0,
): number {
  return Math.max(retryAfterMs, nthPauseMs(n, CONFLICT_PAUSES, random));
}

/** Connection state of one client, shared by its calls. */
export interface ConnectionState {
  readonly timing: Pick<Timing, "now" | "sleep" | "random">;
  readonly budget: RetryBudget;
  /** Time of the last complete response, on the monotonic clock. */
  readonly lastReplyAtMs: () => number;
  /** Start of the current run of connection failures; null after any other outcome. */
  unreachableSinceMs: number | null;
  /** Calls of this client that wait for a connection. */
  waitingCalls: number;
}

/** Dependencies that the retries of one client's reads and writes share. */
export interface RetryDependencies {
  readonly observer: UpstreamObserver;
  readonly budget: RetryBudget;
  readonly connection: ConnectionState;
  readonly timing: Timing;
  readonly limits: CallLimits;
}

/**
 * Whether connections have failed for less than `longestMs`. If so, a call that the
 * breaker rejects waits for the end of the outage instead of failing.
 */
export function isShortOutage(
  { unreachableSinceMs, timing }: ConnectionState,
  longestMs: number,
): boolean {
  return (
    unreachableSinceMs !== null && timing.now() - unreachableSinceMs < longestMs
  );
}

/**
 * Maximum number of calls of one client that wait for a connection: half of the
 * default of MAX_REQUESTS_IN_FLIGHT, so that other directories are still served.
 */
const MAX_WAITING_CALLS = 256;

/**
 * Waits for a connection on behalf of one call whose attempts were not sent.
 *
 * A retry takes a token from the retry budget, so that an outage does not multiply
 * the load. Without a token the call keeps waiting, which puts no load on the
 * vendor. No token is needed once the vendor has responded to any other call: the
 * vendor has not received this call yet.
 */
export class Reconnection {
  private pauses = 0;
  private holdsToken = false;

  constructor(private readonly connection: ConnectionState) {}

  /** Whether an earlier attempt of this call was not sent. */
  get hasBegun(): boolean {
    return this.pauses > 0;
  }

  /** Returns the token of a retry that the breaker rejected. */
  returnToken(): void {
    if (this.holdsToken) this.connection.budget.returnRetry();
    this.holdsToken = false;
  }

  /**
   * Resolves with true when the next attempt may start, or with false when
   * `untilMs` (monotonic clock) has passed.
   *
   * @param isWanted whether a caller still waits for the result
   */
  async awaitRetry(untilMs: number, isWanted: () => boolean): Promise<boolean> {
    const { connection } = this;
    const { timing, budget } = connection;
    if (connection.waitingCalls >= MAX_WAITING_CALLS) return false;
    const failedAtMs = timing.now();
    connection.waitingCalls += 1;
    try {
      for (;;) {
        const leftMs = untilMs - timing.now();
        if (leftMs <= 0 || !isWanted()) return false;
        this.pauses += 1;
        const pauseMs = nthPauseMs(
          this.pauses,
          UNREACHABLE_PAUSES,
          timing.random,
        );
        await timing.sleep(Math.min(leftMs, pauseMs));
        this.holdsToken = false;
        if (connection.lastReplyAtMs() > failedAtMs) return true;
        this.holdsToken = budget.takeRetry(false);
        if (this.holdsToken) return true;
      }
    } finally {
      connection.waitingCalls -= 1;
    }
  }
}

/** Length of a cooldown; equals `retryAfterSeconds` of CONCURRENT_CHANGE. */
const COOLDOWN_MS = 5_000;

/**
 * Limits retries after a write gave up because a conflict or an outage lasted.
 *
 * During the cooldown each queued write is sent only once, so that the writes do not
 * wait for their deadlines one after the other. The first response of another kind
 * ends the cooldown.
 */
export class WriteRetryCooldown {
  private startedAtMs = Number.NEGATIVE_INFINITY;

  constructor(private readonly now: () => number) {}

  get isActive(): boolean {
    return this.now() - this.startedAtMs < COOLDOWN_MS;
  }

  start(): void {
    this.startedAtMs = this.now();
  }

  end(): void {
    this.startedAtMs = Number.NEGATIVE_INFINITY;
  }
}
