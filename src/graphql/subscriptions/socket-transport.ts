import { CloseCode, type WebSocket as Transport } from "graphql-ws";
import type { WebSocket } from "ws";
import { withQuery } from "./socket-messages.js";
import type { RefusalReason } from "../../errors/refusal-reasons.js";

/** A client that sends more messages before it has signed in is disconnected. */
const MAX_MESSAGES_BEFORE_SIGN_IN = 10;

/** A client with more unsent data in its socket's buffer is disconnected. */
const MAX_BUFFERED_BYTES = 1024 * 1024;

/** Callbacks of the owner of a socket. */
export interface TransportOwner {
  readonly isSignedIn: () => boolean;
  /** Called before an open socket is closed by the protocol. */
  readonly onClose: (code: number) => void;
  /** Called before a socket is disconnected without a close frame. */
  readonly onCut: (reason: RefusalReason) => void;
  /** Called with an error of the gateway. */
  readonly onFault: (error: unknown) => void;
}

/** Connects a socket to graphql-ws, and limits what its client may send and leave unread. */
export function transportOf(
  socket: WebSocket,
  { isSignedIn, onClose, onCut, onFault }: TransportOwner,
): Transport {
  let earlyMessages = 0;
  const close: Transport["close"] = (
    code = CloseCode.InternalServerError,
    reason = "",
  ) => {
    if (socket.readyState === socket.OPEN) onClose(code);
    socket.close(code, reason);
  };
  return {
    protocol: socket.protocol,
    send: (data) =>
      new Promise((resolve) => {
        if (socket.readyState !== socket.OPEN) return resolve();
        // Resolves when the data is sent, so a slow client slows down its
        // subscription. A send error closes the socket.
        socket.send(data, () => resolve());
      }),
    close,
    onMessage: (handle) =>
      socket.on("message", (data: Buffer) => {
        const isFlood =
          !isSignedIn() && ++earlyMessages > MAX_MESSAGES_BEFORE_SIGN_IN;
        if (isFlood || socket.bufferedAmount > MAX_BUFFERED_BYTES) {
          onCut(isFlood ? "message-flood" : "slow-reader");
          socket.terminate();
          return;
        }
        // Also what is thrown synchronously becomes a rejection: an error in a listener
        // would end the process.
        const handled = async (): Promise<void> =>
          handle(withQuery(data.toString("utf8")));
        handled().catch((error: unknown) => {
          if (isUnexpectedType(error)) {
            return close(CloseCode.BadRequest, "Unexpected message");
          }
          onFault(error);
          socket.close(CloseCode.InternalServerError, "Internal error");
        });
      }),
  };
}

/** Whether the client sent a message that only servers send, which graphql-ws throws. */
function isUnexpectedType(error: unknown): boolean {
  return (
    error instanceof Error &&
    error.message.startsWith("Unexpected message of type ")
  );
}
