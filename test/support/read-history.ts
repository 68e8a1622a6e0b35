/** A change of a value. Times are milliseconds of one monotonic clock. */
export interface RecordedChange {
  readonly value: string;
  readonly startedAtMs: number;
  /** Infinity while the change runs, and if its outcome is unknown. */
  readonly endedAtMs: number;
  /** Whether the change was made through the gateway that is read. */
  readonly isMadeHere: boolean;
}

/** A read that has ended, and the age that the gateway reported. */
export interface RecordedRead {
  readonly startedAtMs: number;
  readonly endedAtMs: number;
  readonly ageMs: number;
}

/**
 * Checks reads against the history of a value: each value that a read returns was current
 * at some moment between the last change that ended before the read and the end of the
 * read. For a change made elsewhere, that moment may be earlier by the reported age.
 *
 * Changes may overlap; then either may be the last one. Each value is set only once.
 */
export class ReadHistory {
  readonly violations: string[] = [];
  private readonly changes: RecordedChange[];

  constructor(initial: string) {
    this.changes = [
      {
        value: initial,
        startedAtMs: Number.NEGATIVE_INFINITY,
        endedAtMs: Number.NEGATIVE_INFINITY,
        isMadeHere: true,
      },
    ];
  }

  /** Records a change. All changes that began before a read ended precede its check. */
  record(change: RecordedChange): void {
    this.changes.push(change);
  }

  /** Records a change while it is made. */
  async change(
    value: string,
    isMadeHere: boolean,
    make: () => Promise<void>,
  ): Promise<void> {
    const change = {
      value,
      startedAtMs: performance.now(),
      endedAtMs: Number.POSITIVE_INFINITY,
      isMadeHere,
    };
    this.record(change);
    await make();
    change.endedAtMs = performance.now();
  }

  /** Checks one read after it has ended. */
  check(value: string, read: RecordedRead): void {
    const isPossible = this.changes.some(
      (change) =>
        change.value === value &&
        change.startedAtMs <= read.endedAtMs &&
        !this.isReplaced(change, read),
    );
    if (isPossible) return;
    this.violations.push(
      `${value} with age ${read.ageMs} ms, after ${this.changes.map((one) => one.value).join(", ")}`,
    );
  }

  /** Whether a later change had ended before the moment that the read may show. */
  private isReplaced(
    change: RecordedChange,
    { startedAtMs, ageMs }: RecordedRead,
  ): boolean {
    return this.changes.some(
      (later) =>
        later !== change &&
        later.startedAtMs >= change.endedAtMs &&
        later.endedAtMs < startedAtMs - (later.isMadeHere ? 0 : ageMs),
    );
  }
}
