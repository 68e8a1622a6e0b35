import { expect, it } from "@jest/globals";
import { AdaptiveLimit } from "../../../../src/upstream/pacing/adaptive-limit.js";

it("is lowered once for calls that are throttled together, and not below 1", () => {
  let nowMs = 0;
  const limit = new AdaptiveLimit(20, () => nowMs);
  limit.recordThrottled();
  limit.recordThrottled();
  expect(limit.perSecond).toBe(14);
  for (let n = 0; n < 20; n += 1) {
    nowMs += 1_000;
    limit.recordThrottled();
  }
  expect(limit.perSecond).toBe(1);
});

it("is raised by about one for each second of successful calls, up to the configured one", () => {
  let nowMs = 0;
  const limit = new AdaptiveLimit(20, () => nowMs);
  limit.recordThrottled();
  for (nowMs = 0; nowMs < 3_000; nowMs += 1_000) {
    for (let n = limit.perSecond; n > 0; n -= 1) limit.recordSuccess();
  }
  expect(limit.perSecond).toBeGreaterThanOrEqual(16);
  expect(limit.perSecond).toBeLessThanOrEqual(17);
  for (let n = 0; n < 1_000; n += 1) limit.recordSuccess();
  expect(limit.perSecond).toBe(20);
});
