import type { Server, ServerResponse } from "node:http";
import { Server as NetServer, Socket } from "node:net";
import type { Duplex } from "node:stream";
import type { Logger } from "../logging/logger.js";

/**
 * Time that a refused peer has to read the response and close, in milliseconds.
 */
export const LINGER_MS = 2_000;

/**
 * Minimum time between two searches for idle connections, after one that found
 * too few.
 */
export const IDLE_SEARCH_INTERVAL_MS = 1_000;

/** Fraction of the limit that one search closes. */
const EVICTED_SHARE = 0.1;

/** Minimum time between two warnings about the limit, in milliseconds. */
export const WARN_INTERVAL_MS = 60_000;

/** A turn of the event loop is quiet if it is shorter than this. */
const QUIET_TURN_MS = 0.5;

/** Turns after which the listener is closed although none was quiet. */
const MAX_TURNS = 1_000;

/** Clock and timers, injected for tests. */
export interface ConnectionTiming {
  /** Monotonic clock in milliseconds. */
  readonly now: () => number;
  /** Calls `run` after `ms`; the returned function cancels it. */
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
 * Limits the open connections of a server and closes refused ones.
 *
 * Node's `maxConnections` is not used: in a cluster, workers would pass a
 * connection beyond the limit to each other without end.
 */
export class Connections {
  private readonly sockets = new Set<Socket>();
  private readonly closing = new Set<Duplex>();
  private accepted = 0;
  private refusals = 0;
  private readonly upgraded = new WeakSet<Socket>();
  private searchAgainAtMs = Number.NEGATIVE_INFINITY;
  private warnedAtMs = Number.NEGATIVE_INFINITY;

  /** @param maxConnections maximum number of open connections */
  constructor(
    private readonly maxConnections: number,
    private readonly logger: Pick<Logger, "log">,
    private readonly timing: ConnectionTiming = SYSTEM,
  ) {}

  /**
   * Number of open connections, including refused ones that are not closed yet.
   */
  get open(): number {
    return this.sockets.size;
  }

  /** Number of refused connections that are not closed yet. */
  get lingering(): number {
    return this.closing.size;
  }

  /** Number of connections closed because the limit was reached. */
  get refused(): number {
    return this.refusals;
  }

  /** Tracks the connections of a server and closes those beyond the limit. */
  watch(server: Server): void {
    server.on("connection", (socket) => {
      this.accepted += 1;
      // `ignoreUpgrade` emits a connection a second time.
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
   * Stops accepting connections, then waits until the open ones are closed, at
   * most `maxMs`. Requests on them are still served. Idle ones stay open as well:
   * a proxy may be sending a request on one of them.
   */
  async stopAccepting(server: Server, maxMs: number): Promise<void> {
    await this.quietTurn();
    NetServer.prototype.close.call(server);
    await new Promise<void>((resolve) => {
      const cancel = this.timing.after(maxMs, resolve);
      const check = (): void => {
        if (this.sockets.size > 0) return;
        cancel();
        resolve();
      };
      for (const socket of this.sockets) socket.once("close", check);
      check();
    });
  }

  /**
   * Resolves directly after a short turn of the event loop without a new connection. The
   * system resets connections that wait to be accepted when the listener closes, and after
   * such a turn there is hardly time for one.
   */
  private async quietTurn(): Promise<void> {
    for (let turn = 0; turn < MAX_TURNS; turn += 1) {
      const before = this.accepted;
      const begunMs = this.timing.now();
      await new Promise((resolve) => setImmediate(resolve));
      const isShort = this.timing.now() - begunMs < QUIET_TURN_MS;
      if (isShort && this.accepted === before) return;
    }
  }

  /**
   * Closes a refused connection: sends the response, discards further input and
   * resets the connection after `LINGER_MS`. A peer that ignores the FIN or
   * keeps sending cannot hold the connection longer.
   *
   * @param response omitted if the response to an earlier request has begun, because
   *   the client would read it as a part of that one
   */
  dismiss(
    socket: Duplex & { readonly _httpMessage?: ServerResponse | null },
    response?: string,
  ): void {
    if (socket.destroyed || this.closing.has(socket)) return;
    this.closing.add(socket);
    const cancel = this.timing.after(LINGER_MS, () => reset(socket));
    socket.once("close", () => {
      cancel();
      this.closing.delete(socket);
    });
    socket.on("error", () => socket.destroy());
    // Detach the HTTP parser: it would fail again at each chunk.
    socket.removeAllListeners("data");
    socket.on("data", discard);
    if (!socket.writable) return;
    const hasBegun = socket._httpMessage?.headersSent === true;
    if (response === undefined || hasBegun) socket.end();
    else socket.end(response);
  }

  /** Exempts a WebSocket from idle eviction. */
  keep(socket: Socket): void {
    this.upgraded.add(socket);
  }

  /** Closes the oldest idle connections. */
  private closeIdle(): void {
    const now = this.timing.now();
    if (now - this.warnedAtMs >= WARN_INTERVAL_MS) {
      this.warnedAtMs = now;
      this.logger.log("warn", "the connection limit is reached", {
        event: "connections-full",
      });
    }
    if (now < this.searchAgainAtMs) return;
    let remaining = Math.ceil(this.maxConnections * EVICTED_SHARE);
    for (const socket of this.sockets) {
      if (this.upgraded.has(socket) || !isIdle(socket)) continue;
      this.sockets.delete(socket);
      socket.destroy();
      remaining -= 1;
      if (remaining === 0) return;
    }
    // The search visited every connection. Do not repeat it for each new one.
    this.searchAgainAtMs = now + IDLE_SEARCH_INTERVAL_MS;
  }
}

/**
 * Whether a connection has had a response and no request is running. A
 * connection without a response yet is subject to the timeout of its first
 * request.
 */
function isIdle(
  socket: Socket & { readonly _httpMessage?: ServerResponse | null },
): boolean {
  // `server.closeIdleConnections` also closes connections before their first
  // request.
  const { _httpMessage: running, bytesWritten } = socket;
  return bytesWritten > 0 && (running == null || running.writableEnded);
}

/** Resets a socket, so that the system keeps no state of the connection. */
function reset(socket: Duplex): void {
  if (socket instanceof Socket) socket.resetAndDestroy();
  else socket.destroy();
}

function discard(): void {
  // A `data` listener keeps the stream flowing, so that `end` is emitted.
}
