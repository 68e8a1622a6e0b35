import { readFileSync } from "node:fs";
import type { Agent } from "node:http";
import type { ReadableSpan, SpanExporter } from "@opentelemetry/sdk-trace";
import type { Config } from "../../config/config.js";
import { pairsOf } from "../../config/telemetry/pairs.js";
import { Egress } from "../../egress/egress.js";
import type { Logger } from "../../logging/logger.js";
import type { Metrics } from "../metrics.js";

/** Success code of an export result (`ExportResultCode.SUCCESS`). */
const SUCCESS: number = 0;

/** Exports since the start of the process, for metrics. */
export interface ExportStatus {
  /** Why the last export failed: a system error, a status or `timeout`; null if it succeeded. */
  readonly failure: string | null;
  /** Number of spans that did not reach the collector. */
  readonly lost: number;
}

type OnResult = Parameters<SpanExporter["export"]>[1];

/**
 * Counts spans that did not reach the collector. An outage is logged once when it begins
 * and once when it ends, however long it lasts.
 */
export class ObservedExporter implements SpanExporter {
  private failure: string | null = null;
  private lost = 0;

  constructor(
    private readonly inner: SpanExporter,
    private readonly logger: Logger,
    private readonly agents: readonly Agent[] = [],
  ) {}

  get status(): ExportStatus {
    return { failure: this.failure, lost: this.lost };
  }

  export(spans: ReadableSpan[], onResult: OnResult): void {
    this.inner.export(spans, (result) => {
      if (Number(result.code) === SUCCESS) this.recordSuccess();
      else this.recordFailure(failureOf(result.error), spans.length);
      onResult(result);
    });
  }

  async shutdown(): Promise<void> {
    await this.inner.shutdown();
    for (const agent of this.agents) agent.destroy();
  }

  private recordSuccess(): void {
    if (this.failure !== null) {
      this.logger.log("info", "traces reach the collector again", {
        event: "traces-back",
        lost: this.lost,
      });
    }
    this.failure = null;
  }

  private recordFailure(failure: string, lost: number): void {
    this.lost += lost;
    if (this.failure === null) {
      this.logger.log("warn", "traces cannot be exported to the collector", {
        event: "traces-lost",
        cause: failure,
      });
    }
    this.failure = failure;
  }
}

/** Creates the exporter of a protocol. */
export type MakeExporter = (
  protocol: Config["OTEL_EXPORTER_OTLP_PROTOCOL"],
  options: {
    readonly url: string;
    readonly headers: Record<string, string>;
    readonly timeoutMillis: number;
    readonly compression: never;
    readonly httpAgentOptions: () => Agent;
  },
) => SpanExporter;

/** Opens the export that the configuration describes. */
export function openTraceExporter(
  url: string,
  config: Config,
  logger: Logger,
  makeExporter: MakeExporter,
): ObservedExporter {
  const agent = Egress.from(config).agentFor(new URL(url), tlsOf(config));
  const exporter = makeExporter(config.OTEL_EXPORTER_OTLP_PROTOCOL, {
    url,
    headers: {
      ...pairsOf(config.OTEL_EXPORTER_OTLP_HEADERS),
      ...pairsOf(config.OTEL_EXPORTER_OTLP_TRACES_HEADERS),
    },
    timeoutMillis: config.OTEL_EXPORTER_OTLP_TIMEOUT,
    // The enumeration of the package has these values.
    compression: config.OTEL_EXPORTER_OTLP_COMPRESSION as never,
    httpAgentOptions: () => agent,
  });
  return new ObservedExporter(exporter, logger, [agent]);
}

function tlsOf(config: Config): {
  ca?: Buffer;
  cert?: Buffer;
  key?: Buffer;
} {
  const {
    OTEL_EXPORTER_OTLP_CERTIFICATE: ca,
    OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE: cert,
    OTEL_EXPORTER_OTLP_CLIENT_KEY: key,
  } = config;
  return {
    ...(ca === undefined ? {} : { ca: readFileSync(ca) }),
    ...(cert === undefined ? {} : { cert: readFileSync(cert) }),
    ...(key === undefined ? {} : { key: readFileSync(key) }),
  };
}

/** The code of a system error or of a response. Messages may contain the response. */
function failureOf(error: unknown): string {
  if (typeof error !== "object" || error === null) return "no response";
  const { code, message } = error as { code?: unknown; message?: unknown };
  if (typeof code === "string" && code !== "") return code;
  if (typeof code === "number") return `status ${code}`;
  return message === "Request timed out" ? "timeout" : "no response";
}

/** Adds the metrics of exports to the trace collector. Without traces they are 0. */
export function addTraceMetrics(
  metrics: Metrics,
  tracing: { readonly exportStatus: ExportStatus } | null,
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
