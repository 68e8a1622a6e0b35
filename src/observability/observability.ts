import type { FastifyInstance } from "fastify";
import type { Config } from "../config/config.js";
import type { Headers } from "../access/credential.js";
import type {
  RequestContext,
  RequestTrace,
} from "../context/request-context.js";
import type { OperationObserver } from "../graphql/subscriptions/socket-operations.js";
import type { Logger } from "../logging/logger.js";
import type { UpstreamObserver } from "../upstream/upstream-observer.js";
import { logBreakers, logOverloads } from "./condition-log.js";
import { Metrics } from "./metrics.js";
import { addPolledMetrics, type Observed } from "./gauges.js";
import { addTraceMetrics } from "./tracing/trace-export.js";
import type { Scrape } from "./ops.server.js";
import { measureRequests, recordRequest } from "./request-metrics.js";
import { openTracing } from "./tracing/open-tracing.js";
import type { Tracing } from "./tracing/tracing.js";
import { UpstreamMetrics } from "./upstream-metrics.js";

/** Metrics of the process, and traces if a collector is configured. */
export class Observability implements OperationObserver {
  readonly observer: UpstreamObserver;
  private readonly metrics = new Metrics();

  private endOverloadLog: () => void = () => undefined;

  constructor(
    private readonly tracing: Tracing | null,
    private readonly logger: Pick<Logger, "log">,
  ) {
    this.observer = observerOf(this.metrics, tracing, logger);
  }

  static async from(config: Config, logger: Logger): Promise<Observability> {
    return new Observability(await openTracing(config, logger), logger);
  }

  /** Adds the hooks that run before all others: they start the request's span. */
  addFirstHooks(fastify: FastifyInstance): void {
    this.tracing?.addSpanHooks(fastify);
  }

  /** Adds the hooks that run after the request hooks. Call before declaring routes. */
  addLastHooks(fastify: FastifyInstance): void {
    this.tracing?.addContextHook(fastify);
    measureRequests(fastify, this.metrics);
  }

  /** Starts the trace of an operation over a WebSocket. */
  startTrace(headers: Headers): RequestTrace | undefined {
    return this.tracing?.startTrace(headers);
  }

  /** Counts an operation over a WebSocket, and ends its trace. */
  recordOperation(context: RequestContext): void {
    const { usage, startedAtMs } = context;
    recordRequest(
      this.metrics,
      { door: "websocket", operation: usage.operation ?? "none" },
      (performance.now() - startedAtMs) / 1_000,
      usage.failureCode,
    );
    this.tracing?.endTrace(context);
  }

  /** Reads these parts at each scrape. Call once, before the first scrape. */
  observe(observed: Observed): void {
    addPolledMetrics(this.metrics, observed);
    addTraceMetrics(this.metrics, this.tracing);
    this.endOverloadLog = logOverloads(observed.admission, this.logger);
  }

  /** Metrics as values, which the primary process aggregates over its workers. */
  metricValues(): Promise<object> {
    return this.metrics.values();
  }

  async scrape(): Promise<Scrape> {
    const { contentType } = this.metrics;
    return { contentType, text: await this.metrics.text() };
  }

  async close(): Promise<void> {
    this.endOverloadLog();
    await this.tracing?.close();
  }
}

function observerOf(
  metrics: Metrics,
  tracing: Tracing | null,
  logger: Pick<Logger, "log">,
): UpstreamObserver {
  const counting = new UpstreamMetrics(metrics);
  return {
    attempted: (attempt) => {
      counting.attempted(attempt);
      tracing?.attempted(attempt);
    },
    requested: (operation) => counting.requested(operation),
    saved: (operation, by) => counting.saved(operation, by),
    retried: (operation) => counting.retried(operation),
    settled: (operation, verdict) => counting.settled(operation, verdict),
    breakerChanged: logBreakers(logger),
    ...(tracing === null ? {} : { tracer: tracing }),
  };
}
