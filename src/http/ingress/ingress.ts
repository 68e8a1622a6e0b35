import type { IncomingHttpHeaders } from "node:http";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { AccessControl } from "../../access/access-control.js";
import { foreignOrigin } from "../../access/access-errors.js";
import type { OriginCheck } from "../../access/origins.js";
import { isSharedDocument } from "../../access/public-routes.js";
import { openContext, recordFailure } from "../../context/request-context.js";
import type { GatewayError } from "../../errors/gateway-error.js";
import type { Logger } from "../../logging/logger.js";
import { logRequest } from "../../logging/request-line.js";
import type { ClientView, ClientViews } from "../../proxies/client-view.js";
import { sendProblem } from "../problem-details.filter.js";
import { toProblem } from "../problem-details.js";
import { COMMON_HEADERS, refuse } from "../refusal.js";
import {
  answerPreflight,
  corsHeadersFor,
  isPreflight,
  setCorsHeaders,
} from "./cors.js";
import { rawProblem } from "./raw-response.js";

declare module "fastify" {
  interface FastifyRequest {
    /** The request as its client sent it. Set by the first request hook. */
    clientView: ClientView;
    /** Origin of the page that sent the request. Set by the first request hook. */
    originCheck: OriginCheck;
  }
}

/** Sets the client's view, the context and the response headers of each request. */
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
   * Response to a request that reaches no hook, as the text for its socket. Logs the
   * request.
   *
   * @param headers those of the request, as far as they are known
   */
  rawRefusal(error: GatewayError, headers: IncomingHttpHeaders): string {
    const context = openContext(headers);
    context.linkBase = this.views.publicBase;
    recordFailure(context.usage, error);
    const problem = toProblem(error, context);
    logRequest(this.logger, context, {
      route: "none",
      status: problem.status,
    });
    const view = { address: "", scheme: null, host: "", linkBase: "" };
    const check = this.accessControl.originOf({ headers, view });
    return rawProblem(problem, [
      ["content-language", context.language],
      ["vary", "origin"],
      ...(check.kind === "allowed" ? corsHeadersFor(check.origin) : []),
    ]);
  }

  /** Answers a request for which Fastify runs no hooks, and logs it. */
  refuseEarly(
    request: FastifyRequest,
    reply: FastifyReply,
    reason: unknown,
  ): void {
    this.open(request, reply);
    void sendProblem(request, reply, reason, this.logger);
    logRequest(this.logger, request.callContext, {
      method: request.method,
      route: "none",
      status: reply.statusCode,
      address: request.clientView.address,
    });
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
