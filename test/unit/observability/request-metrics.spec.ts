import { expect, test } from "@jest/globals";
import { ErrorCode } from "../../../src/errors/error-codes.js";
import { Metrics } from "../../../src/observability/metrics.js";
import { RequestMeter } from "../../../src/observability/request-metrics.js";

test("counts by code, and leaves the duration of streams out", () => {
  const metrics = new Metrics();
  const meter = new RequestMeter(metrics, "stream", "addMessageContact");
  meter.add(60, undefined);
  meter.add(60, ErrorCode.INTERNAL);
  meter.add(60, ErrorCode.INTERNAL);
  const counted = [...metrics.requests.entries()].map(([labels, { n }]) => [
    labels.at(-1),
    n,
  ]);
  expect(counted).toEqual([
    ["OK", 1],
    ["INTERNAL", 2],
  ]);
  expect([...metrics.requestSeconds.entries()]).toEqual([]);
});
