/** Where the time comes from, in milliseconds since 1970. */
export interface TimeSource {
  now(): number;
}

/** Longest delay of a Node timer; a longer one would fire at once. */
const MAX_TIMER_MS = 2 ** 31 - 1;

const VENDOR_ZONE_OFFSET_MS = 8 * 60 * 60 * 1000;

/**
 * The emulator's clock: a time source plus an offset that can be moved forward.
 *
 * Everything that depends on time asks here, so a test moves a day forward in no time.
 */
export class EmulatorClock {
  #offsetMs = 0;
  #isStopped = false;
  readonly #waits = new Set<PendingWait>();

  constructor(private readonly source: TimeSource) {}

  get offsetMs(): number {
    return this.#offsetMs;
  }

  /** The time without the offset. */
  sourceNow(): number {
    return this.source.now();
  }

  now(): number {
    return this.source.now() + this.#offsetMs;
  }

  /** Moves the clock forward; waits that fall due end at once, the others get shorter. */
  advance(ms: number): void {
    this.#offsetMs += ms;
    for (const wait of [...this.#waits]) {
      const leftMs = wait.dueAt - this.now();
      if (leftMs <= 0) wait.end();
      else wait.endIn(leftMs);
    }
  }

  /** Sets the clock to its source plus `offsetMs`, backwards as well. Ends no wait. */
  setOffset(offsetMs: number): void {
    this.#offsetMs = offsetMs;
  }

  /**
   * Resolves after `ms`, by a real timer or because the clock was advanced that far.
   * The timer does not keep the process alive. Resolves at once after `stop`.
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

  /** Ends all waits, those to come included. */
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
 * `YYYY-MM-DD HH:mm:ss` as the contact operations answer it (documented form). The zone is
 * not stated by the vendor; UTC+8 is inferred.
 */
export function toVendorDate(at: number): string {
  return new Date(at + VENDOR_ZONE_OFFSET_MS)
    .toISOString()
    .slice(0, 19)
    .replace("T", " ");
}

/** The instant of a vendor date, or NaN when the text is none. */
export function fromVendorDate(text: string): number {
  if (!/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/.test(text)) return Number.NaN;
  return Date.parse(`${text.replace(" ", "T")}Z`) - VENDOR_ZONE_OFFSET_MS;
}

/** The calendar day in the vendor's zone, by which daily caps are counted. */
export function toVendorDay(at: number): string {
  return toVendorDate(at).slice(0, 10);
}
