/**
 * A stream of which a slow reader gets the latest value only: between two reads
 * one value is kept, however many were published. Ends after the last one.
 */
export class LatestValueStream<T> implements AsyncIterableIterator<T> {
  private kept: { readonly value: T } | null = null;
  private wake: (() => void) | null = null;
  private isOver = false;

  /** @param onLeave called once when the reader stops before the end */
  constructor(private readonly onLeave: () => void) {}

  publish(value: T): void {
    if (this.isOver) return;
    this.kept = { value };
    this.rouse();
  }

  /** No more values; one that was not read yet still is. */
  end(): void {
    this.isOver = true;
    this.rouse();
  }

  async next(): Promise<IteratorResult<T, undefined>> {
    while (this.kept === null && !this.isOver) {
      await new Promise<void>((resolve) => {
        const before = this.wake;
        this.wake = () => {
          before?.();
          resolve();
        };
      });
    }
    if (this.kept === null) return { done: true, value: undefined };
    const { value } = this.kept;
    this.kept = null;
    return { done: false, value };
  }

  return(): Promise<IteratorResult<T, undefined>> {
    this.kept = null;
    if (!this.isOver) {
      this.end();
      this.onLeave();
    }
    return Promise.resolve({ done: true, value: undefined });
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  private rouse(): void {
    const { wake } = this;
    this.wake = null;
    wake?.();
  }
}
