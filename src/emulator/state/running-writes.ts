import type { EmulatorClock } from "../clock.js";

/** Counts the writes that are being carried out. */
export class RunningWrites {
  #count = 0;

  constructor(private readonly clock: EmulatorClock) {}

  get isRunning(): boolean {
    return this.#count > 0;
  }

  /** Resolves when a write that starts now and takes `ms` is over. */
  async run(ms: number): Promise<void> {
    if (ms <= 0) return;
    this.#count += 1;
    await this.clock.wait(ms);
    this.#count -= 1;
  }
}
