import type { RequestContext } from "../../context/request-context.js";
import type { ReadSubject } from "./read-subject.js";
import type { WriteGenerations } from "./write-generations.js";

/** When a read was sent, for its age and for writes that ended meanwhile. */
export class SendTime {
  private own: { readonly atMs: number; readonly generation: number } | null =
    null;
  private source: SendTime | null = null;

  /** On the monotonic clock; null until the first attempt is sent. */
  get atMs(): number | null {
    return this.source?.atMs ?? this.own?.atMs ?? null;
  }

  /** `WriteGenerations.current` of the last attempt. */
  get generation(): number {
    return this.source?.generation ?? this.own?.generation ?? 0;
  }

  /** Milliseconds since the last attempt was sent; 0 before the first one. */
  ageMs(nowMs: number): number {
    const { atMs } = this;
    return atMs === null ? 0 : nowMs - atMs;
  }

  /** Records an attempt of this read itself. */
  record(atMs: number, generation: number): void {
    this.source = null;
    this.own = { atMs, generation };
  }

  /** Uses the times of another read, which answers this one. */
  follow(source: SendTime): void {
    this.source = source;
  }
}

/** A read in flight and the requests that wait for it. */
export interface RunningRead {
  answer: Promise<object>;
  readonly sent: SendTime;
  readonly waiting: RequestContext[];
  readonly subject: ReadSubject;
  /** Whether it is not retried, because the requests that wait for it can do without. */
  readonly isTentative: boolean;
}

/** A read to start; see `RunningRead`. */
export interface StartedRead {
  readonly waiting: RequestContext[];
  readonly subject: ReadSubject;
  readonly isTentative?: boolean;
}

/** Reads in flight, by operation and parameters. */
export class RunningReads {
  private readonly byKey = new Map<string, RunningRead>();

  constructor(private readonly now: () => number) {}

  /**
   * Joins a read in flight that is recent enough for the request.
   *
   * @returns null if there is none
   */
  join(key: string, context: RequestContext): RunningRead | null {
    return this.joinAll(key, [context]);
  }

  /** The same for several requests, of which all join or none. */
  joinAll(
    key: string,
    contexts: readonly RequestContext[],
  ): RunningRead | null {
    const running = this.byKey.get(key);
    if (running === undefined) return null;
    const { sent, waiting } = running;
    // A read that was not sent yet is as recent as a new one.
    const isTooOld =
      sent.atMs !== null &&
      contexts.some(
        ({ maxAgeMs = Number.POSITIVE_INFINITY }) =>
          sent.ageMs(this.now()) >= maxAgeMs,
      );
    if (isTooOld) return null;
    waiting.push(...contexts);
    return running;
  }

  has(key: string): boolean {
    return this.byKey.has(key);
  }

  /** Starts a read that later requests can join. `start` must not throw. */
  start(
    key: string,
    { waiting, subject, isTentative = false }: StartedRead,
    start: (sent: SendTime) => Promise<object>,
  ): RunningRead {
    const sent = new SendTime();
    const running: RunningRead = {
      sent,
      waiting,
      subject,
      isTentative,
      answer: start(sent).finally(() => {
        // A write may have cleared the map, and a newer read may be registered.
        if (this.byKey.get(key) === running) this.byKey.delete(key);
        // V8 retains old Map backing stores until a major GC: drop the references
        // so that finished requests are not kept alive.
        running.answer = RELEASED;
        waiting.length = 0;
      }),
    };
    this.byKey.set(key, running);
    return running;
  }

  /**
   * Later requests join no read that was sent before a write, and that the write changes.
   * They can join a read that waits to be sent: it will return the new value.
   */
  detach(store: Pick<WriteGenerations, "hasChangedSince">): void {
    for (const [key, { sent, subject }] of this.byKey) {
      if (
        sent.atMs !== null &&
        store.hasChangedSince(sent.generation, subject)
      ) {
        this.byKey.delete(key);
      }
    }
  }
}

const RELEASED = Promise.resolve({});
