import type { Timing } from "../../src/upstream/timing.js";

/** A clock that moves only when somebody sleeps; remembers each pause. */
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
