import { readFileSync } from "node:fs";
import { expect, test } from "@jest/globals";
import { collectorOf } from "../../../src/observability/tracing/open-tracing.js";
import { sourceFiles } from "../../support/source-files.js";

const SRC = new URL("../../../src/", import.meta.url);

/** Files with a static import of this module; type imports are ignored. */
function importersOf(name: RegExp): string[] {
  return sourceFiles().filter((file) => {
    const text = readFileSync(new URL(file, SRC), "utf8");
    return [...text.matchAll(/^import (?!type\b)[^;]*?from "([^"]+)"/gm)].some(
      ([, from = ""]) => name.test(from),
    );
  });
}

test("loads the tracing library only when traces are enabled", () => {
  const loading = ["otel-tracing", "request-span", "sampler"];
  expect(importersOf(/^@opentelemetry\//).sort()).toEqual(
    loading.map((name) => `observability/tracing/${name}.ts`),
  );
  expect(importersOf(/\/(?:request-span|sampler)\.js$/)).toEqual([
    "observability/tracing/otel-tracing.ts",
  ]);
  expect(importersOf(/\/otel-tracing\.js$/)).toEqual([]);
});

test.each([
  [{}, null],
  [{ OTEL_TRACES_EXPORTER: "otlp" }, "http://localhost:4318"],
  [{ OTEL_EXPORTER_OTLP_ENDPOINT: "http://c:1/" }, "http://c:1"],
  [
    { OTEL_EXPORTER_OTLP_ENDPOINT: "http://c:1", OTEL_TRACES_EXPORTER: "none" },
    null,
  ],
] as const)("sends spans of %j to %s", (config, collector) => {
  expect(collectorOf(config)).toBe(collector);
});
