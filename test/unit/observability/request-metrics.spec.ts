import { expect, test } from "@jest/globals";
import { ErrorCode } from "../../../src/errors/error-codes.js";
import { Metrics } from "../../../src/observability/metrics.js";
import { recordRequest } from "../../../src/observability/request-metrics.js";

test("counts requests by code and excludes streams from the duration histogram", async () => {
  const metrics = new Metrics();
  const labels = { door: "stream", operation: "addMessageContact" } as const;
  recordRequest(metrics, labels, 60, undefined);
  recordRequest(metrics, labels, 60, ErrorCode.INTERNAL);
  recordRequest(metrics, labels, 60, ErrorCode.INTERNAL);
  const { values } = await metrics.requests.get();
  expect(values.map(({ labels: { code }, value }) => [code, value])).toEqual([
    ["OK", 1],
    ["INTERNAL", 2],
  ]);
  expect((await metrics.requestSeconds.get()).values).toEqual([]);
});
