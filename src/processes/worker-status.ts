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
  private isStarted = false;
  private isStopping = false;
  private reportedReady = true;
  private reportedTrouble: Readonly<Record<string, string>> = {};
  /** What it has counted, as it told last. */
  metrics: object | null = null;

  /** @param maxMissedHeartbeats ticks without a heartbeat after which it is not ready */
  constructor(private readonly maxMissedHeartbeats: number) {}

  /** Whether it answers, or has answered and finishes its last requests. */
  get hasStarted(): boolean {
    return this.isStarted;
  }

  /** Whether requests should be sent to it. */
  get isReady(): boolean {
    return (
      this.isStarted &&
      !this.isStopping &&
      this.reportedReady &&
      this.ticks <= this.maxMissedHeartbeats
    );
  }

  /** Trouble that it has reported, by name. */
  get trouble(): Readonly<Record<string, string>> {
    return this.reportedTrouble;
  }

  /** Its own readiness and trouble, as it has reported them. */
  report(isReady: boolean, trouble: Readonly<Record<string, string>>): void {
    this.reportedReady = isReady;
    this.reportedTrouble = trouble;
  }

  recordHeartbeat(): void {
    this.ticks = 0;
  }

  markStarted(): void {
    this.isStarted = true;
    this.ticks = 0;
  }

  markStopping(): void {
    this.isStopping = true;
  }

  /** Counts one tick. `given-up` comes once, after twice the patience. */
  tick(): HeartbeatChange {
    this.ticks += 1;
    const last = this.isStarted ? 2 * this.maxMissedHeartbeats : START_TICKS;
    if (this.ticks === last + 1) return "given-up";
    return this.isStarted && this.ticks === this.maxMissedHeartbeats + 1
      ? "silent"
      : null;
  }
}
