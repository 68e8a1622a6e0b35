import { ErrorCode, type Sentence } from "../../errors/error-codes.js";
import { GatewayError } from "../../errors/gateway-error.js";

/** The right to write to a directory, while a write runs in the queue. */
export interface WriteTurn {
  /**
   * Verifies that the turn is still held, and acquires it again if it is not.
   *
   * @param until monotonic time up to which it may wait
   * @throws {GatewayError} CONCURRENT_CHANGE when it cannot be had by then
   */
  confirm(until: number): Promise<void>;
}

/**
 * Runs the writes of one directory one at a time: the vendor rejects a second
 * one while the first runs.
 */
export interface WriteQueue {
  /**
   * Runs `write` when its turn comes.
   *
   * @param maxWaitMs longest wait for the turn
   * @param caller whose share of the queue the write counts against
   * @throws {GatewayError} RATE_LIMITED when the caller's share of the queue is
   *   used up, GATEWAY_BUSY when the queue is full, CONCURRENT_CHANGE when the
   *   turn does not come in time; nothing was sent
   */
  run<T>(
    write: (turn: WriteTurn) => Promise<T>,
    maxWaitMs: number,
    caller: string,
  ): Promise<T>;
  readonly length: number;
}

/** Creates the queue of one directory, named by its alias. */
export type WriteQueues = (directory: string) => WriteQueue;

/** Injection token of the factory in use. */
export const WRITE_QUEUES = Symbol("WriteQueues");

/** Maximum number of writes that wait in one directory: of all, and of one caller. */
export const QUEUE_CAPACITY = 256;
export const QUEUE_SHARE = 128;

const SHARE_ADVICE: Sentence = {
  en: "This change was not carried out: too many of your changes of this directory are waiting already. Repeat it after the given pause.",
  zh: "此项变更未执行：您对该资源目录的待处理变更过多。请在指定时间后重试。",
};

/** Within one process a turn cannot be lost. */
const HELD: WriteTurn = { confirm: () => Promise.resolve() };

/**
 * Pause that a caller should make after CONCURRENT_CHANGE. The vendor's conflicts
 * can last for minutes; its Terraform provider repeats every 5 s.
 */
export const CONFLICT_PAUSE_SECONDS = 5;

interface Waiter {
  readonly caller: string;
  readonly start: () => void;
  readonly timer: NodeJS.Timeout;
}

/** The queue of one process. */
export class MemoryWriteQueue implements WriteQueue {
  private isBusy = false;
  // A set keeps the order of arrival and removes one in the middle cheaply.
  private readonly waiting = new Set<Waiter>();
  private readonly shares = new Map<string, number>();

  constructor(
    private readonly capacity = QUEUE_CAPACITY,
    private readonly share = QUEUE_SHARE,
  ) {}

  get length(): number {
    return this.waiting.size;
  }

  async run<T>(
    write: (enqueue: WriteTurn) => Promise<T>,
    maxWaitMs: number,
    caller: string,
  ): Promise<T> {
    if (this.isBusy) await this.turn(maxWaitMs, caller);
    else this.isBusy = true;
    try {
      return await write(HELD);
    } finally {
      this.startNext();
    }
  }

  /** Resolves when the writes that run or wait now have ended. */
  async drained(maxWaitMs: number): Promise<void> {
    if (!this.isBusy) return;
    try {
      await this.wait(maxWaitMs, "");
    } catch {
      return;
    }
    this.startNext();
  }

  private turn(maxWaitMs: number, caller: string): Promise<void> {
    if ((this.shares.get(caller) ?? 0) >= this.share) {
      throw new GatewayError(ErrorCode.RATE_LIMITED, {
        retryAfterSeconds: 1,
        advice: SHARE_ADVICE,
      });
    }
    if (this.waiting.size >= this.capacity) {
      throw new GatewayError(ErrorCode.GATEWAY_BUSY, { retryAfterSeconds: 1 });
    }
    return this.wait(maxWaitMs, caller);
  }

  private wait(maxWaitMs: number, caller: string): Promise<void> {
    return new Promise((resolve, reject) => {
      const waiter: Waiter = {
        caller,
        start: resolve,
        timer: setTimeout(() => {
          this.remove(waiter);
          reject(
            new GatewayError(ErrorCode.CONCURRENT_CHANGE, {
              retryAfterSeconds: CONFLICT_PAUSE_SECONDS,
            }),
          );
        }, maxWaitMs),
      };
      this.waiting.add(waiter);
      this.shares.set(caller, (this.shares.get(caller) ?? 0) + 1);
    });
  }

  private remove(waiter: Waiter): void {
    this.waiting.delete(waiter);
    const left = (this.shares.get(waiter.caller) ?? 1) - 1;
    if (left === 0) this.shares.delete(waiter.caller);
    else this.shares.set(waiter.caller, left);
  }

  /** Hands the turn to the next write, or marks the queue as free. */
  private startNext(): void {
    for (const next of this.waiting) {
      this.remove(next);
      clearTimeout(next.timer);
      next.start();
      return;
    }
    this.isBusy = false;
  }
}
