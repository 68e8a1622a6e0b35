/** Status of an output, for `/readyz` and metrics. */
export interface OutputStatus {
  /** Why the last write failed, such as `ENOSPC`; null if it succeeded. */
  readonly failure: string | null;
  /** Number of lines lost since the start of the process. */
  readonly lost: number;
}

/** Something with the status of an output. */
export interface StatusSource {
  readonly status: OutputStatus;
}

/** Writes complete lines of text, each with its line feed. */
export interface Output extends StatusSource {
  /** Never throws and never blocks on a slow reader. */
  write(line: string): void;
  /** Writes pending lines as far as possible without blocking on a slow reader. */
  close(): void;
}

/** Called for each lost line, after it was counted. */
export type OnLost = (line: string, failure: string) => void;

/** Minimum interval between two reports. */
const REPORT_EVERY_MS = 60_000;

/** Counts lost lines and stores whether the last write succeeded. */
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

  /** @param lines the lost lines; empty if the output failed without losing a line */
  recordFailure(failure: string, lines: readonly string[]): void {
    this.failure = failure;
    this.lost += lines.length;
    for (const line of lines) this.onLost(line, failure);
  }
}

/** Allows the first report at once, and then one per minute. */
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

/** The system error code, such as `EACCES`; `unknown` if there is none. */
export function codeOf(error: unknown): string {
  return typeof error === "object" &&
    error !== null &&
    "code" in error &&
    typeof error.code === "string"
    ? error.code
    : "unknown";
}
