/** How an output of lines stands; for readiness and metrics. */
export interface OutputStatus {
  /** Why the last attempt to write failed, such as `ENOSPC`; null while it works. */
  readonly failure: string | null;
  /** Lines that were not written, since the start of the process. */
  readonly lost: number;
}

/** The part of an output that others read. */
export interface StatusSource {
  readonly status: OutputStatus;
}

/** Takes whole lines of text, each with its line feed. */
export interface Output extends StatusSource {
  /** Never throws and never waits for a reader. */
  write(line: string): void;
  /** Writes what is pending, as far as that takes no wait, and stops. */
  close(): void;
}

/** Called for each line that is given up, after it was counted. */
export type OnLost = (line: string, failure: string) => void;

/** Reports one failure at most this often. */
const REPORT_EVERY_MS = 60_000;

/** Counts what is lost, and remembers whether the output works now. */
export class OutputHealth implements StatusSource {
  private failure: string | null = null;
  private lost = 0;

  constructor(private readonly onLost: OnLost) {}

  get status(): OutputStatus {
    return { failure: this.failure, lost: this.lost };
  }

  recordSuccess(): void {
    this.failure = null;
  }

  /** @param lines none where nothing was lost, but the output does not work */
  recordFailure(failure: string, lines: readonly string[]): void {
    this.failure = failure;
    this.lost += lines.length;
    for (const line of lines) this.onLost(line, failure);
  }
}

/** Lets the first report pass, and then one a minute. */
export class ReportLimit {
  private reportedAtMs = Number.NEGATIVE_INFINITY;

  constructor(private readonly now: () => number = () => performance.now()) {}

  get isDue(): boolean {
    const nowMs = this.now();
    if (nowMs - this.reportedAtMs < REPORT_EVERY_MS) return false;
    this.reportedAtMs = nowMs;
    return true;
  }
}

/** The system's code of an error, such as `EACCES`. */
export function codeOf(error: unknown): string {
  return typeof error === "object" &&
    error !== null &&
    "code" in error &&
    typeof error.code === "string"
    ? error.code
    : "unknown";
}
