import { randomUUID } from "node:crypto";
import type { Server } from "node:http";
import type { Socket } from "node:net";
import type {
  FastifyInstance,
  FastifyReply,
  FastifyRequest,
  FastifyHttpOptions,
} from "fastify";
import {
  Preflight,
  type AccessControl,
  type AccessDecision,
} from "../access/access-control.js";
import { rejectMaskedInput, maskFor } from "../access/masking.js";
import { isOperation } from "../access/scopes.js";
import {
  openContext,
  type OpeningContext,
} from "../context/request-context.js";
import { ERRORS } from "../errors/error-table.js";
import type { Logger } from "../logging/logger.js";
import type { Connections } from "./connections.js";
import { refuseGraphql } from "../graphql/graphql-refusal.js";
import { sendProblem } from "./problem-details.filter.js";
import { isGraphqlRoute, rightsOf } from "./route-rights.js";
import { isHandshake } from "./upgrades.js";

/** Largest request body, in bytes; the largest honest one is under 4 KiB. */
export const MAX_BODY_BYTES = 64 * 1024;

/** Limits against slow and greedy clients, in milliseconds and bytes. */
export function fastifyOptions(
  logger: Logger,
  connections: Connections,
): FastifyHttpOptions<Server> {
  // Known to Node 24.9 and later, where it makes `routeUpgrades` see handshakes only.
  const upgrades: object = { shouldUpgradeCallback: isHandshake };
  return {
    bodyLimit: MAX_BODY_BYTES,
    requestTimeout: 30_000,
    // While it closes, `shedLoad` refuses in the form of the door.
    return503OnClosing: false,
    keepAliveTimeout: 72_000,
    http: {
      headersTimeout: 10_000,
      maxHeaderSize: 16 * 1024,
      // Node looks for expired connections only this often.
      connectionsCheckingInterval: 2_000,
      ...upgrades,
    },
    routerOptions: { ignoreTrailingSlash: true, maxParamLength: 256 },
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

/** What every answer carries. Pages that run scripts name their own policy. */
export const COMMON_HEADERS = {
  "cache-control": "no-store",
  "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
  "referrer-policy": "no-referrer",
  "x-content-type-options": "nosniff",
  "x-frame-options": "DENY",
} as const;

/**
 * Opens the context of each request, has the gate decide over it before its
 * body is read, hides what the caller may not see and logs how it ended.
 */
export function addRequestHooks(
  fastify: FastifyInstance,
  gate: AccessControl,
  logger: Logger,
): void {
  fastify.removeContentTypeParser("text/plain");
  fastify.decorateRequest("callContext");
  fastify.decorateRequest("trace");
  fastify.addHook("onRoute", (route) => {
    route.config = { ...route.config, rights: rightsOf(route) };
  });
  fastify.addHook("onRequest", (request, reply, done) => {
    const context = openContext(request.headers);
    request.callContext = context;
    reply.headers(COMMON_HEADERS).header("x-request-id", context.requestId);
    const refuse = (reason: unknown): void => {
      if (hasUnreadBody(request)) reply.header("connection", "close");
      const answer = isGraphqlRoute(request.routeOptions.url)
        ? refuseGraphql(context, reply, reason)
        : sendProblem(request, reply, reason, logger);
      void answer;
    };
    if (isEncoded(request)) {
      refuse(Object.assign(new Error("encoded"), { statusCode: 415 }));
      return;
    }
    const enter = (verdict: AccessDecision): void => {
      if (verdict instanceof Preflight) {
        void reply.code(204).send();
        return;
      }
      context.caller = verdict.caller;
      context.directory = verdict.directory;
      context.usage.remaining = verdict.remaining;
      context.isGone = isClosed(request.raw.socket);
      ignoreTypeOfNoBody(request);
      done();
    };
    let verdict: AccessDecision | Promise<AccessDecision>;
    try {
      verdict = gate.authorize(incoming(request, reply, context));
    } catch (reason) {
      refuse(reason);
      return;
    }
    if (verdict instanceof Promise) void verdict.then(enter, refuse);
    else enter(verdict);
  });
  fastify.addHook("preHandler", (request, reply, done) => {
    const { callContext, routeOptions, body } = request as Partial<
      Pick<FastifyRequest, "callContext">
    > &
      FastifyRequest;
    if (callContext === undefined) {
      // `GET *` reaches no route and so no hook before this one.
      const refusal = Object.assign(new Error("no route"), { statusCode: 404 });
      void sendProblem(request, reply, refusal, logger);
      return;
    }
    try {
      // The other door looks at its own inputs, once it has found them.
      if (!isGraphqlRoute(routeOptions.url)) {
        rejectMaskedInput(callContext, body);
      }
    } catch (reason) {
      void sendProblem(request, reply, reason, logger);
      return;
    }
    done();
  });
  fastify.addHook("preSerialization", (request, _reply, payload, done) => {
    done(null, maskFor(request.callContext, payload));
  });
  fastify.addHook("onResponse", (request, reply, done) => {
    gate.chargeUpstreamCalls(request.callContext);
    logRequest(logger, request, reply);
    done();
  });
}

/** Holds on to the connection alone: a closure of the hook's would hold the request. */
function isClosed(socket: Socket): () => boolean {
  return () => socket.destroyed;
}

/** What the gate sees of a request. */
function incoming(
  request: FastifyRequest,
  reply: FastifyReply,
  context: OpeningContext,
): Parameters<AccessControl["authorize"]>[0] {
  const { config } = request.routeOptions;
  if (isOperation(config.rights)) context.usage.operation = config.rights;
  return {
    method: request.method,
    headers: request.headers,
    rawHeaders: request.raw.rawHeaders,
    address: request.socket.remoteAddress ?? "",
    // An address without a route is a refusal in any case.
    rights: request.is404 ? "signed" : config.rights,
    setHeader: (name, value) => reply.header(name, value),
    recognise: (caller) => {
      context.caller = caller;
    },
  };
}

/** Whether the body came compressed, which no parser here undoes. */
function isEncoded({ headers }: FastifyRequest): boolean {
  const encoding = headers["content-encoding"];
  return encoding !== undefined && encoding !== "identity";
}

/**
 * Ignores the media type of a DELETE request without a body, which some clients
 * always send: the parser of that type would reject the missing body.
 */
function ignoreTypeOfNoBody({ method, headers }: FastifyRequest): void {
  if (
    method === "DELETE" &&
    headers["content-type"] !== undefined &&
    headers["transfer-encoding"] === undefined &&
    Number(headers["content-length"] ?? 0) === 0
  ) {
    delete headers["content-type"];
  }
}

/** Whether more of a body may come than is worth waiting for. */
function hasUnreadBody({ headers }: FastifyRequest): boolean {
  return (
    headers["transfer-encoding"] !== undefined ||
    Number(headers["content-length"] ?? 0) > MAX_BODY_BYTES
  );
}

function logRequest(
  logger: Logger,
  request: FastifyRequest,
  reply: FastifyReply,
): void {
  const { trace, callContext } = request;
  const { requestId, usage, caller, startedAtMs } = callContext;
  const code = reply.failureCode ?? usage.failureCode;
  const level = code === undefined ? "info" : ERRORS[code].logLevel;
  if (!logger.writes(level)) return;
  const hasCalled = usage.upstreamCalls > 0;
  logger.log(level, "request", {
    requestId,
    traceId: trace?.traceId,
    method: request.method,
    // The route's pattern: an address may hold what a caller typed.
    route: request.routeOptions.url ?? "none",
    status: reply.statusCode,
    code,
    operation: usage.operation,
    upstreamCalls: hasCalled ? usage.upstreamCalls : undefined,
    upstreamRequestId: hasCalled ? usage.upstreamRequestId : undefined,
    caller: caller.id,
    durationMs: Math.round(performance.now() - startedAtMs),
  });
}

const METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"] as const;

/** Remembers which methods each address takes, as routes are declared. */
export class RouteMethods {
  private readonly byUrl = new Map<string, Set<string>>();

  constructor(fastify: FastifyInstance) {
    fastify.addHook("onRoute", ({ url, method, constraints = {} }) => {
      // GET is not taken without the handshake that this constraint demands.
      if ("upgrade" in constraints) return;
      const methods = this.byUrl.get(url) ?? new Set();
      for (const one of [method].flat()) methods.add(one.toUpperCase());
      this.byUrl.set(url, methods);
    });
  }

  /** Answers every other method of a known address with 405 and `Allow`. */
  refuseOthers(fastify: FastifyInstance, logger: Logger): void {
    for (const [url, methods] of [...this.byUrl]) {
      if (url.includes("*")) continue;
      const allow = [...methods].join(", ");
      fastify.route({
        url,
        method: METHODS.filter((method) => !methods.has(method)),
        config: { rights: "signed" },
        handler: (request, reply) =>
          sendProblem(
            request,
            reply.header("allow", allow),
            Object.assign(new Error("method"), { statusCode: 405 }),
            logger,
          ),
        errorHandler: (_error, request, reply) => {
          void sendProblem(
            request,
            reply.header("allow", allow),
            Object.assign(new Error("method"), { statusCode: 405 }),
            logger,
          );
        },
      });
    }
  }
}
