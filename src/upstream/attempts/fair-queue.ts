/** Caller and request of a queued item; determine the order in which items leave. */
export interface FairnessKey {
  readonly caller: string;
  readonly request: string;
}

/** Queued items of one caller, by request, served round-robin. */
class CallerQueue<T> {
  size = 0;
  private readonly byRequest = new Map<string, T[]>();

  add(request: string, item: T): void {
    this.size += 1;
    const items = this.byRequest.get(request);
    if (items === undefined) this.byRequest.set(request, [item]);
    else items.push(item);
  }

  /** Removes the next item and moves its request to the end. */
  next(): T | undefined {
    for (const [request, items] of this.byRequest) {
      const item = items.shift();
      this.byRequest.delete(request);
      if (items.length > 0) this.byRequest.set(request, items);
      this.size -= 1;
      return item;
    }
    return undefined;
  }

  /** Removes the newest item of the request with the most queued items. */
  dropNewest(): T | undefined {
    const largest = largestOf(this.byRequest, ({ length }) => length);
    if (largest === undefined) return undefined;
    const [request, items] = largest;
    const item = items.pop();
    if (items.length === 0) this.byRequest.delete(request);
    this.size -= 1;
    return item;
  }

  /** Removes the items that match. */
  removeIf(matches: (item: T) => boolean): void {
    for (const [request, items] of this.byRequest) {
      const left = items.filter((item) => !matches(item));
      this.size -= items.length - left.length;
      if (left.length === 0) this.byRequest.delete(request);
      else this.byRequest.set(request, left);
    }
  }
}

/**
 * Queue that serves callers round-robin, and within a caller its requests. So a request
 * with many items delays another request by at most one item.
 */
export class FairQueue<T> {
  private count = 0;
  private readonly callers = new Map<string, CallerQueue<T>>();

  get size(): number {
    return this.count;
  }

  add({ caller, request }: FairnessKey, item: T): void {
    let queue = this.callers.get(caller);
    if (queue === undefined) {
      queue = new CallerQueue();
      this.callers.set(caller, queue);
    }
    queue.add(request, item);
    this.count += 1;
  }

  /** Removes the next item and moves its caller to the end. */
  next(): T | undefined {
    for (const [name, queue] of this.callers) {
      const item = queue.next();
      this.callers.delete(name);
      if (queue.size > 0) this.callers.set(name, queue);
      this.count -= 1;
      return item;
    }
    return undefined;
  }

  /**
   * Removes the newest item of the caller with the most items, to make room for an item
   * of `caller`. Returns undefined if that caller would have the most items itself.
   */
  dropFromLargest(caller: string): T | undefined {
    const largest = largestOf(this.callers, ({ size }) => size);
    const own = this.callers.get(caller)?.size ?? 0;
    if (largest === undefined || largest[1].size <= own + 1) return undefined;
    const [name, queue] = largest;
    const item = queue.dropNewest();
    if (queue.size === 0) this.callers.delete(name);
    this.count -= 1;
    return item;
  }

  /** Number of items that leave up to and including a new item of this caller. */
  turnsFor(caller: string): number {
    const own = (this.callers.get(caller)?.size ?? 0) + 1;
    let turns = own;
    for (const [name, { size }] of this.callers) {
      if (name !== caller) turns += Math.min(size, own);
    }
    return turns;
  }

  /** Removes the items that match. */
  removeIf(matches: (item: T) => boolean): void {
    for (const [name, queue] of this.callers) {
      const before = queue.size;
      queue.removeIf(matches);
      this.count -= before - queue.size;
      if (queue.size === 0) this.callers.delete(name);
    }
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
