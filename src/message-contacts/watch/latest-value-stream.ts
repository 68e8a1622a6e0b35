/**
 * An async iterator that keeps only the latest value. A slow reader skips the values
 * that were published between two reads. It ends after the last value.
 */
export class LatestValueStream<T> implements AsyncIterableIterator<T> {
  private pending: { readonly value: T } | null = null;
  private wake: (() => void) | null = null;
  private hasEnded = false;

  /** @param onLeave called once if the reader stops before the end */
  constructor(private readonly onLeave: () => void) {}

  publish(value: T): void {
    if (this.hasEnded) return;
    this.pending = { value };
    this.wakeReaders();
  }

  /** Ends the stream after the pending value, if there is one. */
  end(): void {
    this.hasEnded = true;
    this.wakeReaders();
  }

  async next(): Promise<IteratorResult<T, undefined>> {
    while (this.pending === null && !this.hasEnded) {
      await new Promise<void>((resolve) => {
        const before = this.wake;
        this.wake = () => {
          before?.();
          resolve();
        };
      });
    }
    if (this.pending === null) return { done: true, value: undefined };
    const { value } = this.pending;
    this.pending = null;
    return { done: false, value };
  }

  return(): Promise<IteratorResult<T, undefined>> {
    this.pending = null;
    if (!this.hasEnded) {
      this.end();
      this.onLeave();
    }
    return Promise.resolve({ done: true, value: undefined });
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  private wakeReaders(): void {
    const { wake } = this;
    this.wake = null;
    wake?.();
  }
}
