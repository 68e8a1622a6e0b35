/** Time between two heartbeats of a worker, in milliseconds; one tick of its standing. */
export const HEARTBEAT_MS = 1_000;

/** A worker that has not begun to answer after so many ticks is given up. */
export const START_TICKS = 60;

/** What a tick has found out about a worker; null: nothing new. */
export type HeartbeatChange = "silent" | "given-up" | null;

/**
 * How one worker stands, as far as its heartbeats show.
 *
 * Ticks of the primary process are counted instead of time: when the whole
 * machine was suspended, no worker is blamed for it.
 */
export class WorkerStatus {
  private ticks = 0;
  private hasBegun = false;
  private isEnding = false;
  private canServe = true;
  private ownTrouble: Readonly<Record<string, string>> = {};
  /** What it has counted, as it told last. */
  counts: object | null = null;

  /** @param patience ticks without a heartbeat after which it is not ready */
  constructor(private readonly patience: number) {}

  /** Whether it answers, or has answered and finishes its last requests. */
  get begun(): boolean {
    return this.hasBegun;
  }

  /** Whether requests should be sent to it. */
  get isReady(): boolean {
    return (
      this.hasBegun &&
      !this.isEnding &&
      this.canServe &&
      this.ticks <= this.patience
    );
  }

  /** Trouble that it has reported, by name. */
  get trouble(): Readonly<Record<string, string>> {
    return this.ownTrouble;
  }

  /** Its own readiness and trouble, as it has reported them. */
  report(isReady: boolean, trouble: Readonly<Record<string, string>>): void {
    this.canServe = isReady;
    this.ownTrouble = trouble;
  }

  heard(): void {
    this.ticks = 0;
  }

  begin(): void {
    this.hasBegun = true;
    this.ticks = 0;
  }

  end(): void {
    this.isEnding = true;
  }

  /** Counts one tick. `given-up` comes once, after twice the patience. */
  tick(): HeartbeatChange {
    this.ticks += 1;
    const last = this.hasBegun ? 2 * this.patience : START_TICKS;
    if (this.ticks === last + 1) return "given-up";
    return this.hasBegun && this.ticks === this.patience + 1 ? "silent" : null;
  }
}
