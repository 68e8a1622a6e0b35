import type { Server, ServerResponse } from "node:http";
import { Socket } from "node:net";
import type { Duplex } from "node:stream";
import type { Logger } from "../logging/logger.js";

/** A refused peer has this long to read the answer and to close, in milliseconds. */
export const LINGER_MS = 2_000;

/** Pause after a search that found too few idle connections, in milliseconds. */
export const IDLE_SEARCH_INTERVAL_MS = 1_000;

/** Share of the limit that one search for idle connections closes. */
const EVICTED_SHARE = 0.1;

/** Least time between two warnings about the limit, in milliseconds. */
export const WARN_INTERVAL_MS = 60_000;

/** Time, so that tests need none. */
export interface ConnectionTiming {
  /** Monotonic clock in milliseconds. */
  readonly now: () => number;
  /** Calls back after `ms`, unless the returned function is called before. */
  readonly after: (ms: number, run: () => void) => () => void;
}

const SYSTEM: ConnectionTiming = {
  now: () => performance.now(),
  after: (ms, run) => {
    const timer = setTimeout(run, ms);
    return () => clearTimeout(timer);
  },
};

/**
 * The open connections of one server: their limit, and the end of those that
 * are refused.
 *
 * The server's own `maxConnections` is not used: with several processes each
 * would hand such a connection to the next without end.
 */
export class Connections {
  private readonly sockets = new Set<Socket>();
  private readonly closing = new Set<Duplex>();
  private refusals = 0;
  private readonly upgraded = new WeakSet<Socket>();
  private searchAgainAtMs = Number.NEGATIVE_INFINITY;
  private warnedAtMs = Number.NEGATIVE_INFINITY;

  /** @param maxConnections connections that are open at once */
  constructor(
    private readonly maxConnections: number,
    private readonly logger: Pick<Logger, "log">,
    private readonly timing: ConnectionTiming = SYSTEM,
  ) {}

  /** Connections that are open, lingering ones included. */
  get open(): number {
    return this.sockets.size;
  }

  /** Refused connections that are not closed yet. */
  get lingering(): number {
    return this.closing.size;
  }

  /** Connections closed at once since the start, because the limit was reached. */
  get refused(): number {
    return this.refusals;
  }

  /** Counts the connections of a server and closes those beyond the limit. */
  watch(server: Server): void {
    server.on("connection", (socket) => {
      // A connection is given to the server again when an upgrade is ignored.
      if (this.sockets.has(socket)) return;
      if (this.sockets.size >= this.maxConnections) this.closeIdle();
      if (this.sockets.size >= this.maxConnections) {
        this.refusals += 1;
        socket.destroy();
        return;
      }
      this.sockets.add(socket);
      socket.once("close", () => this.sockets.delete(socket));
    });
  }

  /**
   * Ends a refused connection: sends the answer, discards further input, and
   * resets the connection after `LINGER_MS`. A peer that ignores the end of the
   * stream or keeps sending cannot hold the connection longer.
   */
  dismiss(socket: Duplex, answer?: string): void {
    if (socket.destroyed || this.closing.has(socket)) return;
    this.closing.add(socket);
    const cancel = this.timing.after(LINGER_MS, () => reset(socket));
    socket.once("close", () => {
      cancel();
      this.closing.delete(socket);
    });
    socket.on("error", () => socket.destroy());
    // The HTTP parser reads no further: it would fail at each chunk again.
    socket.removeAllListeners("data");
    socket.on("data", discard);
    if (!socket.writable) return;
    if (answer === undefined) socket.end();
    else socket.end(answer);
  }

  /** Exempts a WebSocket: it is in use also while no request runs. */
  keep(socket: Socket): void {
    this.upgraded.add(socket);
  }

  /** The oldest idle connections give way to new ones. */
  private closeIdle(): void {
    const now = this.timing.now();
    if (now - this.warnedAtMs >= WARN_INTERVAL_MS) {
      this.warnedAtMs = now;
      this.logger.log("warn", "the limit of connections is reached");
    }
    if (now < this.searchAgainAtMs) return;
    let left = Math.ceil(this.maxConnections * EVICTED_SHARE);
    for (const socket of this.sockets) {
      if (this.upgraded.has(socket) || !isIdle(socket)) continue;
      this.sockets.delete(socket);
      socket.destroy();
      left -= 1;
      if (left === 0) return;
    }
    // Every connection was visited, which is not done for each new one.
    this.searchAgainAtMs = now + IDLE_SEARCH_INTERVAL_MS;
  }
}

/**
 * Whether a connection has had an answer and waits for the next request, or
 * for its peer to read. One that has not had an answer yet has a time limit
 * for its first request.
 */
function isIdle(
  socket: Socket & { readonly _httpMessage?: ServerResponse | null },
): boolean {
  // `server.closeIdleConnections` would also close those without a request yet.
  const { _httpMessage: running, bytesWritten } = socket;
  return bytesWritten > 0 && (running == null || running.writableEnded);
}

/** Destroys a socket so that the system keeps no trace of the connection. */
function reset(socket: Duplex): void {
  if (socket instanceof Socket) socket.resetAndDestroy();
  else socket.destroy();
}

function discard(): void {
  // A listener for `data` keeps the stream flowing, so that its end is seen.
}
