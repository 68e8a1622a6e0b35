import { IsBoolean, IsIn, IsOptional, MinLength } from "class-validator";
import { IsCount, Must, webUrl } from "../rules.js";
import { Setting } from "../setting.js";
import { isPair } from "./pairs.js";

const MAX_MS = 600_000;

/** Samplers of the OpenTelemetry specification that the gateway supports. */
export const SAMPLERS = [
  "always_on",
  "always_off",
  "traceidratio",
  "parentbased_always_on",
  "parentbased_always_off",
  "parentbased_traceidratio",
] as const;

const isUrl = (value: unknown): boolean => webUrl(value) !== null;
const URL_RULE =
  "must be http://<host>… or https://<host>…, without user and password";
const PAIRS_RULE = "must be a list of name=value; values are percent-encoded";

/** Export of traces. The names and their meaning are those of OpenTelemetry. */
export class TelemetrySettings {
  @Setting(
    "flag",
    "`false`",
    "Turns traces off, regardless of the other settings.",
  )
  @IsBoolean({ message: "must be true or false" })
  readonly OTEL_SDK_DISABLED: boolean = false;

  @Setting(
    "text",
    "none",
    "Base URL of an OpenTelemetry collector (OTLP over HTTP), such as `http://127.0.0.1:4318`. Without it, no traces are recorded.",
  )
  @IsOptional()
  @Must(URL_RULE, isUrl)
  readonly OTEL_EXPORTER_OTLP_ENDPOINT?: string;

  @Setting(
    "text",
    "`/v1/traces` of the base URL",
    "Whole URL that traces are sent to. It replaces the base URL.",
  )
  @IsOptional()
  @Must(URL_RULE, isUrl)
  readonly OTEL_EXPORTER_OTLP_TRACES_ENDPOINT?: string;

  @Setting(
    "list",
    "none",
    "HTTP headers for the collector: `name=value`, separated by commas. Values are percent-decoded.",
  )
  @IsOptional()
  @Must(PAIRS_RULE, isPair, true)
  readonly OTEL_EXPORTER_OTLP_HEADERS?: readonly string[];

  @Setting(
    "list",
    "none",
    "Further HTTP headers for the collector. They override headers of the same name in `OTEL_EXPORTER_OTLP_HEADERS`.",
  )
  @IsOptional()
  @Must(PAIRS_RULE, isPair, true)
  readonly OTEL_EXPORTER_OTLP_TRACES_HEADERS?: readonly string[];

  @Setting(
    "number",
    "`10000`",
    "Time limit of an export in milliseconds, including its retries. At shutdown it is 2 s.",
    "OTEL_EXPORTER_OTLP_TRACES_TIMEOUT",
  )
  @IsCount(1, MAX_MS)
  readonly OTEL_EXPORTER_OTLP_TIMEOUT: number = 10_000;

  @Setting(
    "text",
    "`http/json`",
    "`http/json` or `http/protobuf`. gRPC is not supported.",
    "OTEL_EXPORTER_OTLP_TRACES_PROTOCOL",
  )
  @IsIn(["http/json", "http/protobuf"], {
    message: "must be http/json or http/protobuf; gRPC is not supported",
  })
  readonly OTEL_EXPORTER_OTLP_PROTOCOL: "http/json" | "http/protobuf" =
    "http/json";

  @Setting(
    "text",
    "`none`",
    "Compression of exports: `none` or `gzip`.",
    "OTEL_EXPORTER_OTLP_TRACES_COMPRESSION",
  )
  @IsIn(["none", "gzip"], { message: "must be none or gzip" })
  readonly OTEL_EXPORTER_OTLP_COMPRESSION: "none" | "gzip" = "none";

  @Setting(
    "text",
    "those of Node.js",
    "PEM file of the certificate authorities that are trusted for the collector.",
    "OTEL_EXPORTER_OTLP_TRACES_CERTIFICATE",
  )
  @IsOptional()
  @MinLength(1)
  readonly OTEL_EXPORTER_OTLP_CERTIFICATE?: string;

  @Setting(
    "text",
    "none",
    "PEM file of the certificate that the collector requires from its clients.",
    "OTEL_EXPORTER_OTLP_TRACES_CLIENT_CERTIFICATE",
  )
  @IsOptional()
  @MinLength(1)
  readonly OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE?: string;

  @Setting(
    "text",
    "none",
    "PEM file of the key of that certificate.",
    "OTEL_EXPORTER_OTLP_TRACES_CLIENT_KEY",
  )
  @IsOptional()
  @MinLength(1)
  readonly OTEL_EXPORTER_OTLP_CLIENT_KEY?: string;

  @Setting(
    "text",
    "`otlp` if an endpoint is set, otherwise `none`",
    "`otlp` or `none`. The default endpoint of `otlp` is `http://localhost:4318`. `none` disables traces.",
  )
  @IsOptional()
  @IsIn(["otlp", "none"], { message: "must be otlp or none" })
  readonly OTEL_TRACES_EXPORTER?: "otlp" | "none";

  @Setting(
    "text",
    "`prometheus`",
    "`prometheus` or `none`. Metrics are served on `OPS_PORT` with either value, and never pushed.",
  )
  @IsIn(["prometheus", "none"], {
    message:
      "must be prometheus or none; metrics are served on OPS_PORT and never pushed",
  })
  readonly OTEL_METRICS_EXPORTER: "prometheus" | "none" = "prometheus";

  @Setting(
    "text",
    "`none`",
    "Only `none`: logs are written to standard output and never pushed.",
  )
  @IsIn(["none"], {
    message: "must be none; logs are written to standard output",
  })
  readonly OTEL_LOGS_EXPORTER: "none" = "none" as const;

  @Setting(
    "text",
    "`parentbased_traceidratio`",
    `Sampler: ${SAMPLERS.map((one) => `\`${one}\``).join(", ")}. With \`parentbased\`, the decision of the caller applies to traces that the caller started.`,
  )
  @IsIn(SAMPLERS, { message: `must be one of ${SAMPLERS.join(", ")}` })
  readonly OTEL_TRACES_SAMPLER: (typeof SAMPLERS)[number] =
    "parentbased_traceidratio";

  @Setting(
    "text",
    "`1`",
    "Ratio of traces that a `traceidratio` sampler records, 0 to 1.",
  )
  @IsOptional()
  @Must("must be a number from 0 to 1", isRatio)
  readonly OTEL_TRACES_SAMPLER_ARG?: string;

  @Setting(
    "list",
    "`tracecontext`",
    "`tracecontext` continues the trace of a caller (`traceparent`), `none` starts a new one for each request. `baggage` is accepted too, and has no effect: the gateway passes nothing on to the vendor.",
  )
  @IsIn(["tracecontext", "baggage", "none"], {
    each: true,
    message: "must be a list of tracecontext, baggage or none",
  })
  readonly OTEL_PROPAGATORS: readonly string[] = ["tracecontext"];

  @Setting("number", "`5000`", "Milliseconds between two exports.")
  @IsCount(1, MAX_MS)
  readonly OTEL_BSP_SCHEDULE_DELAY: number = 5_000;

  @Setting(
    "number",
    "`30000`",
    "Milliseconds after which a running export no longer delays the next batch.",
  )
  @IsCount(1, MAX_MS)
  readonly OTEL_BSP_EXPORT_TIMEOUT: number = 30_000;

  @Setting(
    "number",
    "`2048`",
    "Maximum number of spans that wait for an export. Further ones are lost.",
  )
  @IsCount(1, 1_000_000)
  readonly OTEL_BSP_MAX_QUEUE_SIZE: number = 2_048;

  @Setting(
    "number",
    "`512`",
    "Maximum number of spans per export, at most `OTEL_BSP_MAX_QUEUE_SIZE`.",
  )
  @IsCount(1, 1_000_000)
  readonly OTEL_BSP_MAX_EXPORT_BATCH_SIZE: number = 512;

  @Setting(
    "text",
    "`service.name` below, or `message-contacts-gateway`",
    "Service name in traces.",
  )
  @IsOptional()
  @MinLength(1)
  readonly OTEL_SERVICE_NAME?: string;

  @Setting(
    "list",
    "none",
    "Attributes of the process in traces: `name=value`, separated by commas, such as `deployment.environment.name=staging`. Values are percent-decoded.",
  )
  @IsOptional()
  @Must(PAIRS_RULE, isPair, true)
  readonly OTEL_RESOURCE_ATTRIBUTES?: readonly string[];
}

function isRatio(value: unknown): boolean {
  return (
    typeof value === "string" &&
    /^(?:\d(?:\.\d{0,20})?|\.\d{1,20})$/.test(value) &&
    Number(value) <= 1
  );
}
