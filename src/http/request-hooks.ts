import type { Socket } from "node:net";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { AccessControl, AccessGrant } from "../access/access-control.js";
import { rejectMaskedInput, maskFor } from "../access/masking.js";
import { isRight } from "../access/rights/features.js";
import type { OpenContext } from "../context/request-context.js";
import { ErrorCode } from "../errors/error-codes.js";
import type { LogFields, Logger } from "../logging/logger.js";
import { logRequest } from "../logging/request-line.js";
import { MAX_BODY_BYTES } from "./fastify-options.js";
import { httpError } from "./errors/http-errors.js";
import {
  bodyRefusal,
  decompressBodies,
  readOtherBodies,
} from "./ingress/body-checks.js";
import { sendProblem } from "./problem-details.filter.js";
import { refuse } from "./refusal.js";
import { requireRights } from "./routes.js";

/** Media types besides JSON that a route can accept. */
const OTHER_BODY_TYPES = ["text/csv", "application/yaml"];

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
    if (lacksHost(request)) {
      void reply.header("connection", "close");
      reject(httpError("missingHost"));
      return;
    }
    const proceed = ({ caller, directory, remaining }: AccessGrant): void => {
      context.caller = caller;
      context.directory = directory;
      context.usage.remaining = remaining;
      context.isGone = isClosed(request.raw.socket);
      dropTypeOfEmptyBody(request);
      // Routes that only return errors have a more specific one than 415.
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
  readOtherBodies(fastify, OTHER_BODY_TYPES);
  fastify.addHook("preHandler", (request, reply, done) => {
    const { callContext, routeOptions, body } = request;
    try {
      // GraphQL resolvers check their own inputs.
      if (isRight(routeOptions.config.rights)) {
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
      address: request.clientView.address,
      ...refusedOrigin(request),
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
  if (isRight(config.rights)) context.usage.operation = config.rights;
  return {
    headers: request.headers,
    rawHeaders: request.raw.rawHeaders,
    view: request.clientView,
    originCheck: request.originCheck,
    // Without a route the response is a 404, which requires only a credential.
    rights: request.is404 ? "signed" : config.rights,
    setHeader: (name, value) => reply.header(name, value),
    onCaller: (caller) => {
      context.caller = caller;
    },
  };
}

/** Whether a request has no Host header, which HTTP/1.1 requires (RFC 9112, section 3.2). */
function lacksHost({ headers, raw }: FastifyRequest): boolean {
  return headers.host === undefined && raw.httpVersion !== "1.0";
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
function refusedOrigin({
  originCheck: check,
  callContext: { usage },
}: FastifyRequest): Pick<LogFields, "refusedOrigin" | "settings"> {
  return usage.failureCode === ErrorCode.FORBIDDEN && check.kind === "foreign"
    ? {
        refusedOrigin: check.origin ?? "unknown",
        settings: "CORS_ORIGINS, PUBLIC_URL, TRUSTED_PROXIES",
      }
    : {};
}
