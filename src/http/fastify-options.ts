import type { Server } from "node:http";
import type { FastifyHttpOptions } from "fastify";
import type { Logger } from "../logging/logger.js";
import type { Connections } from "./connections.js";
import type { Ingress } from "./ingress/ingress.js";
import { originOfFailed } from "./ingress/raw-response.js";
import { routedTarget } from "./ingress/request-target.js";
import { sendProblem } from "./problem-details.filter.js";
import { isHandshake } from "./upgrades.js";

/** Maximum request body in bytes. The largest valid input is under 4 KiB. */
export const MAX_BODY_BYTES = 64 * 1024;

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
  logger: Logger,
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
      maxHeaderSize: 16 * 1024,
      // The request hooks refuse a missing Host header with a response that has a body.
      requireHostHeader: false,
      // Node checks timeouts at this interval.
      connectionsCheckingInterval: 2_000,
      ...upgrades,
    },
    routerOptions: {
      ignoreTrailingSlash: true,
      ignoreDuplicateSlashes: true,
      maxParamLength: 256,
    },
    rewriteUrl: (request) => routedTarget(request, publicPath),
    onProtoPoisoning: "error",
    onConstructorPoisoning: "error",
    frameworkErrors: (error, request, reply) => {
      ingress.open(request, reply);
      void sendProblem(request, reply, error, logger);
    },
    clientErrorHandler(error, socket) {
      if (error.code === "ECONNRESET" || !socket.writable) {
        connections.dismiss(socket);
        return;
      }
      const status =
        error.code === "HPE_HEADER_OVERFLOW"
          ? 431
          : error.code === "ERR_HTTP_REQUEST_TIMEOUT"
            ? 408
            : 400;
      const origin = originOfFailed(error, socket);
      connections.dismiss(socket, ingress.rawRefusal(status, origin));
    },
  };
}
