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
import type {
  SocketHead,
  SocketOperation,
  SocketOperations,
} from "./socket-operations.js";
import type { SocketSlots } from "./socket-slots.js";
import { detachSocket } from "../../http/upgrades.js";

/** Limits of a socket. */
const MAX_PAYLOAD_BYTES = 64 * 1024;
const INIT_TIMEOUT_MS = 3_000;

/** A client that sends more than this before it has signed in is cut off. */
const MAX_MESSAGES_BEFORE_SIGN_IN = 10;

/** Pause that a refused handshake is answered with. */
const RETRY_AFTER_SECONDS = 1;

/** A reader that lets so much pile up is cut off. */
const MAX_UNREAD_BYTES = 1024 * 1024;

interface Extra {
  readonly socket: WebSocket;
  readonly request: IncomingMessage;
  /** Operations that have not ended. */
  readonly running: Set<SocketOperation>;
}

type SocketContext = Context<Record<string, unknown>, Extra>;

/** An operation and, where it was refused, its errors as the client sees them. */
interface Subscribed {
  readonly operation: SocketOperation;
  readonly refused?: readonly GraphQLFormattedError[];
}

/**
 * Subscriptions over WebSocket (graphql-transport-ws) on the HTTP server's own
 * port. A client signs in with `connection_init`; each operation is then admitted
 * like an HTTP request. The socket is closed when its credential expires or is
 * revoked.
 */
export class GraphqlSocket {
  private readonly sockets: WebSocketServer;
  private readonly protocol: Protocol<Extra>;
  /** Operations by the payload they came in. */
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

  /** Tells every client that the server goes away (1001), and waits for none. */
  async close(): Promise<void> {
    for (const socket of this.sockets.clients) {
      socket.close(1001, "Going away");
    }
    const closed = new Promise<void>((resolve) => {
      this.sockets.close(() => resolve());
    });
    // One that does not say good-bye is not waited for.
    const timer = setTimeout(() => {
      for (const socket of this.sockets.clients) socket.terminate();
    }, 1_000);
    await closed;
    clearTimeout(timer);
  }

  /**
   * Accepts a handshake that has passed the hooks of its route.
   *
   * @throws {GatewayError} GATEWAY_BUSY where WebSockets are switched off
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
      // What follows the head waits in the stream.
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
    let early = 0;
    const closed = this.protocol.opened(
      {
        protocol: socket.protocol,
        send: (data) =>
          new Promise((resolve) => {
            if (socket.readyState !== socket.OPEN) return resolve();
            // Resolves when it has gone out: until then nothing more is asked
            // of the subscription. A failure to send closes the socket.
            socket.send(data, () => resolve());
          }),
        close: (code, reason) => socket.close(code, reason),
        onMessage: (take) =>
          socket.on("message", (data: Buffer) => {
            const isFlood =
              !this.slots.isSignedIn(socket) &&
              ++early > MAX_MESSAGES_BEFORE_SIGN_IN;
            if (isFlood || socket.bufferedAmount > MAX_UNREAD_BYTES) {
              socket.terminate();
              return;
            }
            take(data.toString("utf8")).catch((error: unknown) => {
              this.logger.fault(error, {});
              socket.close(CloseCode.InternalServerError, "Internal error");
            });
          }),
      },
      { socket, request, running },
    );
    // What is wrong with a frame is answered by ws with the fitting code.
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

  /** False closes the socket as forbidden; other codes are closed here. */
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
    const forget = this.credentials.add({
      headers,
      caller,
      end: (code) => socket.close(closeCodeOf(code), code),
    });
    socket.once("close", forget);
  }

  /** What is to be executed, or why it is not. Never rejects. */
  private async begin(
    context: SocketContext,
    payload: object,
  ): Promise<ExecutionArgs | readonly GraphQLError[]> {
    const operation = await this.operations.open(headOf(context));
    const prepared = this.prepared(operation, payload);
    if ("schema" in prepared) {
      this.subscribed.set(payload, { operation });
      // Ended here where the socket has closed: nothing else would do so.
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
