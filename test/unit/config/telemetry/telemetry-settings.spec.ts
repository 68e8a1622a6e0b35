import { describe, expect, it } from "@jest/globals";
import { ConfigError, readConfig } from "../../../../src/config/read-config.js";

type Environment = Readonly<Record<string, string>>;

function problemsOf(environment: Environment): readonly string[] {
  try {
    readConfig(environment);
    return [];
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    expect(error.report).not.toMatch(/canary/);
    return error.problems;
  }
}

describe("a variable of OpenTelemetry", () => {
  it.each<Environment>([
    { OTEL_EXPORTER_OTLP_PROTOCOL: "grpc" },
    { OTEL_EXPORTER_OTLP_TRACES_PROTOCOL: "grpc" },
    { OTEL_EXPORTER_OTLP_ENDPOINT: "collector:4317" },
    { OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: "https://u:canary@c.example" },
    { OTEL_EXPORTER_OTLP_HEADERS: "canary" },
    { OTEL_EXPORTER_OTLP_HEADERS: "a=%canary" },
    { OTEL_EXPORTER_OTLP_HEADERS: "a=canary%0d%0ab:c" },
    { OTEL_EXPORTER_OTLP_HEADERS: "a b=canary" },
    { OTEL_EXPORTER_OTLP_TIMEOUT: "0" },
    { OTEL_EXPORTER_OTLP_TIMEOUT: "10s" },
    { OTEL_EXPORTER_OTLP_COMPRESSION: "zstd" },
    { OTEL_EXPORTER_OTLP_CERTIFICATE: "/nowhere/ca.pem" },
    { OTEL_EXPORTER_OTLP_INSECURE: "true" },
    { OTEL_TRACES_EXPORTER: "zipkin" },
    { OTEL_TRACES_EXPORTER: "console" },
    { OTEL_METRICS_EXPORTER: "otlp" },
    { OTEL_LOGS_EXPORTER: "otlp" },
    { OTEL_TRACES_SAMPLER: "jaeger_remote" },
    { OTEL_TRACES_SAMPLER_ARG: "1.1" },
    { OTEL_TRACES_SAMPLER_ARG: "-0.1" },
    { OTEL_PROPAGATORS: "tracecontext,b3" },
    { OTEL_PROPAGATORS: "tracecontext,none" },
    { OTEL_BSP_SCHEDULE_DELAY: "fast" },
    { OTEL_BSP_MAX_EXPORT_BATCH_SIZE: "4096" },
    { OTEL_RESOURCE_ATTRIBUTES: "canary" },
    { OTEL_SDK_DISABLED: "yes" },
    { OTEL_EXPORTER_OTLP_METRICS_ENDPOINT: "http://canary.example" },
    { OTEL_EXPORTER_OTLP_LOGS_ENDPOINT: "http://canary.example" },
    { OTEL_METRIC_EXPORT_INTERVAL: "1000" },
    { OTEL_BLRP_SCHEDULE_DELAY: "1000" },
    { OTEL_EXPORTER_JAEGER_ENDPOINT: "http://canary.example" },
    { OTEL_EXPORTER_ZIPKIN_ENDPOINT: "http://canary.example" },
    { OTEL_EXPORTER_PROMETHEUS_PORT: "9464" },
    { OTEL_CONFIG_FILE: "/canary" },
    { OTEL_LOG_LEVEL: "debug" },
    { OTEL_ATTRIBUTE_COUNT_LIMIT: "1" },
    { OTEL_SPAN_ATTRIBUTE_VALUE_LENGTH_LIMIT: "1" },
  ])("is rejected if it cannot be honoured: %j", (environment) => {
    const problems = problemsOf(environment);
    expect(problems).toHaveLength(1);
    const [name = ""] = Object.keys(environment);
    // A variable for traces is reported by the name of the general one.
    expect(problems[0]).toMatch(
      new RegExp(`^(?:${name}|${name.replace("_TRACES_", "_")})[: ]`),
    );
  });

  it.each<Environment>([
    {
      OTEL_TRACES_SAMPLER: "always_on",
      OTEL_TRACES_SAMPLER_ARG: "0.5",
    },
    { OTEL_EXPORTER_OTLP_CLIENT_KEY: "package.json" },
  ])("is rejected if another one contradicts it: %j", (environment) => {
    expect(problemsOf(environment)).toHaveLength(1);
  });

  it("has the precedence of the specification over the one for all signals", () => {
    const config = readConfig({
      OTEL_EXPORTER_OTLP_TIMEOUT: "1000",
      OTEL_EXPORTER_OTLP_TRACES_TIMEOUT: "2000",
      OTEL_EXPORTER_OTLP_COMPRESSION: "gzip",
      OTEL_EXPORTER_OTLP_TRACES_COMPRESSION: "",
    });
    expect(config).toMatchObject({
      OTEL_EXPORTER_OTLP_TIMEOUT: 2_000,
      OTEL_EXPORTER_OTLP_COMPRESSION: "gzip",
    });
  });

  it.each<Environment>([
    { OTEL_METRICS_EXPORTER: "none", OTEL_METRIC_EXPORT_INTERVAL: "1000" },
    {
      OTEL_METRICS_EXPORTER: "prometheus",
      OTEL_EXPORTER_OTLP_METRICS_ENDPOINT: "http://c.example",
    },
    { OTEL_LOGS_EXPORTER: "none", OTEL_BLRP_SCHEDULE_DELAY: "1" },
    { OTEL_SDK_DISABLED: "true", OTEL_EXPORTER_ZIPKIN_ENDPOINT: "x" },
    { OTEL_PROPAGATORS: "tracecontext,baggage" },
    { OTEL_CONFIG_FILE: "" },
    { OTEL_EXPORTER_JAEGER_PORT: "tcp://10.0.0.1:6831" },
    { OTEL_POD_IP: "10.0.0.1", OTEL_NODE_IP: "10.0.0.2" },
  ])("is accepted where it asks for nothing else: %j", (environment) => {
    expect(problemsOf(environment)).toEqual([]);
  });

  it("that is unknown is reported as a warning", () => {
    expect(readConfig({ OTEL_POD_IP: "10.0.0.1" }).warnings).toEqual([
      "OTEL_POD_IP is unknown and has no effect.",
    ]);
    const near = readConfig({ OTEL_SERVICE_NAMES: "a" }).warnings;
    expect(near).toEqual([
      "OTEL_SERVICE_NAMES is not a setting. Did you mean OTEL_SERVICE_NAME?",
    ]);
  });
});
