import type { FastifyInstance } from "fastify";
import type { Config } from "../config/config.js";
import type { Headers } from "../access/credential.js";
import type {
  RequestContext,
  RequestTrace,
} from "../context/request-context.js";
import type { OperationObserver } from "../graphql/subscriptions/socket-operations.js";
import type { UpstreamObserver } from "../upstream/upstream-observer.js";
import type { Exposition } from "./prometheus.js";
import { Metrics } from "./metrics.js";
import { readGauges, type Observed } from "./gauges.js";
import { measureRequests, RequestMeters } from "./request-metrics.js";
import { openTracing, type Tracing } from "./tracing.js";
import { UpstreamMetrics } from "./upstream-metrics.js";

/** A scrape's answer. */
export interface Scrape {
  readonly contentType: string;
  readonly text: string;
}

/** What the process tells of itself: metrics always, traces where they are wanted. */
export class Observability implements OperationObserver {
  readonly observer: UpstreamObserver;
  private readonly metrics = new Metrics();
  private readonly meters = new RequestMeters(this.metrics);
  private exposition: Promise<Exposition> | null = null;

  constructor(private readonly tracing: Tracing | null) {
    this.observer = observerOf(this.metrics, tracing);
  }

  static async from(config: Config): Promise<Observability> {
    return new Observability(await openTracing(config));
  }

  /** Spans begin before anything else is done with a request. */
  beforeFrontDoor(fastify: FastifyInstance): void {
    this.tracing?.beforeFrontDoor(fastify);
  }

  /** To be called before routes are declared. */
  afterFrontDoor(fastify: FastifyInstance): void {
    this.tracing?.afterFrontDoor(fastify);
    measureRequests(fastify, this.metrics, this.meters);
  }

  /** Starts the trace of an operation over a WebSocket. */
  began(headers: Headers): RequestTrace | undefined {
    return this.tracing?.began(headers);
  }

  /** Counts an operation over a WebSocket, and ends its trace. */
  ended(context: RequestContext): void {
    const { usage, startedAtMs } = context;
    this.meters
      .of("websocket", usage.operation ?? "none")
      .add((performance.now() - startedAtMs) / 1_000, usage.failureCode);
    this.tracing?.ended(context);
  }

  /** Has these parts asked at each scrape. To be called before the first one. */
  look(observed: Observed): void {
    readGauges(this.metrics, observed);
  }

  /** What a primary process adds to what others count. */
  async count(): Promise<object> {
    return (await this.exposed()).values();
  }

  async scrape(): Promise<Scrape> {
    const exposition = await this.exposed();
    const { contentType } = exposition;
    return { contentType, text: await exposition.text() };
  }

  private exposed(): Promise<Exposition> {
    this.exposition ??= import("./prometheus.js").then(({ expose }) =>
      expose(this.metrics),
    );
    return this.exposition;
  }

  async close(): Promise<void> {
    await this.tracing?.close();
  }
}

function observerOf(
  metrics: Metrics,
  tracing: Tracing | null,
): UpstreamObserver {
  const counting = new UpstreamMetrics(metrics);
  if (tracing === null) return counting;
  return {
    attempted: (attempt) => {
      counting.attempted(attempt);
      tracing.attempted(attempt);
    },
    retried: (operation) => counting.retried(operation),
    settled: (operation, verdict) => counting.settled(operation, verdict),
    tracer: tracing,
  };
}
