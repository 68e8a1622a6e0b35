import { IsIn, IsOptional, Matches, MinLength } from "class-validator";
import { Must, webUrl } from "./rules.js";
import { Setting } from "./setting.js";

/** Export of traces. The names are those of OpenTelemetry. */
export class TelemetrySettings {
  @Setting(
    "text",
    "none",
    "Base URL of an OpenTelemetry collector (OTLP over HTTP), such as `http://127.0.0.1:4318`. Without it, no traces are recorded.",
  )
  @IsOptional()
  @Must(
    "must be http://<host>… or https://<host>…, without user and password",
    (value) => webUrl(value) !== null,
  )
  readonly OTEL_EXPORTER_OTLP_ENDPOINT?: string;

  @Setting(
    "list",
    "none",
    "HTTP headers for the collector: `name=value`, separated by commas.",
  )
  @IsOptional()
  @Matches(/^[\w-]+=.+$/, {
    each: true,
    message: "must be a list of name=value",
  })
  readonly OTEL_EXPORTER_OTLP_HEADERS?: readonly string[];

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
    "`1`",
    "Sampling ratio of traces that start in the gateway, 0 to 1. For traces that a client started, the sampling decision of the client applies.",
  )
  @Must("must be a number from 0 to 1", isRatio)
  readonly OTEL_TRACES_SAMPLER_ARG: string = "1";

  @Setting("text", "`message-contacts-gateway`", "Service name in traces.")
  @MinLength(1)
  readonly OTEL_SERVICE_NAME: string = "message-contacts-gateway";
}

function isRatio(value: unknown): boolean {
  return (
    typeof value === "string" &&
    /^\d(?:\.\d{1,9})?$/.test(value) &&
    Number(value) <= 1
  );
}
