import { randomUUID } from "node:crypto";
import type { Server } from "node:http";
import type { FastifyHttpOptions } from "fastify";
import { ERRORS } from "../errors/error-table.js";
import type { Logger } from "../logging/logger.js";
import type { Connections } from "./connections.js";
import { sendProblem } from "./problem-details.filter.js";
import { isHandshake } from "./upgrades.js";

/** Maximum request body in bytes. The largest valid input is under 4 KiB. */
export const MAX_BODY_BYTES = 64 * 1024;

/** Maximum size of the request line and the headers. */
const MAX_HEADER_BYTES = 16 * 1024;

/**
 * Fastify options: limits against slow clients and large requests, and
 * rendering of protocol errors.
 */
export function fastifyOptions(
  logger: Logger,
  connections: Connections,
): FastifyHttpOptions<Server> {
  // Supported since Node 24.9: `routeUpgrades` then gets only WebSocket
  // handshakes.
  const upgrades: object = { shouldUpgradeCallback: isHandshake };
  return {
    bodyLimit: MAX_BODY_BYTES,
    requestTimeout: 30_000,
    // `shedLoad` refuses requests during shutdown, in the format of their API.
    return503OnClosing: false,
    keepAliveTimeout: 72_000,
    http: {
      headersTimeout: 10_000,
      maxHeaderSize: MAX_HEADER_BYTES,
      // Node checks timeouts at this interval.
      connectionsCheckingInterval: 2_000,
      ...upgrades,
    },
    // A path parameter of any length reaches its validation (422, not 404).
    routerOptions: {
      ignoreTrailingSlash: true,
      maxParamLength: MAX_HEADER_BYTES,
    },
    onProtoPoisoning: "error",
    onConstructorPoisoning: "error",
    frameworkErrors: (error, request, reply) => {
      void sendProblem(request, reply, error, logger);
    },
    clientErrorHandler(error, socket) {
      if (error.code === "ECONNRESET" || !socket.writable) {
        connections.dismiss(socket);
        return;
      }
      const status =
        error.code === "HPE_HEADER_OVERFLOW"
          ? "431 Request Header Fields Too Large"
          : error.code === "ERR_HTTP_REQUEST_TIMEOUT"
            ? "408 Request Timeout"
            : "400 Bad Request";
      const body = JSON.stringify({
        type: "/errors/BAD_REQUEST",
        title: ERRORS.BAD_REQUEST.message.en,
        status: Number(status.slice(0, 3)),
        detail: ERRORS.BAD_REQUEST.advice.en,
        code: "BAD_REQUEST",
        requestId: randomUUID(),
        retryable: false,
      });
      connections.dismiss(
        socket,
        `HTTP/1.1 ${status}\r\ncontent-type: application/problem+json; charset=utf-8\r\ncontent-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n${body}`,
      );
    },
  };
}
