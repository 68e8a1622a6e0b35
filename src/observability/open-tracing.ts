import type { Config } from "../config/config.js";
import type { Tracing } from "./tracing.js";

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
