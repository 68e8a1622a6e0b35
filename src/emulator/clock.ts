/** A source of the current time, in milliseconds since 1970. */
export interface TimeSource {
  now(): number;
}

/** Maximum delay of a Node timer. A longer one fires immediately. */
const MAX_TIMER_MS = 2 ** 31 - 1;

const VENDOR_ZONE_OFFSET_MS = 8 * 60 * 60 * 1000;

/**
 * The emulator's clock: a time source plus an adjustable offset.
 *
 * All time-dependent code uses this clock, so a test can advance it by a day without waiting.
 */
export class EmulatorClock {
  #offsetMs = 0;
  #isStopped = false;
  readonly #waits = new Set<PendingWait>();

  constructor(private readonly source: TimeSource) {}

  get offsetMs(): number {
    return this.#offsetMs;
  }

  /** Current time of the source, without the offset. */
  sourceNow(): number {
    return this.source.now();
  }

  now(): number {
    return this.source.now() + this.#offsetMs;
  }

  /** Moves the clock forward. Resolves waits that are now due and shortens the others. */
  advance(ms: number): void {
    this.#offsetMs += ms;
    for (const wait of [...this.#waits]) {
      const leftMs = wait.dueAt - this.now();
      if (leftMs <= 0) wait.end();
      else wait.endIn(leftMs);
    }
  }

  /** Sets the offset, which may move the clock backwards. Resolves no pending wait. */
  setOffset(offsetMs: number): void {
    this.#offsetMs = offsetMs;
  }

  /**
   * Resolves after `ms` of real time, or earlier if the clock is advanced that far.
   * The timer does not keep the process alive. After `stop`, resolves immediately.
   */
  wait(ms: number): Promise<void> {
    if (ms <= 0 || this.#isStopped) return Promise.resolve();
    return new Promise((resolve) => {
      let timer: NodeJS.Timeout | undefined;
      const wait: PendingWait = {
        dueAt: this.now() + ms,
        end: () => {
          clearTimeout(timer);
          this.#waits.delete(wait);
          resolve();
        },
        endIn: (leftMs) => {
          clearTimeout(timer);
          timer = setTimeout(() => wait.end(), Math.min(leftMs, MAX_TIMER_MS));
          timer.unref();
        },
      };
      wait.endIn(ms);
      this.#waits.add(wait);
    });
  }

  /** Resolves all pending waits. Later waits resolve immediately. */
  stop(): void {
    this.#isStopped = true;
    for (const wait of [...this.#waits]) wait.end();
  }
}

interface PendingWait {
  readonly dueAt: number;
  end(): void;
  endIn(leftMs: number): void;
}

/**
 * Formats a time as `YYYY-MM-DD HH:mm:ss`, the documented format of the contact operations.
 * The vendor does not state the time zone; UTC+8 is inferred.
 */
export function toVendorDate(at: number): string {
  return new Date(at + VENDOR_ZONE_OFFSET_MS)
    .toISOString()
    .slice(0, 19)
    .replace("T", " ");
}

/** Parses a vendor date to milliseconds since 1970. Returns NaN when the format is invalid. */
export function fromVendorDate(text: string): number {
  if (!/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/.test(text)) return Number.NaN;
  return Date.parse(`${text.replace(" ", "T")}Z`) - VENDOR_ZONE_OFFSET_MS;
}

/** Calendar day in UTC+8. Daily caps are counted per such day. */
export function toVendorDay(at: number): string {
  return toVendorDate(at).slice(0, 10);
}
