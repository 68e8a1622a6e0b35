import type { Server } from "node:http";
import type { FastifyHttpOptions } from "fastify";
import type { Connections } from "./connections.js";
import { httpError } from "./errors/http-errors.js";
import type { Ingress } from "./ingress/ingress.js";
import { headersOfFailed } from "./ingress/raw-response.js";
import { routedTarget } from "./ingress/request-target.js";
import { isHandshake } from "./upgrades.js";

/** Maximum request body in bytes. The largest valid input is under 4 KiB. */
export const MAX_BODY_BYTES = 64 * 1024;

/** Maximum size of the request line and the headers. */
const MAX_HEADER_BYTES = 16 * 1024;

/** Settings of the server. */
export interface ServerOptions {
  readonly keepAliveTimeoutMs: number;
  /** Path of `PUBLIC_URL` without a slash at its end, or empty. */
  readonly publicPath: string;
}

/**
 * Fastify options: limits against slow clients and large requests, and
 * rendering of protocol errors.
 */
export function fastifyOptions(
  connections: Connections,
  ingress: Ingress,
  { keepAliveTimeoutMs, publicPath }: ServerOptions,
): FastifyHttpOptions<Server> {
  // Supported since Node 24.9: `routeUpgrades` then gets only WebSocket
  // handshakes.
  const upgrades: object = { shouldUpgradeCallback: isHandshake };
  return {
    bodyLimit: MAX_BODY_BYTES,
    requestTimeout: 30_000,
    // `shedLoad` refuses requests during shutdown, in the format of their API.
    return503OnClosing: false,
    keepAliveTimeout: keepAliveTimeoutMs,
    http: {
      // Counts from the first byte of a request, so it may be shorter than
      // `keepAliveTimeout`, which ends with that byte.
      headersTimeout: 10_000,
      maxHeaderSize: MAX_HEADER_BYTES,
      // `addRequestHooks` checks it, so that the response has a request id.
      requireHostHeader: false,
      // Node checks timeouts at this interval.
      connectionsCheckingInterval: 2_000,
      ...upgrades,
    },
    // A path parameter of any length reaches its validation (422, not 404).
    routerOptions: {
      ignoreTrailingSlash: true,
      ignoreDuplicateSlashes: true,
      maxParamLength: MAX_HEADER_BYTES,
    },
    rewriteUrl: (request) => routedTarget(request, publicPath),
    onProtoPoisoning: "error",
    onConstructorPoisoning: "error",
    frameworkErrors: (error, request, reply) => {
      ingress.refuseEarly(request, reply, error);
    },
    clientErrorHandler(cause, socket) {
      // Pools open spare connections. When a client sends its first request on one just
      // as it expires, the client would read 408 as the response to that request.
      const isUnused =
        cause.code === "ERR_HTTP_REQUEST_TIMEOUT" && socket.bytesRead === 0;
      if (cause.code === "ECONNRESET" || isUnused || !socket.writable) {
        connections.dismiss(socket);
        return;
      }
      const error =
        cause.code === "HPE_HEADER_OVERFLOW"
          ? httpError("headersTooLarge")
          : cause.code === "ERR_HTTP_REQUEST_TIMEOUT"
            ? httpError("requestTimeout")
            : httpError("malformedHttp");
      const headers = headersOfFailed(cause, socket);
      connections.dismiss(socket, ingress.rawRefusal(error, headers));
    },
  };
}
