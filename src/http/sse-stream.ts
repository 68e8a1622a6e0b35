import { Readable } from "node:stream";
import { Inject, Injectable, type OnModuleDestroy } from "@nestjs/common";
import type { FastifyReply } from "fastify";
import { CredentialWatch } from "../access/credential-watch.js";
import { recordFailure } from "../context/request-context.js";
import type { GatewayError } from "../errors/gateway-error.js";

/** One event of a stream (HTML standard, server-sent events). */
export interface SseEvent {
  /** Sent back as `Last-Event-ID` when the browser reconnects. */
  readonly id?: string;
  /** Default: `message`. */
  readonly event?: string;
  /** One line of text. */
  readonly data: string;
}

/** An event source that can be stopped early. */
export type SseEvents = AsyncIterator<SseEvent, unknown, undefined>;

/** Interval between heartbeats, below the idle timeout of common proxies. */
export const HEARTBEAT_MS = 15_000;

/** A connection that accepts no data for this long is destroyed. */
export const STALLED_MS = 60_000;

/** Delay before a browser reconnects. */
const RECONNECT_MS = 2_000;

/** Returns the final events of a stream whose credential is no longer valid. */
export type FinalEvents = (error: GatewayError) => readonly SseEvent[];

/**
 * The open event streams of the process, of all APIs.
 *
 * The next event is pulled only after the previous one was written, so that a
 * slow reader needs no queue.
 */
@Injectable()
export class SseStreams implements OnModuleDestroy {
  private readonly open = new Set<SseEvents>();

  constructor(
    @Inject(CredentialWatch) private readonly credentials: CredentialWatch,
  ) {}

  /** Number of open streams, for metrics. */
  get size(): number {
    return this.open.size;
  }

  /**
   * Responds with an event stream. It ends with its events or its connection,
   * or with `finalEvents` when the caller's credential expires or is revoked.
   */
  answer(
    reply: FastifyReply,
    events: SseEvents,
    finalEvents: FinalEvents,
  ): FastifyReply {
    const { raw, request } = reply;
    const { caller, usage } = request.callContext;
    void reply
      .header("content-type", "text/event-stream; charset=utf-8")
      .header("cache-control", "no-store, no-transform")
      .header("x-accel-buffering", "no");
    if (request.method === "HEAD") {
      void events.return?.();
      return reply.send();
    }
    let last: readonly SseEvent[] = [];
    let isEnded = false;
    const forget = this.credentials.add({
      headers: request.headers,
      caller,
      end: (error) => {
        if (isEnded) {
          // The reader has not read the final events since the previous check.
          raw.destroy();
          return;
        }
        isEnded = true;
        recordFailure(usage, error);
        last = finalEvents(error);
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
    // The response, because the stream itself closes only after the next
    // heartbeat.
    raw.once("close", leave);
    // The caller disconnected before the response: `close` was already emitted.
    if (raw.destroyed) leave();
    // Without a `timeout` listener, Node destroys a socket that times out.
    raw.setTimeout(STALLED_MS);
    return reply.send(stream);
  }

  /** Ends every stream. Browsers reconnect, possibly to another replica. */
  onModuleDestroy(): void {
    for (const events of this.open) void events.return?.();
  }
}

const HEARTBEAT = Symbol("heartbeat");

/**
 * Serializes a stream: its events, and comments as heartbeats while there are
 * none.
 *
 * @param last returns the events to write after the last one
 */
export async function* frames(
  events: SseEvents,
  last: () => readonly SseEvent[] = () => [],
  heartbeatMs = HEARTBEAT_MS,
): AsyncGenerator<string, void, undefined> {
  yield `retry: ${RECONNECT_MS}\n\n`;
  let next = events.next();
  for (;;) {
    const result = await nextOrHeartbeat(next, heartbeatMs);
    if (result === HEARTBEAT) {
      yield ":\n\n";
      continue;
    }
    if (result.done === true) break;
    yield frameOf(result.value);
    next = events.next();
  }
  yield* last().map(frameOf);
}

async function nextOrHeartbeat<T>(
  next: Promise<T>,
  heartbeatMs: number,
): Promise<T | typeof HEARTBEAT> {
  let timer: NodeJS.Timeout | undefined;
  const beat = new Promise<typeof HEARTBEAT>((resolve) => {
    timer = setTimeout(() => resolve(HEARTBEAT), heartbeatMs);
  });
  try {
    return await Promise.race([next, beat]);
  } finally {
    clearTimeout(timer);
  }
}

/** Serializes one event. */
export function frameOf({ id, event, data }: SseEvent): string {
  return `${id === undefined ? "" : `id: ${id}\n`}${
    event === undefined ? "" : `event: ${event}\n`
  }data: ${data}\n\n`;
}
