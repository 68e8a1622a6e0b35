/** How a process shuts down. */
export interface Shutdown {
  /** Stops gracefully; resolves when everything has stopped. */
  readonly stop: (signal: NodeJS.Signals) => Promise<void>;
  /**
   * Records unfinished work. Called once, directly before an exit that does not wait
   * for `stop`.
   */
  readonly recordUnfinished: () => void | Promise<void>;
  /** Maximum wait for `stop`, in milliseconds. */
  readonly graceMs: number;
}

/** Functions of the process that a shutdown needs; replaced in tests. */
export interface ShutdownProcess {
  exit(code: number): void;
  /** Calls back after `ms`, without keeping the process alive. */
  after(ms: number, run: () => void): void;
}

const SYSTEM: ShutdownProcess = {
  exit: (code) => process.exit(code),
  after: (ms, run) => void setTimeout(run, ms).unref(),
};

/**
 * Shuts a process down gracefully. The exit code is 0 if `stop` resolves, and 1 if it
 * rejects, exceeds the grace period, or a second signal arrives.
 */
export class GracefulShutdown {
  private state: "running" | "stopping" | "forced" | "exited" = "running";

  constructor(
    private readonly shutdown: Shutdown,
    private readonly system: ShutdownProcess = SYSTEM,
  ) {}

  /** Starts the shutdown. The second call forces the exit, the third exits at once. */
  begin(signal: NodeJS.Signals): void {
    if (this.state === "running") {
      this.state = "stopping";
      this.system.after(this.shutdown.graceMs, () => this.forceExit());
      this.shutdown.stop(signal).then(
        () => this.exit(0),
        () => this.exit(1),
      );
    } else if (this.state === "stopping") this.forceExit();
    else this.exit(1);
  }

  /** Records unfinished work, then exits with code 1. */
  forceExit(): void {
    if (this.state !== "running" && this.state !== "stopping") return;
    this.state = "forced";
    const exit = (): void => this.exit(1);
    try {
      const done = this.shutdown.recordUnfinished();
      if (done instanceof Promise) done.then(exit, exit);
      else exit();
    } catch {
      exit();
    }
  }

  private exit(code: number): void {
    if (this.state === "exited") return;
    // A graceful stop that finishes too late must not hide the forced exit.
    if (code === 0 && this.state === "forced") return;
    this.state = "exited";
    this.system.exit(code);
  }
}

/** Starts the shutdown on SIGTERM and SIGINT. */
export function onSignal(actions: Shutdown): void {
  const shutdown = new GracefulShutdown(actions);
  process.on("SIGTERM", (signal) => shutdown.begin(signal));
  process.on("SIGINT", (signal) => shutdown.begin(signal));
}
