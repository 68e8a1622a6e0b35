import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import {
  foreignOrigin,
  type AccessControl,
} from "../../access/access-control.js";
import type { OriginCheck } from "../../access/origins.js";
import { isSharedDocument } from "../../access/public-routes.js";
import { openContext } from "../../context/request-context.js";
import type { Logger } from "../../logging/logger.js";
import type { ClientView, ClientViews } from "../../proxies/client-view.js";
import { refuse } from "../refusal.js";
import {
  answerPreflight,
  corsHeadersFor,
  isPreflight,
  setCorsHeaders,
} from "./cors.js";
import { rawProblem, type RawStatus } from "./raw-response.js";

declare module "fastify" {
  interface FastifyRequest {
    /** The request as its client sent it. Set by the first request hook. */
    clientView: ClientView;
    /** Origin of the page that sent the request. Set by the first request hook. */
    originCheck: OriginCheck;
  }
}

/**
 * Headers of every response. Pages with scripts override the content security
 * policy.
 */
export const COMMON_HEADERS = {
  "cache-control": "no-store",
  "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
  "referrer-policy": "no-referrer",
  "x-content-type-options": "nosniff",
  "x-frame-options": "DENY",
} as const;

/** Opens each request: how the client sees it, its context, and the headers of its response. */
export class Ingress {
  constructor(
    private readonly views: ClientViews,
    private readonly accessControl: Pick<AccessControl, "originOf">,
    private readonly logger: Logger,
  ) {}

  /**
   * Adds the first hook. It answers CORS preflights before load shedding, rate limits and
   * authentication, because a browser cannot show their errors to the page.
   */
  addHook(fastify: FastifyInstance): void {
    fastify.decorateRequest("callContext");
    fastify.decorateRequest("clientView");
    fastify.decorateRequest("originCheck");
    fastify.addHook("onRequest", (request, reply, done) => {
      this.open(request, reply);
      if (!isPreflight(request)) {
        done();
        return;
      }
      const { originCheck } = request;
      const isShared = isSharedDocument(request.routeOptions.url);
      if (isShared || originCheck.kind === "allowed") {
        void answerPreflight(request, reply, originCheck);
      } else if (originCheck.kind === "foreign") {
        const refusal = foreignOrigin(originCheck.origin);
        void refuse(request, reply, refusal, this.logger);
      } else done();
    });
  }

  /**
   * Response to a request that Node.js refuses itself, as the bytes for its socket.
   *
   * @param origin value of its Origin header, if known
   */
  rawRefusal(status: RawStatus, origin: string | undefined): string {
    const headers = origin === undefined ? {} : { origin };
    const view = { address: "", scheme: null, host: "", linkBase: "" };
    const check = this.accessControl.originOf({ headers, view });
    return rawProblem(status, this.views.publicBase, [
      ["vary", "origin"],
      ...(check.kind === "allowed" ? corsHeadersFor(check.origin) : []),
    ]);
  }

  /** Opens a request. Called by the hook, and for requests that reach no hook. */
  open(request: FastifyRequest, reply: FastifyReply): void {
    const { headers } = request;
    const view = this.views.of(request.raw);
    const context = openContext(headers);
    context.linkBase = view.linkBase;
    request.clientView = view;
    request.callContext = context;
    request.originCheck = this.accessControl.originOf({ headers, view });
    void reply
      .headers(COMMON_HEADERS)
      .header("x-request-id", context.requestId);
    setCorsHeaders(request, reply, request.originCheck);
  }
}
