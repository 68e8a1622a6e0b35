/** Interval of a worker's heartbeats in milliseconds; one tick of `WorkerStatus`. */
export const HEARTBEAT_MS = 1_000;

/** A worker that does not serve requests after this many ticks is killed. */
export const START_TICKS = 60;

/** Change that a tick detects; null if there is none. */
export type HeartbeatChange = "silent" | "given-up" | null;

/**
 * Status of one worker, from its heartbeats and reports.
 *
 * It counts ticks of the primary process instead of time: if the whole machine was
 * suspended, no worker has missed a heartbeat.
 */
export class WorkerStatus {
  private ticks = 0;
  private isStarted = false;
  private isStopping = false;
  private reportedReady = true;
  private reportedFailures: Readonly<Record<string, string>> = {};
  /** Last metrics received from the worker. */
  metrics: object | null = null;

  /** @param maxMissedHeartbeats ticks without a heartbeat after which the worker is not ready */
  constructor(private readonly maxMissedHeartbeats: number) {}

  /** Whether the worker has started to serve requests; stays true while it stops. */
  get hasStarted(): boolean {
    return this.isStarted;
  }

  /** Whether the worker should receive requests. */
  get isReady(): boolean {
    return (
      this.isStarted &&
      !this.isStopping &&
      this.reportedReady &&
      this.ticks <= this.maxMissedHeartbeats
    );
  }

  /** Failures that the worker has reported, by name. */
  get failures(): Readonly<Record<string, string>> {
    return this.reportedFailures;
  }

  /** Stores the readiness and failures that the worker has reported. */
  report(isReady: boolean, failures: Readonly<Record<string, string>>): void {
    this.reportedReady = isReady;
    this.reportedFailures = failures;
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

  /** Counts one tick. Returns `given-up` once, after twice the allowed heartbeats. */
  tick(): HeartbeatChange {
    this.ticks += 1;
    const maxTicks = this.isStarted
      ? 2 * this.maxMissedHeartbeats
      : START_TICKS;
    if (this.ticks === maxTicks + 1) return "given-up";
    return this.isStarted && this.ticks === this.maxMissedHeartbeats + 1
      ? "silent"
      : null;
  }
}
