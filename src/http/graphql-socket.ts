import type { IncomingMessage } from "node:http";
import {
  CloseCode,
  handleProtocols,
  makeServer,
  type Context,
  type Server as Protocol,
} from "graphql-ws";
import type { FastifyReply, FastifyRequest } from "fastify";
import { GraphQLError } from "graphql";
import { WebSocketServer, type WebSocket } from "ws";
import type { Headers } from "../access/credential.js";
import { Preflight, type Gate } from "../access/gate.js";
import {
  openContext,
  type RequestContext,
} from "../context/request-context.js";
import { ErrorCode } from "../errors/error-codes.js";
import { GatewayError } from "../errors/gateway-error.js";
import type { Logger } from "../logging/logger.js";
import type { GraphqlSubscriptions } from "./graphql-subscriptions.js";
import { takeSocket } from "./upgrades.js";

/** Opens the context of a request by its head; see the gate. */
export type OpenContext = (
  headers: Headers,
  address: string,
) => RequestContext | Promise<RequestContext>;

/** Lets each connection and each operation through the gate like a request. */
export function openThrough(gate: Gate): OpenContext {
  return async (headers, address) => {
    const verdict = await gate.admit({
      method: "GET",
      headers,
      address,
      rights: "fields",
      setHeader: () => undefined,
    });
    if (verdict instanceof Preflight) {
      throw new GatewayError(ErrorCode.BAD_REQUEST);
    }
    return openContext(headers, verdict.caller, verdict.directory);
  };
}

/** Limits of a socket. */
const MAX_PAYLOAD_BYTES = 64 * 1024;
const INIT_TIMEOUT_MS = 3_000;

/** A reader that lets so much pile up is cut off. */
const MAX_UNREAD_BYTES = 1024 * 1024;

/** A socket that is beyond the limit is invited again after this time. */
const RETRY_AFTER_SECONDS = 1;

/** A socket that does not answer the closing handshake is cut off after this time. */
const CLOSE_TIMEOUT_MS = 2_000;

/** A socket that does not answer a ping before the next one is cut off. */
export const PING_MS = 12_000;

/** What a browser cannot send as a header comes in `connectionParams`. */
const TAKEN_FROM_PARAMS = [
  "authorization",
  "x-api-key",
  "x-resource-directory",
  "accept-language",
  "x-request-id",
] as const;

interface Extra {
  readonly socket: WebSocket;
  readonly request: IncomingMessage;
}

type SocketContext = Context<Record<string, unknown>, Extra>;

/**
 * Subscriptions over WebSocket (graphql-transport-ws) on the HTTP server's own
 * port. Whoever connects signs in with `connection_init`, and again, unseen,
 * with each operation: a key that was withdrawn starts nothing more.
 */
export class GraphqlSocket {
  private readonly sockets: WebSocketServer;
  private readonly protocol: Protocol<Extra>;
  /** Contexts of running operations, for rendering their errors. */
  private readonly contexts = new WeakMap<object, RequestContext>();

  constructor(
    private readonly subscriptions: GraphqlSubscriptions,
    private readonly admit: OpenContext,
    private readonly maxSockets: number,
    private readonly logger: Logger,
  ) {
    // Missing in the types of ws.
    const closing: object = { closeTimeout: CLOSE_TIMEOUT_MS };
    this.sockets = new WebSocketServer({
      noServer: true,
      maxPayload: MAX_PAYLOAD_BYTES,
      perMessageDeflate: false,
      ...closing,
      handleProtocols,
    });
    this.protocol = makeServer<Record<string, unknown>, Extra>({
      connectionInitWaitTimeout: INIT_TIMEOUT_MS,
      onConnect: (context) => this.signIn(context),
      onSubscribe: async (socket, _id, payload) => {
        try {
          const context = await this.contextOf(socket);
          this.contexts.set(payload, context);
          return this.subscriptions.prepare(payload, context);
        } catch (error) {
          if (!(error instanceof GatewayError)) throw error;
          this.contexts.set(payload, openContext(headersOf(socket)));
          return [new GraphQLError(error.message, { originalError: error })];
        }
      },
      onNext: (_socket, _id, payload, _args, result) => {
        const context = this.contexts.get(payload);
        return context === undefined
          ? undefined
          : this.subscriptions.formatted(result, context);
      },
      onError: (_socket, _id, payload, errors) => {
        const context = this.contexts.get(payload);
        return context === undefined
          ? undefined
          : this.subscriptions.rendered(errors, context);
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
   * @throws {GatewayError} GATEWAY_BUSY when there are too many sockets
   */
  readonly accept = (request: FastifyRequest, reply: FastifyReply): void => {
    if (this.sockets.clients.size >= this.maxSockets) {
      throw new GatewayError(ErrorCode.GATEWAY_BUSY, {
        retryAfterSeconds: RETRY_AFTER_SECONDS,
      });
    }
    const { raw } = request;
    this.sockets.handleUpgrade(
      raw,
      takeSocket(request, reply),
      // What follows the head waits in the stream.
      Buffer.alloc(0),
      (socket) => this.serve(socket, raw),
    );
  };

  private serve(socket: WebSocket, request: IncomingMessage): void {
    const stopPinging = keepAlive(socket);
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
            if (socket.bufferedAmount > MAX_UNREAD_BYTES) {
              socket.terminate();
              return;
            }
            take(data.toString("utf8")).catch((error: unknown) => {
              if (!(error instanceof GatewayError))
                this.logger.fault(error, {});
              socket.close(CloseCode.InternalServerError, "Internal error");
            });
          }),
      },
      { socket, request },
    );
    // What is wrong with a frame is answered by ws with the fitting code.
    socket.on("error", () => undefined);
    socket.once("close", (code, reason) => {
      stopPinging();
      void closed(code, reason.toString("utf8"));
    });
  }

  /** False closes the socket as forbidden; other codes are closed here. */
  private async signIn(context: SocketContext): Promise<boolean> {
    const { socket } = context.extra;
    try {
      const { caller } = await this.contextOf(context);
      closeWhenExpired(socket, caller.expiresAtMs);
      return true;
    } catch (error) {
      const code = error instanceof GatewayError ? error.code : undefined;
      if (code === ErrorCode.UNAUTHENTICATED) {
        socket.close(CloseCode.Unauthorized, code);
      } else if (code !== undefined && code !== ErrorCode.FORBIDDEN) {
        socket.close(CloseCode.BadRequest, code);
      }
      return false;
    }
  }

  private contextOf(
    socket: SocketContext,
  ): RequestContext | Promise<RequestContext> {
    const { remoteAddress = "" } = socket.extra.request.socket;
    return this.admit(headersOf(socket), remoteAddress);
  }
}

/** The headers of the upgrade, with what was sent in their place afterwards. */
function headersOf({
  extra: { request },
  connectionParams = {},
}: SocketContext): Headers {
  const headers: Record<string, string | string[] | undefined> = {
    ...request.headers,
  };
  for (const [name, value] of Object.entries(connectionParams)) {
    const header = TAKEN_FROM_PARAMS.find((one) => one === name.toLowerCase());
    if (header !== undefined && typeof value === "string") {
      headers[header] = value;
    }
  }
  return headers;
}

/** Pings, and cuts off what does not answer. Gives back what ends it. */
function keepAlive(socket: WebSocket): () => void {
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

/** Longest delay of a Node timer; a longer one would fire at once. */
const MAX_TIMER_MS = 2 ** 31 - 1;

function closeWhenExpired(socket: WebSocket, expiresAtMs?: number): void {
  if (expiresAtMs === undefined) return;
  const timer = setTimeout(
    () => socket.close(CloseCode.Unauthorized, ErrorCode.UNAUTHENTICATED),
    Math.min(Math.max(0, expiresAtMs - Date.now()), MAX_TIMER_MS),
  );
  socket.once("close", () => clearTimeout(timer));
}
