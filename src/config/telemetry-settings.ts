import { IsIn, IsOptional, Matches, MinLength } from "class-validator";
import { AccessSettings } from "./access-settings.js";
import { Must, webUrl } from "./rules.js";
import { Setting } from "./setting.js";

/** Where traces go; the names are OpenTelemetry's own. */
export abstract class TelemetrySettings extends AccessSettings {
  @Setting(
    "text",
    "none",
    "Base URL of an OpenTelemetry collector that takes OTLP over HTTP, such as `http://127.0.0.1:4318`. Unset: no traces, at no cost.",
  )
  @IsOptional()
  @Must(
    "must be http://<host>… or https://<host>…, without a user",
    (value) => webUrl(value) !== null,
  )
  readonly OTEL_EXPORTER_OTLP_ENDPOINT?: string;

  @Setting(
    "list",
    "none",
    "Headers for the collector: `name=value`, separated by commas. Never printed.",
  )
  @IsOptional()
  @Matches(/^[\w-]+=.+$/, {
    each: true,
    message: "must be a list of name=value",
  })
  readonly OTEL_EXPORTER_OTLP_HEADERS?: readonly string[];

  @Setting(
    "text",
    "`otlp` with an endpoint, else `none`",
    "`otlp` or `none`. `otlp` without an endpoint means `http://localhost:4318`; `none` turns traces off in any case.",
  )
  @IsOptional()
  @IsIn(["otlp", "none"], { message: "must be otlp or none" })
  readonly OTEL_TRACES_EXPORTER?: "otlp" | "none";

  @Setting(
    "text",
    "`1`",
    "Share of the traces begun here that is kept, 0 to 1. Traces that a caller began follow the caller's choice.",
  )
  @Must("must be a number from 0 to 1", isShare)
  readonly OTEL_TRACES_SAMPLER_ARG: string = "1";

  @Setting(
    "text",
    "`message-contacts-gateway`",
    "Name of this service in traces.",
  )
  @MinLength(1)
  readonly OTEL_SERVICE_NAME: string = "message-contacts-gateway";
}

function isShare(value: unknown): boolean {
  return (
    typeof value === "string" &&
    /^\d(?:\.\d{1,9})?$/.test(value) &&
    Number(value) <= 1
  );
}
