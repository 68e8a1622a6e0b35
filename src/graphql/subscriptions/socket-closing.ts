import { CloseCode } from "graphql-ws";
import type { WebSocket } from "ws";
import { ErrorCode } from "../../errors/error-codes.js";
import { isRetryable } from "../../errors/error-table.js";

/**
 * Options of `WebSocketServer`: how long a closed socket is kept for the client's
 * own close frame, in milliseconds. The type of ws does not know it yet.
 */
export const CLOSING = { closeTimeout: 1_000 };

/** A socket that does not answer a ping before the next one is cut off. */
export const PING_MS = 12_000;

/** WebSocket close code for refusals that a later attempt may pass (RFC 6455). */
const TRY_AGAIN_LATER = 1013;

/** Code with which a connection closes that is refused or no longer valid. */
export function closeCodeOf(code: ErrorCode): number {
  if (code === ErrorCode.UNAUTHENTICATED) return CloseCode.Unauthorized;
  if (code === ErrorCode.FORBIDDEN) return CloseCode.Forbidden;
  if (code === ErrorCode.INTERNAL) return CloseCode.InternalServerError;
  return isRetryable(code) ? TRY_AGAIN_LATER : CloseCode.BadRequest;
}

/** Pings the client, and cuts off one that does not answer; the result stops it. */
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
