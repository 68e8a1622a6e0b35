import { ErrorCode, type Sentence } from "../../errors/error-codes.js";
import { GatewayError } from "../../errors/gateway-error.js";

/** Exclusive right to write to a directory while a write runs in the queue. */
export interface WriteTurn {
  /**
   * Verifies that the turn is still held, and acquires it again if it is not.
   *
   * @param until monotonic time up to which it may wait
   * @throws {GatewayError} CONCURRENT_CHANGE when it is not acquired by then
   */
  confirm(until: number): Promise<void>;
}

/**
 * Runs the writes of one directory one at a time, because the vendor rejects a
 * write while another one runs.
 */
export interface WriteQueue {
  /**
   * Runs `write` as soon as all earlier writes have ended.
   *
   * @param maxWaitMs maximum wait in the queue
   * @param caller id of the caller whose share of the queue the write counts against
   * @throws {GatewayError} RATE_LIMITED when the caller's share of the queue is
   *   used up, GATEWAY_BUSY when the queue is full, CONCURRENT_CHANGE when
   *   `maxWaitMs` has passed; nothing was sent
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

/** Maximum number of queued writes per directory: of all callers, and of one. */
export const QUEUE_CAPACITY = 256;
export const QUEUE_SHARE = 128;

const SHARE_ADVICE: Sentence = {
  en: "This change was not carried out: too many of your changes to this directory are already queued. Repeat it after the given pause.",
  zh: "此项变更未执行：您对该资源目录的待处理变更过多。请在指定时间后重试。",
};

/** Within one process the turn cannot be lost. */
const HELD: WriteTurn = { confirm: () => Promise.resolve() };

/**
 * `retryAfterSeconds` of CONCURRENT_CHANGE. The vendor's conflicts can last for
 * minutes; its Terraform provider retries every 5 s.
 */
export const CONFLICT_PAUSE_SECONDS = 5;

interface Waiter {
  readonly caller: string;
  readonly start: () => void;
  readonly timer: NodeJS.Timeout;
}

/** Queue within one process. */
export class MemoryWriteQueue implements WriteQueue {
  private isBusy = false;
  // A Set keeps insertion order and removes from the middle in constant time.
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
    write: (turn: WriteTurn) => Promise<T>,
    maxWaitMs: number,
    caller: string,
  ): Promise<T> {
    if (this.isBusy) await this.enqueue(maxWaitMs, caller);
    else this.isBusy = true;
    try {
      return await write(HELD);
    } finally {
      this.startNext();
    }
  }

  /** Resolves when all writes that are running or queued now have ended. */
  async drained(maxWaitMs: number): Promise<void> {
    if (!this.isBusy) return;
    try {
      await this.wait(maxWaitMs, "");
    } catch {
      return;
    }
    this.startNext();
  }

  private enqueue(maxWaitMs: number, caller: string): Promise<void> {
    if ((this.shares.get(caller) ?? 0) >= this.share) {
      throw new GatewayError(ErrorCode.RATE_LIMITED, {
        retryAfterSeconds: 1,
        reason: "change-queue",
        advice: SHARE_ADVICE,
      });
    }
    if (this.waiting.size >= this.capacity) {
      throw new GatewayError(ErrorCode.GATEWAY_BUSY, {
        retryAfterSeconds: 1,
        reason: "change-queue",
      });
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

  /** Starts the next write, or marks the queue as idle. */
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
