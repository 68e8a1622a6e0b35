import type { EmulatorClock } from "../clock.js";

/** Counts the writes that are running. */
export class RunningWrites {
  #count = 0;

  constructor(private readonly clock: EmulatorClock) {}

  get isRunning(): boolean {
    return this.#count > 0;
  }

  /** Counts one write for `ms`, then resolves. */
  async run(ms: number): Promise<void> {
    if (ms <= 0) return;
    this.#count += 1;
    await this.clock.wait(ms);
    this.#count -= 1;
  }
}
