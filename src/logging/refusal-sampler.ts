/** Clock and timer, injected for tests. */
export interface SamplerTiming {
  /** Monotonic clock in milliseconds. */
  readonly now: () => number;
  /** Calls `run` after `ms`; the returned function cancels it. */
  readonly after: (ms: number, run: () => void) => () => void;
}

const SYSTEM: SamplerTiming = {
  now: () => performance.now(),
  after: (ms, run) => {
    const timer = setTimeout(run, ms).unref();
    return () => clearTimeout(timer);
  },
};

/** Length of a window in which lines are counted. */
const WINDOW_MS = 1_000;

interface Window {
  beganAtMs: number;
  written: number;
  suppressed: number;
}

/**
 * Limits the log lines of refused requests: at most `perSecond` for each reason, so
 * that an attack cannot fill the log. Counts the others and reports their number once
 * a second.
 */
export class RefusalSampler {
  /** Bounded, because the reasons are a closed set. */
  private readonly windows = new Map<string, Window>();
  private cancel: (() => void) | null = null;

  constructor(
    private readonly perSecond: number,
    /** Called with the number of suppressed lines of a reason. */
    private readonly onSuppressed: (reason: string, count: number) => void,
    private readonly timing: SamplerTiming = SYSTEM,
  ) {}

  /** Whether a line with this reason may be written now. */
  admits(reason: string): boolean {
    const nowMs = this.timing.now();
    let window = this.windows.get(reason);
    if (window === undefined) {
      window = { beganAtMs: nowMs, written: 0, suppressed: 0 };
      this.windows.set(reason, window);
    }
    if (nowMs - window.beganAtMs >= WINDOW_MS) {
      window.beganAtMs = nowMs;
      window.written = 0;
    }
    if (window.written < this.perSecond) {
      window.written += 1;
      return true;
    }
    window.suppressed += 1;
    this.cancel ??= this.timing.after(WINDOW_MS, () => this.report());
    return false;
  }

  /** Reports the suppressed lines now. */
  report(): void {
    this.cancel?.();
    this.cancel = null;
    for (const [reason, window] of this.windows) {
      const { suppressed } = window;
      window.suppressed = 0;
      if (suppressed > 0) this.onSuppressed(reason, suppressed);
    }
  }
}
