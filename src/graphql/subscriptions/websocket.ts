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
import { recordFailure } from "../../context/request-context.js";
import { ErrorCode } from "../../errors/error-codes.js";
import { GatewayError } from "../../errors/gateway-error.js";
import type { Logger } from "../../logging/logger.js";
import type { GraphqlSubscriptions } from "./subscriptions.js";
import { closeCodeOf, CLOSING, keepAlive } from "./socket-closing.js";
import { checkHandshake } from "./handshake.js";
import { headersOf, refusePoison } from "./socket-headers.js";
import type { SocketLog } from "./socket-log.js";
import type {
  SocketHead,
  SocketOperation,
  SocketOperations,
} from "./socket-operations.js";
import type { SocketSlots } from "./socket-slots.js";
import { transportOf } from "./socket-transport.js";
import { detachSocket } from "../../http/upgrades.js";
import type { ClientView } from "../../proxies/client-view.js";

/** Maximum size of one message. */
const MAX_PAYLOAD_BYTES = 64 * 1024;
/** Time for the client to send `connection_init`. */
const INIT_TIMEOUT_MS = 3_000;

/** `Retry-After` of a refused handshake. */
const RETRY_AFTER_SECONDS = 1;

const SOCKET_LIMIT = new GatewayError(ErrorCode.RATE_LIMITED, {
  reason: "socket-limit",
});

interface Extra {
  readonly socket: WebSocket;
  readonly request: IncomingMessage;
  /** The upgrade request as its client sent it. */
  readonly view: ClientView;
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
    private readonly log: SocketLog,
  ) {
    this.sockets = new WebSocketServer({
      noServer: true,
      maxPayload: MAX_PAYLOAD_BYTES,
      perMessageDeflate: false,
      handleProtocols,
      ...CLOSING,
    });
    this.sockets.on("headers", log.addHeader);
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
        const { context } = found.operation;
        return found.refused ?? this.subscriptions.rendered(errors, context);
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
   * @throws {GatewayError} BAD_REQUEST for an invalid handshake; GATEWAY_BUSY if
   *   WebSockets are disabled
   */
  readonly accept = (request: FastifyRequest, reply: FastifyReply): void => {
    if (this.slots.limits.signedIn === 0) {
      throw new GatewayError(ErrorCode.GATEWAY_BUSY, {
        retryAfterSeconds: RETRY_AFTER_SECONDS,
        reason: "socket-limit",
      });
    }
    const { raw, clientView } = request;
    checkHandshake(raw.headers);
    this.log.opened(raw, request.callContext.requestId);
    this.sockets.handleUpgrade(
      raw,
      detachSocket(request, reply),
      // The data after the request headers is still in the stream.
      Buffer.alloc(0),
      (socket) => this.serve(socket, raw, clientView),
    );
  };

  private serve(
    socket: WebSocket,
    request: IncomingMessage,
    view: ClientView,
  ): void {
    const stopPinging = keepAlive(socket);
    const running = new Set<SocketOperation>();
    this.slots.arrive(socket, view.address, () => {
      this.log.refused(
        request,
        "socket-limit",
        CloseCode.ConnectionInitialisationTimeout,
      );
      socket.close(
        CloseCode.ConnectionInitialisationTimeout,
        "Connection initialisation timeout",
      );
      socket.terminate();
    });
    const closed = this.protocol.opened(
      transportOf(socket, {
        isSignedIn: () => this.slots.isSignedIn(socket),
        onClose: (code) => this.log.closed(request, code),
        onCut: (reason) => this.log.refused(request, reason),
        onFault: (error) => this.logger.fault(error, {}),
      }),
      { socket, request, view, running },
    );
    // ws closes the socket itself, with the right code, after an invalid frame.
    socket.on("error", () => this.log.refused(request, "socket-message"));
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
    const { socket, request } = context.extra;
    const head = headOf(context);
    const operation = await this.operations.connect({
      ...head,
      headers: this.log.withRequestId(head.headers, request),
    });
    const { caller, usage } = operation.context;
    // The client may have closed the socket meanwhile.
    const isOpen = socket.readyState === socket.OPEN;
    if (operation.refusal === null && isOpen) {
      if (this.slots.signIn(socket, caller.id)) {
        operation.end();
        this.watch(socket, request, head.headers, caller);
        return true;
      }
      recordFailure(usage, SOCKET_LIMIT);
    }
    operation.end();
    if (usage.failureCode !== undefined) {
      socket.close(closeCodeOf(usage.failureCode), usage.failureCode);
    }
    return false;
  }

  /** Closes the socket once the credential is no longer valid. */
  private watch(
    socket: WebSocket,
    request: IncomingMessage,
    headers: Headers,
    caller: Caller,
  ): void {
    const stopWatching = this.credentials.add({
      headers,
      caller,
      end: ({ code, reason }) => {
        const closeCode = closeCodeOf(code);
        if (socket.readyState === socket.OPEN) {
          this.log.refused(request, reason, closeCode);
        }
        socket.close(closeCode, code);
      },
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
  const { connectionParams = {} } = context;
  const { socket, request, view } = context.extra;
  return {
    headers: headersOf(request.headers, connectionParams),
    rawHeaders: request.rawHeaders,
    view,
    isGone: () => socket.readyState !== socket.OPEN,
  };
}
