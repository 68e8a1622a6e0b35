import type { Config } from "../../config/config.js";
import type { Logger } from "../../logging/logger.js";
import { openTraceExporter } from "./trace-export.js";
import type { Tracing } from "./tracing.js";

const LOCAL_COLLECTOR = "http://localhost:4318";

/** Base URL of the collector; null if tracing is off. */
export function collectorOf(
  config: Partial<
    Pick<
      Config,
      | "OTEL_SDK_DISABLED"
      | "OTEL_EXPORTER_OTLP_ENDPOINT"
      | "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"
      | "OTEL_TRACES_EXPORTER"
    >
  >,
): string | null {
  const {
    OTEL_EXPORTER_OTLP_ENDPOINT: endpoint,
    OTEL_TRACES_EXPORTER: exporter,
  } = config;
  if (exporter === "none" || config.OTEL_SDK_DISABLED === true) return null;
  if (endpoint !== undefined) {
    return endpoint.endsWith("/") ? endpoint.slice(0, -1) : endpoint;
  }
  return exporter === "otlp" ||
    config.OTEL_EXPORTER_OTLP_TRACES_ENDPOINT !== undefined
    ? LOCAL_COLLECTOR
    : null;
}

/** URL that traces are sent to; null if tracing is off. */
export function tracesUrlOf(
  config: Parameters<typeof collectorOf>[0],
): string | null {
  const collector = collectorOf(config);
  if (collector === null) return null;
  return config.OTEL_EXPORTER_OTLP_TRACES_ENDPOINT ?? `${collector}/v1/traces`;
}

/** Opens tracing if it is configured. Otherwise returns null and loads no SDK. */
export async function openTracing(
  config: Config,
  logger: Logger,
): Promise<Tracing | null> {
  const url = tracesUrlOf(config);
  if (url === null) return null;
  const { makeExporter, OtelTracing } = await import("./otel-tracing.js");
  const exporter = openTraceExporter(url, config, logger, makeExporter);
  return new OtelTracing(exporter, config);
}
