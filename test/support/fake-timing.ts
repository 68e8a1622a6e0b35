import type { Timing } from "../../src/upstream/timing.js";

/** A clock that advances only with `sleep`, and records each pause. */
export class FakeTiming implements Timing {
  readonly pauses: number[] = [];
  private elapsed = 0;

  constructor(private readonly startedAt = Date.UTC(2026, 0, 31, 8, 30)) {}

  readonly now = (): number => this.elapsed;
  readonly wallMs = (): number => this.startedAt + this.elapsed;
  readonly random = (): number => 0.5;

  readonly sleep = (ms: number): Promise<void> => {
    this.pauses.push(ms);
    this.elapsed += ms;
    return Promise.resolve();
  };
}

/**
 * A clock for parallel calls. When no other work is pending, it advances to the end
 * of the next pause.
 */
export class SharedTiming implements Timing {
  private elapsed = 0;
  private sleepers: { readonly dueMs: number; readonly wake: () => void }[] =
    [];

  constructor(private readonly startedAt = Date.UTC(2026, 0, 31, 8, 30)) {}

  readonly now = (): number => this.elapsed;
  readonly wallMs = (): number => this.startedAt + this.elapsed;
  readonly random = (): number => 0.5;

  readonly sleep = (ms: number): Promise<void> =>
    new Promise((wake) => {
      this.sleepers.push({ dueMs: this.elapsed + ms, wake });
    });

  /** Advances the clock until the promise is settled, and returns its result. */
  async run<T>(promise: Promise<T>): Promise<T> {
    let isSettled = false;
    const end = (): void => {
      isSettled = true;
    };
    promise.then(end, end);
    for (;;) {
      for (let turn = 0; turn < 5; turn += 1) {
        await new Promise((resolve) => setImmediate(resolve));
      }
      if (isSettled) return promise;
      this.step();
    }
  }

  private step(): void {
    const dueMs = Math.min(...this.sleepers.map((one) => one.dueMs));
    if (dueMs === Infinity) return;
    this.elapsed = Math.max(this.elapsed, dueMs);
    const due = this.sleepers.filter((one) => one.dueMs <= this.elapsed);
    this.sleepers = this.sleepers.filter((one) => one.dueMs > this.elapsed);
    for (const { wake } of due) wake();
  }
}
