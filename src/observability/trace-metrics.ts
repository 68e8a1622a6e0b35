import type { Metrics } from "./metrics.js";
import type { Tracing } from "./tracing.js";

/** Adds the metrics of exports to the trace collector. Without traces they are 0. */
export function addTraceMetrics(
  metrics: Metrics,
  tracing: Pick<Tracing, "exportStatus"> | null,
): void {
  metrics.poll({
    name: "trace_export_failing",
    help: "1 while spans cannot be exported to the trace collector.",
    type: "gauge",
    aggregator: "max",
    read: () => [[{}, tracing?.exportStatus.failure == null ? 0 : 1]],
  });
  metrics.poll({
    name: "trace_spans_lost_total",
    help: "Spans of failed exports to the trace collector.",
    type: "counter",
    read: () => [[{}, tracing?.exportStatus.lost ?? 0]],
  });
}
