import type { IncomingMessage } from "node:http";
import {
  CloseCode,
  handleProtocols,
  makeServer,
  type Context,
  type Server as Protocol,
} from "graphql-ws";
import {
  GraphQLError,
  type ExecutionArgs,
  type GraphQLFormattedError,
} from "graphql";
import type { FastifyReply, FastifyRequest } from "fastify";
import { WebSocket, WebSocketServer } from "ws";
import type { Headers } from "../../access/credential.js";
import type { CredentialWatch } from "../../access/credential-watch.js";
import type { Caller } from "../../context/caller.js";
import { ErrorCode } from "../../errors/error-codes.js";
import { GatewayError } from "../../errors/gateway-error.js";
import type { Logger } from "../../logging/logger.js";
import type { GraphqlSubscriptions } from "./subscriptions.js";
import { closeCodeOf, CLOSING, keepAlive } from "./socket-closing.js";
import { headersOf, refusePoison } from "./socket-headers.js";
import { withQuery } from "./socket-messages.js";
import type {
  SocketHead,
  SocketOperation,
  SocketOperations,
} from "./socket-operations.js";
import type { SocketSlots } from "./socket-slots.js";
import { detachSocket } from "../../http/upgrades.js";

/** Maximum size of one message. */
const MAX_PAYLOAD_BYTES = 64 * 1024;
/** Time for the client to send `connection_init`. */
const INIT_TIMEOUT_MS = 3_000;

/** A client that sends more messages before it has signed in is disconnected. */
const MAX_MESSAGES_BEFORE_SIGN_IN = 10;

/** `Retry-After` of a refused handshake. */
const RETRY_AFTER_SECONDS = 1;

/** A client with more unsent data in its socket's buffer is disconnected. */
const MAX_BUFFERED_BYTES = 1024 * 1024;

interface Extra {
  readonly socket: WebSocket;
  readonly request: IncomingMessage;
  /** Operations that have not ended. */
  readonly running: Set<SocketOperation>;
}

type SocketContext = Context<Record<string, unknown>, Extra>;

/** An operation and, if it was refused, its rendered errors. */
interface Subscribed {
  readonly operation: SocketOperation;
  readonly refused?: readonly GraphQLFormattedError[];
}

/**
 * Subscriptions over WebSocket (graphql-transport-ws) on the HTTP server's own
 * port. A client signs in with `connection_init`. Each operation then passes the
 * checks of an HTTP request. The socket is closed when its credential expires or
 * is revoked.
 */
export class GraphqlSocket {
  private readonly sockets: WebSocketServer;
  private readonly protocol: Protocol<Extra>;
  /** Operations by the payload of their `subscribe` message. */
  private readonly subscribed = new WeakMap<object, Subscribed>();

  constructor(
    private readonly subscriptions: GraphqlSubscriptions,
    private readonly operations: SocketOperations,
    private readonly slots: SocketSlots,
    private readonly credentials: CredentialWatch,
    private readonly logger: Logger,
  ) {
    this.sockets = new WebSocketServer({
      noServer: true,
      maxPayload: MAX_PAYLOAD_BYTES,
      perMessageDeflate: false,
      handleProtocols,
      ...CLOSING,
    });
    this.protocol = makeServer<Record<string, unknown>, Extra>({
      connectionInitWaitTimeout: INIT_TIMEOUT_MS,
      jsonMessageReviver: refusePoison,
      subscribe: (args) => this.subscriptions.subscribe(args),
      onConnect: (context) => this.signIn(context),
      onSubscribe: (context, _id, payload) => this.begin(context, payload),
      onOperation: (_context, _id, payload) => {
        this.subscribed.get(payload)?.operation.streams();
      },
      onNext: (_context, _id, payload, _args, result) => {
        const found = this.subscribed.get(payload);
        return found === undefined
          ? undefined
          : this.subscriptions.formatted(result, found.operation.context);
      },
      onError: (_context, _id, payload, errors) => {
        const found = this.subscribed.get(payload);
        if (found === undefined) return undefined;
        const { refused, operation } = found;
        return (
          refused ?? this.subscriptions.rendered(errors, operation.context)
        );
      },
      onComplete: ({ extra: { running } }, _id, payload) => {
        const operation = this.subscribed.get(payload)?.operation;
        if (operation === undefined) return;
        operation.end();
        running.delete(operation);
      },
    });
  }

  /** Closes all sockets with code 1001 (Going Away). Terminates them after one second. */
  async close(): Promise<void> {
    for (const socket of this.sockets.clients) {
      socket.close(1001, "Going away");
    }
    const closed = new Promise<void>((resolve) => {
      this.sockets.close(() => resolve());
    });
    // Do not wait for clients that send no close frame.
    const timer = setTimeout(() => {
      for (const socket of this.sockets.clients) socket.terminate();
    }, 1_000);
    await closed;
    clearTimeout(timer);
  }

  /**
   * Upgrades a request that has passed the hooks of its route.
   *
   * @throws {GatewayError} GATEWAY_BUSY if WebSockets are disabled
   */
  readonly accept = (request: FastifyRequest, reply: FastifyReply): void => {
    if (this.slots.limits.signedIn === 0) {
      throw new GatewayError(ErrorCode.GATEWAY_BUSY, {
        retryAfterSeconds: RETRY_AFTER_SECONDS,
      });
    }
    const { raw } = request;
    this.sockets.handleUpgrade(
      raw,
      detachSocket(request, reply),
      // The data after the request headers is still in the stream.
      Buffer.alloc(0),
      (socket) => this.serve(socket, raw),
    );
  };

  private serve(socket: WebSocket, request: IncomingMessage): void {
    const stopPinging = keepAlive(socket);
    const running = new Set<SocketOperation>();
    this.slots.arrive(socket, request.socket.remoteAddress ?? "", () => {
      socket.close(
        CloseCode.ConnectionInitialisationTimeout,
        "Connection initialisation timeout",
      );
      socket.terminate();
    });
    let earlyMessages = 0;
    const closed = this.protocol.opened(
      {
        protocol: socket.protocol,
        send: (data) =>
          new Promise((resolve) => {
            if (socket.readyState !== socket.OPEN) return resolve();
            // Resolves when the data is sent, so a slow client slows down its
            // subscription. A send error closes the socket.
            socket.send(data, () => resolve());
          }),
        close: (code, reason) => socket.close(code, reason),
        onMessage: (handle) =>
          socket.on("message", (data: Buffer) => {
            const isFlood =
              !this.slots.isSignedIn(socket) &&
              ++earlyMessages > MAX_MESSAGES_BEFORE_SIGN_IN;
            if (isFlood || socket.bufferedAmount > MAX_BUFFERED_BYTES) {
              socket.terminate();
              return;
            }
            handle(withQuery(data.toString("utf8"))).catch((error: unknown) => {
              this.logger.fault(error, {});
              socket.close(CloseCode.InternalServerError, "Internal error");
            });
          }),
      },
      { socket, request, running },
    );
    // ws closes the socket itself, with the right code, after an invalid frame.
    socket.on("error", () => undefined);
    socket.once("close", (code, reason) => {
      stopPinging();
      this.slots.leave(socket);
      closed(code, reason.toString("utf8"))
        .catch((error: unknown) => this.logger.fault(error, {}))
        .finally(() => {
          for (const operation of running) operation.end();
        });
    });
  }

  /**
   * Authenticates a connection. Closes the socket with the code of the error, if it
   * is refused; returning false makes graphql-ws close it as forbidden.
   */
  private async signIn(context: SocketContext): Promise<boolean> {
    const { socket } = context.extra;
    const head = headOf(context);
    const operation = await this.operations.connect(head);
    const { caller, usage } = operation.context;
    // The client may have closed the socket meanwhile.
    const isOpen = socket.readyState === socket.OPEN;
    if (operation.refusal === null && isOpen) {
      if (this.slots.signIn(socket, caller.id)) {
        operation.end();
        this.watch(socket, head.headers, caller);
        return true;
      }
      usage.failureCode = ErrorCode.RATE_LIMITED;
    }
    operation.end();
    if (usage.failureCode !== undefined) {
      socket.close(closeCodeOf(usage.failureCode), usage.failureCode);
    }
    return false;
  }

  /** Closes the socket once the credential is no longer valid. */
  private watch(socket: WebSocket, headers: Headers, caller: Caller): void {
    const stopWatching = this.credentials.add({
      headers,
      caller,
      end: (code) => socket.close(closeCodeOf(code), code),
    });
    socket.once("close", stopWatching);
  }

  /** Returns execution arguments, or the errors of a refused operation. Never rejects. */
  private async begin(
    context: SocketContext,
    payload: object,
  ): Promise<ExecutionArgs | readonly GraphQLError[]> {
    const operation = await this.operations.open(headOf(context));
    const prepared = this.prepared(operation, payload);
    if ("schema" in prepared) {
      this.subscribed.set(payload, { operation });
      // The socket's close handler has already run, so end the operation here.
      if (context.extra.socket.readyState >= WebSocket.CLOSED) operation.end();
      else context.extra.running.add(operation);
      return prepared;
    }
    const refused = this.subscriptions.rendered(prepared, operation.context);
    this.subscribed.set(payload, { operation, refused });
    operation.end();
    return prepared;
  }

  private prepared(
    { refusal, context }: SocketOperation,
    payload: object,
  ): ExecutionArgs | readonly GraphQLError[] {
    try {
      if (refusal === null) return this.subscriptions.prepare(payload, context);
      return [new GraphQLError(refusal.message, { originalError: refusal })];
    } catch (error) {
      const originalError = error instanceof Error ? error : new Error("fault");
      return [new GraphQLError("fault", { originalError })];
    }
  }
}

function headOf(context: SocketContext): SocketHead {
  const { connectionParams = {}, extra } = context;
  const { socket, request } = extra;
  return {
    headers: headersOf(request.headers, connectionParams),
    rawHeaders: request.rawHeaders,
    address: request.socket.remoteAddress ?? "",
    isGone: () => socket.readyState !== socket.OPEN,
  };
}
