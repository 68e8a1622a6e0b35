import { ErrorCode } from "../../errors/error-codes.js";
import { GatewayError } from "../../errors/gateway-error.js";
import { FairQueue, type FairnessKey } from "../attempts/fair-queue.js";
import type { Timing } from "../timing.js";
import type { AdaptiveLimit } from "./adaptive-limit.js";
import { WINDOW_MS, type CallTokens } from "./call-tokens.js";

/** A call that waits for a token. */
export interface PacedCall {
  readonly turn: FairnessKey;
  /** Latest start on the monotonic clock. */
  readonly untilMs: number;
  /** Whether it may use the tokens that are reserved for writes and their read-backs. */
  readonly isReserved: boolean;
  /** Whether a caller still waits for the result. */
  readonly isWanted?: (() => boolean) | undefined;
}

interface Waiter extends PacedCall {
  readonly start: () => void;
  readonly reject: (reason: GatewayError) => void;
}

/** Share of the limit that ordinary reads cannot use. Our choice. */
const RESERVE = 0.1;

/** Share of the tokens below which the operation counts as under pressure. Our choice. */
const PRESSURE = 0.5;

/** Share of the tokens above which cached reads are refreshed early. Our choice. */
const SPARE = 0.25;

/** Waiting calls are checked for their deadlines at least this often. */
const CHECK_EVERY_MS = 100;

/** Paces the calls of one operation in one directory. */
export class OperationPacer {
  private readonly reserved = new FairQueue<Waiter>();
  private readonly ordinary = new FairQueue<Waiter>();
  private isServing = false;
  private wake: () => void = () => undefined;
  private blockedUntilMs = Number.NEGATIVE_INFINITY;

  constructor(
    private readonly tokens: CallTokens,
    private readonly limit: AdaptiveLimit,
    private readonly timing: Pick<Timing, "now" | "sleep">,
  ) {}

  /** Calls per second at the moment, and how many wait. */
  get status(): { readonly perSecond: number; readonly waiting: number } {
    return {
      perSecond: this.limit.perSecond,
      waiting: this.reserved.size + this.ordinary.size,
    };
  }

  /** Whether ordinary calls wait, or may have to wait soon. */
  get isUnderPressure(): boolean {
    const limit = this.limitOf(false);
    return (
      this.ordinary.size > 0 ||
      this.isBlocked ||
      this.tokens.available(limit) <= PRESSURE * limit
    );
  }

  /** Whether a call without a waiting request would start soon, and delay no other call. */
  get hasSpareCalls(): boolean {
    const limit = this.limitOf(false);
    return (
      this.ordinary.size === 0 &&
      !this.isBlocked &&
      this.tokens.available(limit) > SPARE * limit
    );
  }

  /**
   * Resolves when the call may be sent.
   *
   * @throws {GatewayError} UPSTREAM_THROTTLED, at once if there will be no token in time
   */
  acquire(call: PacedCall): Promise<void> {
    const queue = call.isReserved ? this.reserved : this.ordinary;
    const waitMs = this.waitMs(call);
    if (this.timing.now() + waitMs > call.untilMs) {
      return Promise.reject(throttled(waitMs));
    }
    return new Promise((start, reject) => {
      queue.add(call.turn, { ...call, start, reject });
      if (this.isServing) this.wake();
      else void this.serve();
    });
  }

  recordSuccess(): void {
    this.limit.recordSuccess();
    this.tokens.recordOutcome?.(false, this.limit.max);
  }

  /** @param retryAfterMs the vendor's, if it sent one */
  recordThrottled(retryAfterMs = 0): void {
    this.limit.recordThrottled();
    this.tokens.recordOutcome?.(true, this.limit.max);
    const untilMs = this.timing.now() + Math.min(retryAfterMs, WINDOW_MS);
    this.blockedUntilMs = Math.max(this.blockedUntilMs, untilMs);
  }

  /** Estimated wait of a call. */
  private waitMs({ isReserved, turn }: PacedCall): number {
    const queue = isReserved ? this.reserved : this.ordinary;
    const limit = this.limitOf(isReserved);
    const ahead = isReserved ? 0 : this.reserved.size;
    const turns = queue.turnsFor(turn.caller) + ahead;
    const lacking = turns - this.tokens.available(limit);
    const blockedMs = Math.max(0, this.blockedUntilMs - this.timing.now());
    return lacking <= 0
      ? blockedMs
      : blockedMs + (lacking * WINDOW_MS) / (limit * this.tokens.share);
  }

  private limitOf(isReserved: boolean): number {
    const { perSecond } = this.limit;
    return isReserved
      ? perSecond
      : Math.max(1, perSecond - Math.ceil(RESERVE * perSecond));
  }

  private get isBlocked(): boolean {
    return this.timing.now() < this.blockedUntilMs;
  }

  /** Starts waiting calls while there are any. */
  private async serve(): Promise<void> {
    this.isServing = true;
    try {
      while (this.dropExpired()) {
        const woken = new Promise<void>((resolve) => (this.wake = resolve));
        const pauseMs = this.isBlocked
          ? this.blockedUntilMs - this.timing.now()
          : await this.startSome();
        if (pauseMs <= 0) continue;
        const sleep = this.timing.sleep(Math.min(pauseMs, CHECK_EVERY_MS));
        // Only a reserved call can be served before the pause ends.
        await (this.reserved.size > 0 ? sleep : Promise.race([sleep, woken]));
      }
    } finally {
      this.isServing = false;
    }
  }

  /** Returns the pause until the next token, in milliseconds. */
  private async startSome(): Promise<number> {
    const isReserved = this.reserved.size > 0;
    const queue = isReserved ? this.reserved : this.ordinary;
    const { granted, retryInMs, rate } = await this.tokens.take(
      queue.size,
      this.limitOf(isReserved),
      this.limit.max,
    );
    if (rate !== undefined) this.limit.adopt(rate);
    for (let n = 0; n < granted; n += 1) {
      (this.reserved.next() ?? this.ordinary.next())?.start();
    }
    return granted > 0 ? 0 : retryInMs;
  }

  /** Rejects calls that are too late. Returns whether others wait. */
  private dropExpired(): boolean {
    const nowMs = this.timing.now();
    for (const queue of [this.reserved, this.ordinary]) {
      queue.removeIf(({ untilMs, isWanted, reject }) => {
        const isOver = nowMs > untilMs || isWanted?.() === false;
        if (isOver) reject(throttled(WINDOW_MS / this.limit.perSecond));
        return isOver;
      });
    }
    return this.reserved.size + this.ordinary.size > 0;
  }
}

function throttled(waitMs: number): GatewayError {
  return new GatewayError(ErrorCode.UPSTREAM_THROTTLED, {
    retryAfterSeconds: Math.max(1, Math.ceil(waitMs / 1_000)),
  });
}
