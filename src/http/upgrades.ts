import { ServerResponse, type IncomingMessage, type Server } from "node:http";
import type { Socket } from "node:net";
import type { Duplex } from "node:stream";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { Connections } from "./connections.js";
import { httpError } from "./errors/http-errors.js";
import type { Ingress } from "./ingress/ingress.js";

/** Value of the constraint `upgrade` of routes that serve WebSockets. */
export const WEBSOCKET = "websocket";

/** Requests with more headers are refused; see `ignoreUpgrade`. */
const MAX_HEADERS = 900;

/**
 * Adds the route constraint `constraints: { upgrade: WEBSOCKET }` for WebSocket
 * handshakes. Must be called before routes are declared.
 */
export function constrainUpgrades(fastify: FastifyInstance): void {
  fastify.addConstraintStrategy({
    name: "upgrade",
    storage: () => {
      const handlers = new Map<unknown, Handler>();
      return {
        get: (value) => handlers.get(value) ?? null,
        set: (value, handler) => void handlers.set(value, handler),
      };
    },
    deriveConstraint: (request) =>
      isUpgrading(request) ? WEBSOCKET : undefined,
  });
}

type Strategy = Parameters<FastifyInstance["addConstraintStrategy"]>[0];
type Handler = Parameters<ReturnType<Strategy["storage"]>["set"]>[1];

/** Whether Node has emitted the request as `upgrade`. */
export function isUpgrading(request: object): boolean {
  return "upgrade" in request && request.upgrade === true;
}

/**
 * Whether a request is a supported WebSocket handshake. Any other Upgrade
 * header is ignored (RFC 9110, 7.8).
 */
export function isHandshake({
  method,
  httpVersion,
  headers,
}: IncomingMessage): boolean {
  return (
    method === "GET" &&
    httpVersion === "1.1" &&
    headers.upgrade?.toLowerCase() === WEBSOCKET &&
    headers.host !== undefined &&
    headers.expect === undefined &&
    headers["transfer-encoding"] === undefined &&
    (headers["content-length"] ?? "0") === "0"
  );
}

/**
 * Routes upgrade requests through Fastify, so that all hooks and limits apply
 * to them.
 *
 * A WebSocket handshake reaches its route, which can detach the socket. Any
 * other Upgrade header is removed and the request is processed normally.
 */
export function routeUpgrades(
  server: Server,
  fastify: Pick<FastifyInstance, "routing">,
  connections: Connections,
  ingress: Pick<Ingress, "rawRefusal">,
): void {
  const answer = (request: IncomingMessage): void => {
    const { socket } = request;
    if (socket.destroyed) return;
    if (!isHandshake(request)) {
      ignoreUpgrade(server, connections, request, ingress);
      return;
    }
    const response = new ServerResponse(request);
    response.shouldKeepAlive = false;
    response.assignSocket(socket);
    response.once("finish", () => {
      // An accepted handshake does not end the response.
      if (response.writableEnded) connections.dismiss(socket);
      else connections.keep(socket);
    });
    fastify.routing(request, response);
  };
  server.on(
    "upgrade",
    (request: IncomingMessage, { destroyed }: Duplex, head: Buffer) => {
      if (destroyed) return;
      const { socket } = request;
      // Node has removed its own listener.
      socket.on("error", () => socket.destroy());
      if (head.length > 0) socket.unshift(head);
      afterEarlierRequests(socket, () => answer(request));
    },
  );
}

/** Waits for the responses to earlier pipelined requests. */
function afterEarlierRequests(
  socket: Socket & { readonly _httpMessage?: ServerResponse | null },
  answer: () => void,
): void {
  const { _httpMessage: earlier } = socket;
  if (earlier == null) answer();
  else earlier.once("close", () => afterEarlierRequests(socket, answer));
}

/** Detaches the socket of an accepted handshake from Fastify. */
export function detachSocket(
  { raw: { socket } }: Pick<FastifyRequest, "raw">,
  reply: FastifyReply,
): Socket {
  reply.hijack();
  const { raw } = reply;
  raw.detachSocket(socket);
  // Run the `onResponse` hooks.
  raw.statusCode = 101;
  raw.emit("finish");
  reply.requestSlot?.release();
  return socket;
}

/**
 * Makes the server parse the request again without its Upgrade header, by
 * putting the head back in front of the unread data. Node before 24.9 cannot
 * decline an upgrade.
 */
function ignoreUpgrade(
  server: Server,
  connections: Connections,
  request: IncomingMessage,
  ingress: Pick<Ingress, "rawRefusal">,
): void {
  const { method, url, httpVersion, rawHeaders, socket } = request;
  // Node drops headers beyond a limit, and one of them may delimit the body.
  if (rawHeaders.length > 2 * MAX_HEADERS) {
    connections.dismiss(
      socket,
      ingress.rawRefusal(httpError("headersTooLarge"), request.headers),
    );
    return;
  }
  const lines = [`${method} ${url} HTTP/${httpVersion}`];
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = rawHeaders[at] ?? "";
    if (name.toLowerCase() !== "upgrade") {
      lines.push(`${name}: ${rawHeaders[at + 1]}`);
    }
  }
  socket.unshift(Buffer.from(`${lines.join("\r\n")}\r\n\r\n`, "latin1"));
  // The keep-alive timeout must not apply to this request.
  socket.setTimeout(0);
  server.emit("connection", socket);
}
