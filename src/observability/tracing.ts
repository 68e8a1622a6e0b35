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

/** Follows requests and sends their spans to a collector. */
export interface Tracing extends UpstreamTracer {
  attempted(attempt: AttemptRecord): void;
  /** Starts the span of an operation over a WebSocket. */
  began(headers: Headers): RequestTrace;
  /** Ends that span. */
  ended(context: RequestContext): void;
  /** To be called before the front door's hooks are added. */
  beforeFrontDoor(fastify: FastifyInstance): void;
  /** To be called after them. */
  afterFrontDoor(fastify: FastifyInstance): void;
  /** Sends what is left, for a moment only; never rejects. */
  close(): Promise<void>;
}

const LOCAL_COLLECTOR = "http://localhost:4318";

/** Where spans go; null where traces are off. */
export function collectorOf(
  config: Pick<Config, "OTEL_EXPORTER_OTLP_ENDPOINT" | "OTEL_TRACES_EXPORTER">,
): string | null {
  const {
    OTEL_EXPORTER_OTLP_ENDPOINT: endpoint,
    OTEL_TRACES_EXPORTER: wanted,
  } = config;
  if (wanted === "none") return null;
  if (endpoint !== undefined) {
    return endpoint.endsWith("/") ? endpoint.slice(0, -1) : endpoint;
  }
  return wanted === "otlp" ? LOCAL_COLLECTOR : null;
}

/** What the configuration asks for. Without it not a line of the SDK is loaded. */
export async function openTracing(config: Config): Promise<Tracing | null> {
  const collector = collectorOf(config);
  if (collector === null) return null;
  const { OtelTracing } = await import("./otel-tracing.js");
  return new OtelTracing(collector, config);
}
