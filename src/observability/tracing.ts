import type { FastifyInstance } from "fastify";
import type { Config } from "../config/config.js";
import type { Headers } from "../access/credential.js";
import type {
  RequestContext,
  RequestTrace,
} from "../context/request-context.js";
import type {
  AttemptRecord,
  UpstreamTracer,
} from "../upstream/upstream-observer.js";

/** Traces requests and exports their spans to a collector. */
export interface Tracing extends UpstreamTracer {
  attempted(attempt: AttemptRecord): void;
  /** Starts the span of an operation over a WebSocket. */
  began(headers: Headers): RequestTrace;
  /** Ends the span that `began` started. */
  ended(context: RequestContext): void;
  /** Adds the hooks that start and end spans. Call before adding the request hooks. */
  addSpanHooks(fastify: FastifyInstance): void;
  /** Adds the hook that puts the trace into the request context. Call after them. */
  addContextHook(fastify: FastifyInstance): void;
  /** Exports pending spans within the export timeout; never rejects. */
  close(): Promise<void>;
}

const LOCAL_COLLECTOR = "http://localhost:4318";

/** Base URL of the collector; null if tracing is off. */
export function collectorOf(
  config: Pick<Config, "OTEL_EXPORTER_OTLP_ENDPOINT" | "OTEL_TRACES_EXPORTER">,
): string | null {
  const {
    OTEL_EXPORTER_OTLP_ENDPOINT: endpoint,
    OTEL_TRACES_EXPORTER: exporter,
  } = config;
  if (exporter === "none") return null;
  if (endpoint !== undefined) {
    return endpoint.endsWith("/") ? endpoint.slice(0, -1) : endpoint;
  }
  return exporter === "otlp" ? LOCAL_COLLECTOR : null;
}

/** Opens tracing if it is configured. Otherwise returns null and loads no SDK. */
export async function openTracing(config: Config): Promise<Tracing | null> {
  const collector = collectorOf(config);
  if (collector === null) return null;
  const { OtelTracing } = await import("./otel-tracing.js");
  return new OtelTracing(collector, config);
}
