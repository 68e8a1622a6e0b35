/** Caller and request of a task; determine the order in which queued tasks start. */
export interface FairnessKey {
  readonly caller: string;
  readonly request: string;
}

/** Tasks of the gateway itself, such as reading back after a lost response. */
export const INTERNAL_CALL: FairnessKey = { caller: "", request: "" };

/** Thrown for a task that is not started because the queue is full. */
export class QueueFull extends Error {}

interface Waiter {
  readonly start: () => void;
  readonly reject: (reason: QueueFull) => void;
}

/** Queued tasks of one caller, by request, served round-robin. */
class CallerQueue {
  size = 0;
  private readonly byRequest = new Map<string, Waiter[]>();

  add(request: string, waiter: Waiter): void {
    this.size += 1;
    const waiters = this.byRequest.get(request);
    if (waiters === undefined) this.byRequest.set(request, [waiter]);
    else waiters.push(waiter);
  }

  /** Removes the next task and moves its request to the end. */
  next(): Waiter | undefined {
    for (const [request, waiters] of this.byRequest) {
      const waiter = waiters.shift();
      this.byRequest.delete(request);
      if (waiters.length > 0) this.byRequest.set(request, waiters);
      this.size -= 1;
      return waiter;
    }
    return undefined;
  }

  /** Removes the newest task of the request with the most queued tasks. */
  dropNewest(): Waiter | undefined {
    const largest = largestOf(this.byRequest, ({ length }) => length);
    if (largest === undefined) return undefined;
    const [request, waiters] = largest;
    const waiter = waiters.pop();
    if (waiters.length === 0) this.byRequest.delete(request);
    this.size -= 1;
    return waiter;
  }
}

/**
 * Bulkhead with fair queueing: runs at most `maxConcurrent` tasks at the same time.
 * Queued tasks start round-robin by caller, and within a caller by request. So a
 * request with many tasks delays another request by at most one task.
 *
 * When the queue is full, the caller with the most queued tasks loses its newest.
 */
export class FairSlots {
  private runningCount = 0;
  private waitingCount = 0;
  private readonly callers = new Map<string, CallerQueue>();

  constructor(
    private readonly maxConcurrent: number,
    private readonly capacity: number,
  ) {}

  get running(): number {
    return this.runningCount;
  }

  get waiting(): number {
    return this.waitingCount;
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

  private waitForSlot({ caller, request }: FairnessKey): Promise<void> {
    if (this.waitingCount >= this.capacity) this.dropFromLargestQueue(caller);
    return new Promise((start, refuse) => {
      let queue = this.callers.get(caller);
      if (queue === undefined) {
        queue = new CallerQueue();
        this.callers.set(caller, queue);
      }
      queue.add(request, { start, reject: refuse });
      this.waitingCount += 1;
    });
  }

  private dropFromLargestQueue(caller: string): void {
    const largest = largestOf(this.callers, ({ size }) => size);
    const own = this.callers.get(caller)?.size ?? 0;
    if (largest === undefined || largest[1].size <= own + 1) {
      throw new QueueFull();
    }
    const [name, queue] = largest;
    queue.dropNewest()?.reject(new QueueFull());
    if (queue.size === 0) this.callers.delete(name);
    this.waitingCount -= 1;
  }

  /** Gives the slot to the next caller, or frees it. */
  private releaseSlot(): void {
    for (const [name, queue] of this.callers) {
      const waiter = queue.next();
      this.callers.delete(name);
      if (queue.size > 0) this.callers.set(name, queue);
      this.waitingCount -= 1;
      waiter?.start();
      return;
    }
    this.runningCount -= 1;
  }
}

function largestOf<T>(
  entries: Iterable<readonly [string, T]>,
  sizeOf: (value: T) => number,
): readonly [string, T] | undefined {
  let largest: readonly [string, T] | undefined;
  for (const entry of entries) {
    if (largest === undefined || sizeOf(entry[1]) > sizeOf(largest[1])) {
      largest = entry;
    }
  }
  return largest;
}
