import { Readable } from "node:stream";
import { Inject, Injectable, type OnModuleDestroy } from "@nestjs/common";
import type { FastifyReply } from "fastify";
import { CredentialWatch } from "../access/credential-watch.js";
import type { ErrorCode } from "../errors/error-codes.js";

/** One event of a stream (HTML standard, server-sent events). */
export interface SseEvent {
  /** Comes back as `Last-Event-ID` when the browser connects again. */
  readonly id?: string;
  /** `message` when left out. */
  readonly event?: string;
  /** Text without line breaks. */
  readonly data: string;
}

/** Events that can be asked to stop before they are over. */
export type SseEvents = AsyncIterator<SseEvent, unknown, undefined>;

/** Pause between two heartbeats: below the idle limit of common proxies. */
export const HEARTBEAT_MS = 15_000;

/** A connection that takes nothing for so long is cut: its reader is gone. */
export const STALLED_MS = 60_000;

/** How long a browser waits before it connects again. */
const RECONNECT_MS = 2_000;

/** Last events of a stream whose credential is no longer valid. */
export type FinalEvents = (code: ErrorCode) => readonly SseEvent[];

/**
 * The open event streams of the process, over every API.
 *
 * An event is asked for only when the one before has gone out, so that a slow
 * reader costs one event and a socket's buffer, never a queue.
 */
@Injectable()
export class SseStreams implements OnModuleDestroy {
  private readonly open = new Set<SseEvents>();

  constructor(
    @Inject(CredentialWatch) private readonly credentials: CredentialWatch,
  ) {}

  /** How many are open; for tests and metrics. */
  get size(): number {
    return this.open.size;
  }

  /**
   * Answers with a stream that ends with its events, with its connection, or
   * when the caller's credential expires or is revoked: then with the farewell.
   */
  answer(
    reply: FastifyReply,
    events: SseEvents,
    farewell: FinalEvents,
  ): FastifyReply {
    const { raw, request } = reply;
    const { caller, usage } = request.callContext;
    let last: readonly SseEvent[] = [];
    let isEnded = false;
    const forget = this.credentials.add({
      headers: request.headers,
      caller,
      end: (code) => {
        if (isEnded) {
          // The reader has not taken the last events since the check before.
          raw.destroy();
          return;
        }
        isEnded = true;
        usage.failureCode = code;
        last = farewell(code);
        void events.return?.();
      },
    });
    this.open.add(events);
    const leave = (): void => {
      forget();
      this.open.delete(events);
      void events.return?.();
    };
    const stream = Readable.from(
      frames(events, () => last),
      { objectMode: true, highWaterMark: 1 },
    );
    // Not the stream's own end: it closes only after the next heartbeat.
    raw.once("close", leave);
    // The caller hung up before the answer began: no event will say so.
    if (raw.destroyed) leave();
    // Without a listener of its own a socket that times out is destroyed.
    raw.setTimeout(STALLED_MS);
    return reply
      .header("content-type", "text/event-stream; charset=utf-8")
      .header("cache-control", "no-store, no-transform")
      .header("x-accel-buffering", "no")
      .send(stream);
  }

  /** Ends every stream; a browser connects again, to whoever is there then. */
  onModuleDestroy(): void {
    for (const events of this.open) void events.return?.();
  }
}

const HEARTBEAT = Symbol("heartbeat");

/**
 * The text of a stream: events as they come, comments while none come.
 *
 * @param last what is written after the last event
 */
export async function* frames(
  events: SseEvents,
  last: () => readonly SseEvent[] = () => [],
  heartbeatMs = HEARTBEAT_MS,
): AsyncGenerator<string, void, undefined> {
  yield `retry: ${RECONNECT_MS}\n\n`;
  let coming = events.next();
  for (;;) {
    const result = await nextOrHeartbeat(coming, heartbeatMs);
    if (result === HEARTBEAT) {
      yield ":\n\n";
      continue;
    }
    if (result.done === true) break;
    yield frameOf(result.value);
    coming = events.next();
  }
  yield* last().map(frameOf);
}

async function nextOrHeartbeat<T>(
  coming: Promise<T>,
  heartbeatMs: number,
): Promise<T | typeof HEARTBEAT> {
  let timer: NodeJS.Timeout | undefined;
  const beat = new Promise<typeof HEARTBEAT>((resolve) => {
    timer = setTimeout(() => resolve(HEARTBEAT), heartbeatMs);
  });
  try {
    return await Promise.race([coming, beat]);
  } finally {
    clearTimeout(timer);
  }
}

function frameOf({ id, event, data }: SseEvent): string {
  return `${id === undefined ? "" : `id: ${id}\n`}${
    event === undefined ? "" : `event: ${event}\n`
  }data: ${data}\n\n`;
}
