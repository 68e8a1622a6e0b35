import type { IncomingMessage } from "node:http";
import { CloseCode } from "graphql-ws";
import type { Headers } from "../../access/credential.js";
import { isGeneratedId } from "../../context/generated-id.js";
import type { RefusalReason } from "../../errors/refusal-reasons.js";
import type { Logger } from "../../logging/logger.js";

/** Reasons of the close codes of graphql-ws; other codes do not mean a refusal. */
const REASONS: Readonly<Record<number, RefusalReason>> = {
  [CloseCode.BadRequest]: "socket-message",
  [CloseCode.Unauthorized]: "unauthenticated-socket",
  [CloseCode.SubprotocolNotAcceptable]: "handshake",
  [CloseCode.ConnectionInitialisationTimeout]: "init-timeout",
  [CloseCode.SubscriberAlreadyExists]: "socket-message",
  [CloseCode.TooManyInitialisationRequests]: "repeated-init",
};

/**
 * Logs why the gateway closes a WebSocket, with the request id of its handshake. The
 * response to the handshake contains this id.
 */
export class SocketLog {
  private readonly ids = new WeakMap<IncomingMessage, string>();

  constructor(
    private readonly logger: Pick<Logger, "logRefusal">,
    private readonly route: string,
  ) {}

  /** Records the request id of a handshake. */
  opened(handshake: IncomingMessage, requestId: string): void {
    this.ids.set(handshake, requestId);
  }

  /** Adds the request id to the response headers of a handshake. */
  readonly addHeader = (
    headers: string[],
    handshake: IncomingMessage,
  ): void => {
    const requestId = this.ids.get(handshake);
    if (requestId !== undefined) headers.push(`X-Request-Id: ${requestId}`);
  };

  /** Headers for the authentication. They have the id of the handshake unless the client sent one. */
  withRequestId(headers: Headers, handshake: IncomingMessage): Headers {
    const given = headers["x-request-id"];
    return typeof given === "string" && isGeneratedId(given)
      ? headers
      : { ...headers, "x-request-id": this.ids.get(handshake) };
  }

  /** Logs that graphql-ws closes a socket, if the code means a refusal. */
  closed(handshake: IncomingMessage, closeCode: number): void {
    const reason = REASONS[closeCode];
    if (reason !== undefined) this.refused(handshake, reason, closeCode);
  }

  /** Logs that a socket is closed; without a close code the connection is destroyed. */
  refused(
    handshake: IncomingMessage,
    reason: RefusalReason,
    closeCode?: number,
  ): void {
    this.logger.logRefusal("info", "a WebSocket was closed", {
      requestId: this.ids.get(handshake),
      protocol: "websocket",
      route: this.route,
      reason,
      closeCode,
    });
  }
}
