import { CloseCode } from "graphql-ws";
import type { WebSocket } from "ws";
import { ErrorCode } from "../../errors/error-codes.js";
import { isRetryable } from "../../errors/error-table.js";

/**
 * Options of `WebSocketServer`: time in milliseconds to wait for the client's close
 * frame. The types of ws do not declare this option yet.
 */
export const CLOSING = { closeTimeout: 1_000 };

/** Ping interval. A socket that has not answered by the next ping is terminated. */
export const PING_MS = 12_000;

/** WebSocket close code for temporary failures (IANA registry of RFC 6455). */
const TRY_AGAIN_LATER = 1013;

/** Close code for a connection that is refused or no longer authenticated. */
export function closeCodeOf(code: ErrorCode): number {
  if (code === ErrorCode.UNAUTHENTICATED) return CloseCode.Unauthorized;
  if (code === ErrorCode.FORBIDDEN) return CloseCode.Forbidden;
  if (code === ErrorCode.INTERNAL) return CloseCode.InternalServerError;
  return isRetryable(code) ? TRY_AGAIN_LATER : CloseCode.BadRequest;
}

/** Pings the client and terminates a socket that does not answer. Returns a stop function. */
export function keepAlive(socket: WebSocket): () => void {
  let isAlive = true;
  socket.on("pong", () => {
    isAlive = true;
  });
  const timer = setInterval(() => {
    if (!isAlive) {
      socket.terminate();
      return;
    }
    isAlive = false;
    socket.ping();
  }, PING_MS);
  return () => clearInterval(timer);
}
