import type { Environment } from "../setting.js";
import { isServiceLink } from "./service-links.js";

/** Standard variables that the gateway does not support, and why. */
const UNSUPPORTED: readonly (readonly [RegExp, string])[] = [
  [
    /^OTEL_EXPORTER_OTLP_METRICS_|^OTEL_METRICS?_(?!EXPORTER$)|^OTEL_EXPORTER_PROMETHEUS_/,
    "is not supported: metrics are served for Prometheus on OPS_PORT. Set OTEL_METRICS_EXPORTER to none or prometheus to have it ignored",
  ],
  [
    /^OTEL_EXPORTER_OTLP_LOGS_|^OTEL_BLRP_|^OTEL_LOGRECORD_/,
    "is not supported: logs are written to standard output. Set OTEL_LOGS_EXPORTER to none to have it ignored",
  ],
  [
    /^OTEL_EXPORTER_(?:ZIPKIN|JAEGER)_/,
    "is not supported: traces are exported over OTLP only",
  ],
  [
    /^OTEL_EXPORTER_OTLP_(?:TRACES_)?INSECURE$/,
    "is not supported: it applies to gRPC only. The scheme of the endpoint enables or disables TLS",
  ],
  [
    /^OTEL_(?:EXPERIMENTAL_)?CONFIG_FILE$/,
    "is not supported: set the variables that docs/configuration.md lists",
  ],
  [/^OTEL_LOG_LEVEL$/, "is not supported: set LOG_LEVEL"],
  [
    /^OTEL_(?:SPAN_|EVENT_|LINK_)?ATTRIBUTE_(?:COUNT|VALUE_LENGTH)_LIMIT$|^OTEL_SPAN_(?:EVENT|LINK)_COUNT_LIMIT$/,
    "is not supported: spans have few attributes of fixed length",
  ],
  [
    /^OTEL_NODE_(?:RESOURCE_DETECTORS|(?:EN|DIS)ABLED_INSTRUMENTATIONS|EXPERIMENTAL_\w+)$/,
    "is not supported: the gateway has its own spans and detects no resources. Set OTEL_RESOURCE_ATTRIBUTES",
  ],
];

/** Exporters of other signals. While one is off, variables about it have no meaning. */
const OFF: readonly (readonly [RegExp, string, readonly string[]])[] = [
  [/METRIC|PROMETHEUS/, "OTEL_METRICS_EXPORTER", ["none", "prometheus"]],
  [/LOGS|BLRP|LOGRECORD/, "OTEL_LOGS_EXPORTER", ["none"]],
];

/** Names of set variables with the prefix `OTEL_` that are not settings. */
function otherNames(
  environment: Environment,
  known: readonly string[],
): string[] {
  return Object.keys(environment).filter(
    (name) =>
      name.startsWith("OTEL_") &&
      (environment[name] ?? "").trim() !== "" &&
      !known.includes(name) &&
      !isServiceLink(name, environment[name] ?? ""),
  );
}

function reasonOf(name: string): string | undefined {
  return UNSUPPORTED.find(([pattern]) => pattern.test(name))?.[1];
}

/** Describes standard variables of OpenTelemetry that have no effect here. */
export function otelProblems(
  environment: Environment,
  known: readonly string[],
): string[] {
  const isOff = (name: string): boolean =>
    OFF.some(
      ([pattern, exporter, values]) =>
        pattern.test(name) &&
        values.includes(environment[exporter]?.trim() ?? ""),
    );
  return otherNames(environment, known).flatMap((name) => {
    const reason = reasonOf(name);
    return reason === undefined || isOff(name) ? [] : [`${name} ${reason}`];
  });
}

/** Variables with the prefix `OTEL_` that the gateway does not know at all. */
export function unknownOtelNames(
  environment: Environment,
  known: readonly string[],
): string[] {
  return otherNames(environment, known).filter(
    (name) => reasonOf(name) === undefined,
  );
}
