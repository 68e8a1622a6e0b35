import type { FastifyInstance, FastifyRequest } from "fastify";
import { isRight } from "../access/rights/features.js";
import type { ErrorCode } from "../errors/error-codes.js";
import { isGraphqlRoute } from "../http/routes.js";
import { isFailure, type Metrics } from "./metrics.js";

/** How a request came in; `none`: no route matched. */
export type MeteredProtocol =
  "graphql" | "rest" | "stream" | "websocket" | "page" | "none";

/** Labels of a request's metrics. */
export interface RequestLabels {
  readonly door: MeteredProtocol;
  readonly operation: string;
}

/** The client decides how long these last, so their duration is not measured. */
const STREAMS: ReadonlySet<MeteredProtocol> = new Set(["stream", "websocket"]);

const UNMATCHED: RequestLabels = { door: "none", operation: "none" };

declare module "fastify" {
  interface FastifyContextConfig {
    /** Metric labels of the route; null: taken from the GraphQL operation. */
    metricLabels?: RequestLabels | null;
  }
}

/** Counts one finished request. */
export function recordRequest(
  {
    requests,
    requestSeconds,
    failures,
  }: Pick<Metrics, "requests" | "requestSeconds" | "failures">,
  { door, operation }: RequestLabels,
  seconds: number,
  code: ErrorCode | undefined,
): void {
  requests.inc({ door, operation, code: code ?? "OK" });
  // Error ratios need the series of successes, even before the first success.
  if (code !== undefined) requests.inc({ door, operation, code: "OK" }, 0);
  if (code !== undefined && isFailure(code)) failures.inc({ code });
  if (!STREAMS.has(door)) requestSeconds.observe({ door, operation }, seconds);
}

/**
 * Adds the hooks that count every request once its response is sent. The labels
 * of a route are determined when it is declared.
 */
export function measureRequests(
  fastify: FastifyInstance,
  metrics: Metrics,
): void {
  declareSeries(metrics, UNMATCHED);
  fastify.addHook("onRoute", (route) => {
    const { url, config } = route;
    // The operation of a GraphQL request is named in its body.
    const metricLabels = isGraphqlRoute(url)
      ? null
      : {
          door: protocolOf(url, config?.rights),
          operation: operationOf(config?.rights),
        };
    if (metricLabels !== null) declareSeries(metrics, metricLabels);
    route.config = { ...config, metricLabels };
  });
  fastify.addHook("onResponse", (request, _reply, done) => {
    const { callContext } = request;
    // Without a context the request was refused before the first hook ran.
    if (callContext !== undefined) {
      const { usage, startedAtMs, idempotency } = callContext;
      recordRequest(
        metrics,
        labelsOf(request, usage.operation),
        (performance.now() - startedAtMs) / 1_000,
        usage.failureCode,
      );
      if (idempotency?.isReplayed === true) {
        const { config } = request.routeOptions;
        const operation = usage.operation ?? operationOf(config.rights);
        metrics.replays.inc({ operation });
      }
    }
    done();
  });
}

/** Series that exist from the start let `rate()` see their first increment. */
function declareSeries(
  { requests, requestSeconds }: Metrics,
  { door, operation }: RequestLabels,
): void {
  requests.inc({ door, operation, code: "OK" }, 0);
  if (!STREAMS.has(door)) requestSeconds.zero({ door, operation });
}

function labelsOf(
  { routeOptions: { url = "", config } }: FastifyRequest,
  operation = "none",
): RequestLabels {
  const { metricLabels = UNMATCHED } = config;
  return metricLabels ?? { door: protocolOf(url, undefined), operation };
}

function protocolOf(url: string, rights: string | undefined): MeteredProtocol {
  if (url === "/graphql/stream" || url.endsWith("/events")) return "stream";
  return isGraphqlRoute(url) ? "graphql" : isRight(rights) ? "rest" : "page";
}

/** The same names as over GraphQL, if the route serves an operation or a feature. */
function operationOf(rights: string | undefined): string {
  return isRight(rights) ? rights : "none";
}
