import type { Socket } from "node:net";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import {
  Preflight,
  type AccessControl,
  type AccessDecision,
} from "../access/access-control.js";
import { rejectMaskedInput, maskFor } from "../access/masking.js";
import { isOperation } from "../access/scopes.js";
import { openContext, type OpenContext } from "../context/request-context.js";
import { ERRORS } from "../errors/error-table.js";
import type { Logger } from "../logging/logger.js";
import { MAX_BODY_BYTES } from "./fastify-options.js";
import { sendProblem } from "./problem-details.filter.js";
import { refuse } from "./refusal.js";
import { requireRights } from "./routes.js";

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
  gate: Pick<AccessControl, "authorize" | "chargeUpstreamCalls">,
  logger: Logger,
): void {
  fastify.removeContentTypeParser("text/plain");
  fastify.decorateRequest("callContext");
  fastify.decorateRequest("trace");
  requireRights(fastify);
  fastify.addHook("onRequest", (request, reply, done) => {
    const context = openContext(request.headers);
    request.callContext = context;
    reply.headers(COMMON_HEADERS).header("x-request-id", context.requestId);
    const reject = (reason: unknown): void => {
      if (hasUnreadBody(request)) reply.header("connection", "close");
      void refuse(request, reply, reason, logger);
    };
    if (isEncoded(request)) {
      reject(Object.assign(new Error("encoded"), { statusCode: 415 }));
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
      reject(reason);
      return;
    }
    if (verdict instanceof Promise) void verdict.then(enter, reject);
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
      // GraphQL resolvers check their own inputs.
      if (isOperation(routeOptions.config.rights)) {
        rejectMaskedInput(callContext, body);
      }
    } catch (reason) {
      void sendProblem(request, reply, reason, logger);
      return;
    }
    Object.freeze(callContext);
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
  context: OpenContext,
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
    onCaller: (caller) => {
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
