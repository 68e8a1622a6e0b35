import { Readable } from "node:stream";
import { Injectable, type OnModuleDestroy } from "@nestjs/common";
import type { FastifyReply } from "fastify";

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

/**
 * The open event streams of the process.
 *
 * An event is asked for only when the one before has gone out, so that a slow
 * reader costs one event and a socket's buffer, never a queue.
 */
@Injectable()
export class SseStreams implements OnModuleDestroy {
  private readonly open = new Set<SseEvents>();

  /** How many are open; for tests and metrics. */
  get size(): number {
    return this.open.size;
  }

  /**
   * Answers with a stream that lasts as long as its events, the caller and the
   * caller's sign-in do.
   */
  answer(
    reply: FastifyReply,
    events: SseEvents,
    expiresAtMs = Number.POSITIVE_INFINITY,
  ): FastifyReply {
    this.open.add(events);
    const leave = (): void => {
      this.open.delete(events);
      void events.return?.();
    };
    const stream = Readable.from(frames(events, expiresAtMs), {
      objectMode: true,
      highWaterMark: 1,
    });
    // Not the stream's own end: it closes only after the next heartbeat.
    reply.raw.once("close", leave);
    // Without a listener of its own a socket that times out is destroyed.
    reply.raw.setTimeout(STALLED_MS);
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

const BEAT = Symbol("heartbeat");

/** The text of a stream: events as they come, comments while none come. */
export async function* frames(
  events: SseEvents,
  expiresAtMs = Number.POSITIVE_INFINITY,
  heartbeatMs = HEARTBEAT_MS,
): AsyncGenerator<string, void, undefined> {
  yield `retry: ${RECONNECT_MS}\n\n`;
  let coming = events.next();
  while (Date.now() < expiresAtMs) {
    const result = await orBeat(coming, heartbeatMs);
    if (result === BEAT) {
      yield ":\n\n";
      continue;
    }
    if (result.done === true) return;
    yield frameOf(result.value);
    coming = events.next();
  }
}

async function orBeat<T>(
  coming: Promise<T>,
  heartbeatMs: number,
): Promise<T | typeof BEAT> {
  let timer: NodeJS.Timeout | undefined;
  const beat = new Promise<typeof BEAT>((resolve) => {
    timer = setTimeout(() => resolve(BEAT), heartbeatMs);
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
