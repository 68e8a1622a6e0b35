import {
  AlwaysOffSampler,
  AlwaysOnSampler,
  ParentBasedSampler,
  TraceIdRatioBasedSampler,
  type Sampler,
} from "@opentelemetry/sdk-trace";
import type { Config } from "../../config/config.js";

/** The sampler of `OTEL_TRACES_SAMPLER` and its argument. */
export function samplerOf(
  config: Pick<Config, "OTEL_TRACES_SAMPLER" | "OTEL_TRACES_SAMPLER_ARG">,
): Sampler {
  const { OTEL_TRACES_SAMPLER: name } = config;
  const kind = name.replace("parentbased_", "");
  const root =
    kind === "always_on"
      ? new AlwaysOnSampler()
      : kind === "always_off"
        ? new AlwaysOffSampler()
        : new TraceIdRatioBasedSampler(
            Number(config.OTEL_TRACES_SAMPLER_ARG ?? "1"),
          );
  return kind === name ? root : new ParentBasedSampler({ root });
}
