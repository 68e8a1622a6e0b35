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
import type { Logger } from "../logging/logger.js";
import { logRequest } from "../logging/request-line.js";
import { MAX_BODY_BYTES } from "./fastify-options.js";
import { httpError } from "./errors/http-errors.js";
import { sendProblem } from "./problem-details.filter.js";
import { COMMON_HEADERS, refuse, refuseEarly } from "./refusal.js";
import { requireRights } from "./routes.js";

/**
 * Adds the hooks of every request:
 *
 * - `onRequest` opens the context and authorizes the request before its body is
 *   read.
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
    if (lacksHost(request)) {
      reject(httpError("missingHost"));
      return;
    }
    if (isEncoded(request)) {
      reject(httpError("contentEncoding"));
      return;
    }
    const proceed = (decision: AccessDecision): void => {
      if (decision instanceof Preflight) {
        void reply.code(204).send();
        return;
      }
      context.caller = decision.caller;
      context.directory = decision.directory;
      context.usage.remaining = decision.remaining;
      context.isGone = isClosed(request.raw.socket);
      dropTypeOfEmptyBody(request);
      done();
    };
    let decision: AccessDecision | Promise<AccessDecision>;
    try {
      decision = accessControl.authorize(
        accessRequest(request, reply, context),
      );
    } catch (reason) {
      reject(reason);
      return;
    }
    if (decision instanceof Promise) void decision.then(proceed, reject);
    else proceed(decision);
  });
  fastify.addHook("preHandler", (request, reply, done) => {
    const { callContext, routeOptions, body } = request as Partial<
      Pick<FastifyRequest, "callContext">
    > &
      FastifyRequest;
    if (callContext === undefined) {
      // `GET *` matches no route, so `onRequest` did not run.
      refuseEarly(request, reply, httpError("unknownRoute"), logger);
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
    logRequest(logger, request.callContext, {
      method: request.method,
      // The pattern, because the URL may contain personal data.
      route: request.routeOptions.url ?? "none",
      status: reply.statusCode,
    });
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
    method: request.method,
    headers: request.headers,
    rawHeaders: request.raw.rawHeaders,
    address: request.socket.remoteAddress ?? "",
    // Without a route the response is a 404, which requires only a credential.
    rights: request.is404 ? "signed" : config.rights,
    setHeader: (name, value) => reply.header(name, value),
    onCaller: (caller) => {
      context.caller = caller;
    },
  };
}

/** Whether a request of HTTP/1.1 has no Host header (RFC 9112, section 3.2). */
function lacksHost({ headers, raw }: FastifyRequest): boolean {
  return headers.host === undefined && raw.httpVersion === "1.1";
}

/** Whether the body is compressed. Compressed bodies are not supported. */
function isEncoded({ headers }: FastifyRequest): boolean {
  const encoding = headers["content-encoding"];
  return encoding !== undefined && encoding !== "identity";
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

/** Whether the rest of the body may be too large to drain. */
function hasUnreadBody({ headers }: FastifyRequest): boolean {
  return (
    headers["transfer-encoding"] !== undefined ||
    Number(headers["content-length"] ?? 0) > MAX_BODY_BYTES
  );
}
