import { ErrorCode } from "../errors/error-codes.js";
import { GatewayError } from "../errors/gateway-error.js";

/**
 * Lets the writes of one directory go one at a time: the vendor refuses a
 * second one while the first runs.
 */
export interface WriteQueue {
  /**
   * Runs `write` when its turn comes.
   *
   * @param maxWaitMs longest wait for the turn
   * @throws {GatewayError} RATE_LIMITED when the queue is full,
   *   CONCURRENT_CHANGE when the turn does not come in time; nothing was sent
   */
  run<T>(write: () => Promise<T>, maxWaitMs: number): Promise<T>;
  readonly length: number;
}

/** Makes the queue of one directory, named by its alias. */
export type WriteQueues = (directory: string) => WriteQueue;

/** Under this token the maker in use is injected. */
export const WRITE_QUEUES = Symbol("WriteQueues");

/** Most writes that wait for their turn in one directory. */
export const QUEUE_CAPACITY = 256;

/**
 * Pause that a caller should make after CONCURRENT_CHANGE. The vendor's conflicts
 * can last for minutes; its Terraform provider repeats every 5 s.
 */
export const CONFLICT_PAUSE_SECONDS = 5;

interface Waiter {
  readonly begin: () => void;
  readonly timer: NodeJS.Timeout;
}

/** The queue of one process. */
export class MemoryWriteQueue implements WriteQueue {
  private isBusy = false;
  // A set keeps the order of arrival and forgets one in the middle cheaply.
  private readonly waiting = new Set<Waiter>();

  constructor(private readonly capacity = QUEUE_CAPACITY) {}

  get length(): number {
    return this.waiting.size;
  }

  async run<T>(write: () => Promise<T>, maxWaitMs: number): Promise<T> {
    if (this.isBusy) await this.turn(maxWaitMs);
    else this.isBusy = true;
    try {
      return await write();
    } finally {
      this.passOn();
    }
  }

  private turn(maxWaitMs: number): Promise<void> {
    if (this.waiting.size >= this.capacity) {
      throw new GatewayError(ErrorCode.RATE_LIMITED, { retryAfterSeconds: 1 });
    }
    return new Promise((resolve, reject) => {
      const waiter: Waiter = {
        begin: resolve,
        timer: setTimeout(() => {
          this.waiting.delete(waiter);
          reject(
            new GatewayError(ErrorCode.CONCURRENT_CHANGE, {
              retryAfterSeconds: CONFLICT_PAUSE_SECONDS,
            }),
          );
        }, maxWaitMs),
      };
      this.waiting.add(waiter);
    });
  }

  /** Hands the turn to the next in line, or frees the queue. */
  private passOn(): void {
    for (const next of this.waiting) {
      this.waiting.delete(next);
      clearTimeout(next.timer);
      next.begin();
      return;
    }
    this.isBusy = false;
  }
}
