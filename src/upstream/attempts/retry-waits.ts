import type { RetryBudget } from "./call-policy.js";
import type { Timing } from "../timing.js";

/** Growing pauses between repeats, in milliseconds. */
interface Pauses {
  readonly firstMs: number;
  readonly factor: number;
  readonly capMs: number;
}

/**
 * Pauses while another change of the directory runs. Eight of them take less
 * than 14 s, so that nine sends fit into the default deadline of a write. The
 * vendor's Terraform provider waits 3 s, then 5 s each time, for minutes.
 */
const CONFLICT_PAUSES: Pauses = { firstMs: 150, factor: 1.7, capMs: 5_000 };

/** Pauses while no connection to the vendor can be made. */
const UNREACHABLE_PAUSES: Pauses = { firstMs: 100, factor: 2, capMs: 2_000 };

/** Half of the nth pause is fixed, the other half is jitter. */
function nthPauseMs(
  n: number,
  { firstMs, factor, capMs }: Pauses,
  random: () => number,
): number {
  const bound = Math.min(capMs, firstMs * factor ** (n - 1));
  return Math.round(bound * (0.5 + random() / 2));
}

/** Pause after the nth conflict in a row, never shorter than the vendor asks for. */
export function conflictPauseMs(
  n: number,
  random: () => number,
  retryAfterMs = 0,
): number {
  return Math.max(retryAfterMs, nthPauseMs(n, CONFLICT_PAUSES, random));
}

/** What waiting for a connection needs; one object for each client. */
export interface ConnectionState {
  readonly timing: Pick<Timing, "now" | "sleep" | "random">;
  readonly budget: RetryBudget;
  /** When the vendor last sent a whole response, on the monotonic clock. */
  readonly lastReplyAtMs: () => number;
  /** Since when no attempt has found a connection; null after any other outcome. */
  unreachableSinceMs: number | null;
  /** Calls of this client that wait for a connection. */
  waitingCalls: number;
}

/**
 * Whether connections have failed for less than this time, so that a call which
 * the breaker rejects may wait for the end of a short outage.
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
 * Most calls of one client that wait for a connection: half the default of
 * MAX_REQUESTS_IN_FLIGHT, so that other directories are still served.
 */
const MAX_WAITING_CALLS = 256;

/**
 * Waits of one call whose attempts were not sent.
 *
 * A repeat needs a token of the retry budget, so that an outage does not multiply
 * the load. Without a token the call waits on: this costs the vendor nothing. Once
 * the vendor has responded to any other call, the repeat needs no token, because
 * the vendor has not received this call yet.
 */
export class Reconnection {
  private pauses = 0;
  private holdsToken = false;

  constructor(private readonly connection: ConnectionState) {}

  /** Whether an attempt of this call was not sent before. */
  get hasBegun(): boolean {
    return this.pauses > 0;
  }

  /** The breaker rejected the repeat: its token was not used. */
  returnToken(): void {
    if (this.holdsToken) this.connection.budget.returnRetry();
    this.holdsToken = false;
  }

  /**
   * Resolves with true when the next attempt may start, with false when that
   * does not happen before `untilMs` on the monotonic clock.
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

/** How long a lost patience is remembered; also the pause that callers are told. */
const COOLDOWN_MS = 5_000;

/**
 * Whether a write may repeat until its deadline.
 *
 * A write that gave up has shown that the conflict or the outage lasts. The writes
 * behind it in the queue then get one send each, so that they do not wait in vain
 * one after the other. The first response of another kind restores the patience.
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
