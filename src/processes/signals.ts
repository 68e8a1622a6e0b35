/** How a process ends. */
export interface Shutdown {
  /** Resolves when everything has ended in order. */
  readonly stop: (signal: NodeJS.Signals) => Promise<void>;
  /**
   * Records what is lost when the process ends now. Called once, right before
   * an exit that does not wait for `end`.
   */
  readonly cutOff: () => void | Promise<void>;
  /** Longest wait for `end`, in milliseconds. */
  readonly graceMs: number;
}

/** What an ending needs of the process; replaced in tests. */
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
 * Ends a process in order: exit code 0 when `end` resolves, 1 when it rejects,
 * takes longer than the grace period, or is asked for again.
 */
export class GracefulShutdown {
  private state: "running" | "ending" | "cutting-off" | "over" = "running";

  constructor(
    private readonly ending: Shutdown,
    private readonly system: ShutdownProcess = SYSTEM,
  ) {}

  /** Begins the end; the second call cuts off what still runs, the third exits. */
  begin(signal: NodeJS.Signals): void {
    if (this.state === "running") {
      this.state = "ending";
      this.system.after(this.ending.graceMs, () => this.cutOff());
      this.ending.stop(signal).then(
        () => this.exit(0),
        () => this.exit(1),
      );
    } else if (this.state === "ending") this.cutOff();
    else this.exit(1);
  }

  /** Records what is lost, then exits with 1. */
  cutOff(): void {
    if (this.state !== "running" && this.state !== "ending") return;
    this.state = "cutting-off";
    const over = (): void => this.exit(1);
    try {
      const done = this.ending.cutOff();
      if (done instanceof Promise) done.then(over, over);
      else over();
    } catch {
      over();
    }
  }

  private exit(code: number): void {
    if (this.state === "over") return;
    // An end in order that comes too late does not hide what was cut off.
    if (code === 0 && this.state === "cutting-off") return;
    this.state = "over";
    this.system.exit(code);
  }
}

/** Begins the end at SIGTERM and SIGINT. */
export function onSignal(ending: Shutdown): void {
  const orderly = new GracefulShutdown(ending);
  process.on("SIGTERM", (signal) => orderly.begin(signal));
  process.on("SIGINT", (signal) => orderly.begin(signal));
}
