import { barOf, ERASE_LINE, type Terminal } from "../cli/terminal.js";

/** Clock and timer, injected for tests. */
export interface ProgressTiming {
  /** Monotonic clock in milliseconds. */
  readonly now: () => number;
  /** Calls `run` every second; the returned function ends it. */
  readonly everySecond: (run: () => void) => () => void;
}

const SYSTEM: ProgressTiming = {
  now: () => performance.now(),
  everySecond: (run) => {
    const timer = setInterval(run, 1_000).unref();
    return () => clearInterval(timer);
  },
};

/** How much of a total is done. */
export interface Share {
  readonly done: number;
  readonly total: number;
}

/**
 * One line at the bottom of a terminal: what the command does, for how many seconds, and
 * a bar when the total is known. Draws nothing without a terminal.
 */
export class ProgressLine {
  private label = "";
  private share: Share | undefined;
  private readonly startedAtMs: number;
  private readonly stopTimer: () => void;

  constructor(
    private readonly terminal: Terminal | null,
    private readonly timing: ProgressTiming = SYSTEM,
  ) {
    this.startedAtMs = timing.now();
    this.stopTimer =
      terminal === null
        ? () => undefined
        : timing.everySecond(() => this.draw());
  }

  /** @param share the bar; absent while the total is unknown */
  show(label: string, share?: Share): void {
    this.label = label;
    this.share = share;
    this.draw();
  }

  /** Calls `write` while the line is erased, because both may share a terminal. */
  around(write: () => unknown): void {
    this.erase();
    write();
    this.draw();
  }

  /** Erases the line for good. */
  end(): void {
    this.stopTimer();
    this.erase();
    this.label = "";
  }

  private erase(): void {
    if (this.label !== "") this.terminal?.write(ERASE_LINE);
  }

  private draw(): void {
    if (this.terminal === null || this.label === "") return;
    const { share } = this;
    const seconds = Math.floor((this.timing.now() - this.startedAtMs) / 1_000);
    const text = [
      ...(share === undefined || share.total === 0
        ? []
        : [barOf(share.done, share.total)]),
      this.label,
      `${seconds} s`,
    ].join("  ");
    // A longer line would wrap, and only its last part could be erased.
    const width = (this.terminal.columns || 80) - 1;
    this.terminal.write(`${ERASE_LINE}${text.slice(0, width)}`);
  }
}

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The terminal for a progress line. Null if the output is not a terminal, and if
 * `NO_COLOR`, `CI` or `TERM=dumb` say that control sequences are not wanted.
 */
export function progressTerminal(
  terminal: Terminal | undefined,
  { NO_COLOR = "", CI = "", TERM }: Environment,
): Terminal | null {
  const isPlain =
    NO_COLOR !== "" || !["", "0", "false"].includes(CI) || TERM === "dumb";
  return terminal?.isTTY === true && !isPlain ? terminal : null;
}
