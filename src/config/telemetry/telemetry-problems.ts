import type { Config } from "../config.js";
import { knownNames } from "../environment/environment-warnings.js";
import { otelProblems } from "../environment/otel-variables.js";
import { unreadableReason } from "../files/file-reasons.js";
import { UNREADABLE } from "../files/json-file.js";
import type { Environment } from "../setting.js";
import { settings } from "../settings.js";

const FILES = [
  "OTEL_EXPORTER_OTLP_CERTIFICATE",
  "OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE",
  "OTEL_EXPORTER_OTLP_CLIENT_KEY",
] as const;

/**
 * Describes variables of OpenTelemetry that contradict each other or would have no effect.
 * None of them matters while `OTEL_SDK_DISABLED` is true.
 */
export function telemetryProblems(
  config: Config,
  environment: Environment,
): string[] {
  if (config.OTEL_SDK_DISABLED === true) return [];
  const {
    OTEL_TRACES_SAMPLER: sampler,
    OTEL_TRACES_SAMPLER_ARG: argument,
    OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE: certificate,
    OTEL_EXPORTER_OTLP_CLIENT_KEY: key,
  } = config;
  return [
    ...otelProblems(environment, knownNames(settings())),
    ...(argument !== undefined && !sampler.endsWith("traceidratio")
      ? [
          "OTEL_TRACES_SAMPLER_ARG must not be set unless OTEL_TRACES_SAMPLER is traceidratio or parentbased_traceidratio",
        ]
      : []),
    ...(config.OTEL_PROPAGATORS.includes("none") &&
    config.OTEL_PROPAGATORS.length > 1
      ? ["OTEL_PROPAGATORS must not combine none with others"]
      : []),
    ...(config.OTEL_BSP_MAX_EXPORT_BATCH_SIZE > config.OTEL_BSP_MAX_QUEUE_SIZE
      ? [
          "OTEL_BSP_MAX_EXPORT_BATCH_SIZE must be at most OTEL_BSP_MAX_QUEUE_SIZE",
        ]
      : []),
    ...((certificate === undefined) !== (key === undefined)
      ? [
          "OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE and OTEL_EXPORTER_OTLP_CLIENT_KEY must be set together",
        ]
      : []),
    ...FILES.flatMap((name) => {
      const path = config[name];
      return path === undefined || unreadableReason(path) === null
        ? []
        : [`${name}: ${UNREADABLE}`];
    }),
  ];
}
