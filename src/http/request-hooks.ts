import type { Socket } from "node:net";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { AccessControl, AccessGrant } from "../access/access-control.js";
import { rejectMaskedInput, maskFor } from "../access/masking.js";
import { isOperation } from "../access/scopes.js";
import type { OpenContext } from "../context/request-context.js";
import { ErrorCode } from "../errors/error-codes.js";
import { ERRORS } from "../errors/error-table.js";
import { GatewayError } from "../errors/gateway-error.js";
import type { Logger } from "../logging/logger.js";
import { MAX_BODY_BYTES } from "./fastify-options.js";
import { bodyRefusal, decompressBodies } from "./ingress/body-checks.js";
import { sendProblem } from "./problem-details.filter.js";
import { refuse } from "./refusal.js";
import { requireRights } from "./routes.js";

/**
 * Adds the hooks of every request:
 *
 * - `onRequest` authorizes the request before its body is read.
 * - `preHandler` rejects masked input and freezes the context.
 * - `preSerialization` masks personal data.
 * - `onResponse` charges the caller and logs the request.
 */
export function addRequestHooks(
  fastify: FastifyInstance,
  accessControl: Pick<AccessControl, "authorize" | "chargeUpstreamCalls">,
  logger: Logger,
): void {
  fastify.removeContentTypeParser("text/plain");
  fastify.decorateRequest("trace");
  requireRights(fastify);
  fastify.addHook("onRequest", (request, reply, done) => {
    const context = request.callContext;
    const reject = (reason: unknown): void => {
      if (hasUnreadBody(request)) reply.header("connection", "close");
      void refuse(request, reply, reason, logger);
    };
    // Required since HTTP/1.1 (RFC 9112, section 3.2).
    if (
      request.headers.host === undefined &&
      request.raw.httpVersion !== "1.0"
    ) {
      void reply.header("connection", "close");
      reject(new GatewayError(ErrorCode.BAD_REQUEST));
      return;
    }
    const proceed = ({ caller, directory, remaining }: AccessGrant): void => {
      context.caller = caller;
      context.directory = directory;
      context.usage.remaining = remaining;
      context.isGone = isClosed(request.raw.socket);
      dropTypeOfEmptyBody(request);
      // Routes that only answer errors have a better one than 415.
      const refusal = isRefusing(request) ? null : bodyRefusal(request, reply);
      if (refusal === null) done();
      else reject(refusal);
    };
    let grant: AccessGrant | Promise<AccessGrant>;
    try {
      grant = accessControl.authorize(accessRequest(request, reply, context));
    } catch (reason) {
      reject(reason);
      return;
    }
    if (grant instanceof Promise) void grant.then(proceed, reject);
    else proceed(grant);
  });
  decompressBodies(fastify, MAX_BODY_BYTES);
  fastify.addHook("preHandler", (request, reply, done) => {
    const { callContext, routeOptions, body } = request as Partial<
      Pick<FastifyRequest, "callContext">
    > &
      FastifyRequest;
    if (callContext === undefined) {
      // `GET *` matches no route, so `onRequest` did not run.
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
    accessControl.chargeUpstreamCalls(request.callContext);
    logRequest(logger, request, reply);
    done();
  });
}

/**
 * A separate function, so that the closure retains the socket and not the
 * request.
 */
function isClosed(socket: Socket): () => boolean {
  return () => socket.destroyed;
}

/** The parts of a request that access control reads. */
function accessRequest(
  request: FastifyRequest,
  reply: FastifyReply,
  context: OpenContext,
): Parameters<AccessControl["authorize"]>[0] {
  const { config } = request.routeOptions;
  if (isOperation(config.rights)) context.usage.operation = config.rights;
  return {
    headers: request.headers,
    rawHeaders: request.raw.rawHeaders,
    view: request.clientView,
    // Without a route the response is a 404, which requires only a credential.
    rights: request.is404 ? "signed" : config.rights,
    setHeader: (name, value) => reply.header(name, value),
    onCaller: (caller) => {
      context.caller = caller;
    },
  };
}

/**
 * Drops the Content-Type of a DELETE request without a body. Some clients
 * always send it, and the parser would reject the empty body.
 */
function dropTypeOfEmptyBody({ method, headers }: FastifyRequest): void {
  if (
    method === "DELETE" &&
    headers["content-type"] !== undefined &&
    headers["transfer-encoding"] === undefined &&
    Number(headers["content-length"] ?? 0) === 0
  ) {
    delete headers["content-type"];
  }
}

/** Whether the route of a request only answers errors. */
function isRefusing({ is404, routeOptions }: FastifyRequest): boolean {
  return is404 || routeOptions.config.rights === "signed";
}

/** Whether the rest of the body may be too large to drain. */
function hasUnreadBody({ headers }: FastifyRequest): boolean {
  return (
    headers["transfer-encoding"] !== undefined ||
    Number(headers["content-length"] ?? 0) > MAX_BODY_BYTES
  );
}

/** The origin of a page that may not call the gateway, and the settings that would allow it. */
function refusedOrigin(
  { originCheck: check }: FastifyRequest,
  code: ErrorCode | undefined,
): object {
  return code === ErrorCode.FORBIDDEN && check.kind === "foreign"
    ? {
        refusedOrigin: check.origin ?? "unknown",
        settings: "CORS_ORIGINS, PUBLIC_URL, TRUSTED_PROXIES",
      }
    : {};
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
  const hasUpstreamCalls = usage.upstreamCalls > 0;
  logger.log(level, "request", {
    requestId,
    traceId: trace?.traceId,
    method: request.method,
    // The pattern, because the URL may contain personal data.
    route: request.routeOptions.url ?? "none",
    status: reply.statusCode,
    code,
    operation: usage.operation,
    upstreamCalls: hasUpstreamCalls ? usage.upstreamCalls : undefined,
    upstreamRequestId: hasUpstreamCalls ? usage.upstreamRequestId : undefined,
    caller: caller.id,
    address: request.clientView.address,
    ...refusedOrigin(request, code),
    durationMs: Math.round(performance.now() - startedAtMs),
  });
}
