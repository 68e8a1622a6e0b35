import { FairQueue, type FairnessKey } from "./fair-queue.js";

/** Tasks of the gateway itself, such as reading back after a lost response. */
export const INTERNAL_CALL: FairnessKey = { caller: "", request: "" };

/** Thrown for a task that is not started because the queue is full. */
export class QueueFull extends Error {}

interface Waiter {
  readonly start: () => void;
  readonly reject: (reason: QueueFull) => void;
}

/**
 * Bulkhead with fair queueing: runs at most `maxConcurrent` tasks at the same time; see
 * `FairQueue` for the order of the others.
 *
 * When the queue is full, the caller with the most queued tasks loses its newest.
 */
export class FairSlots {
  private runningCount = 0;
  private readonly queue = new FairQueue<Waiter>();

  constructor(
    private readonly maxConcurrent: number,
    private readonly capacity: number,
  ) {}

  get running(): number {
    return this.runningCount;
  }

  get waiting(): number {
    return this.queue.size;
  }

  /** @throws {QueueFull} when the task was not started */
  async run<T>(
    task: () => Promise<T>,
    turn: FairnessKey = INTERNAL_CALL,
  ): Promise<T> {
    if (this.runningCount < this.maxConcurrent) this.runningCount += 1;
    else await this.waitForSlot(turn);
    try {
      return await task();
    } finally {
      this.releaseSlot();
    }
  }

  private waitForSlot(turn: FairnessKey): Promise<void> {
    if (this.queue.size >= this.capacity) {
      const dropped = this.queue.dropFromLargest(turn.caller);
      if (dropped === undefined) throw new QueueFull();
      dropped.reject(new QueueFull());
    }
    return new Promise((start, reject) => {
      this.queue.add(turn, { start, reject });
    });
  }

  /** Gives the slot to the next task, or frees it. */
  private releaseSlot(): void {
    const next = this.queue.next();
    if (next === undefined) this.runningCount -= 1;
    else next.start();
  }
}
