import { describe, expect, it } from "@jest/globals";
import { Counter, Gauge, Histogram, Registry } from "prom-client";
import { aggregateScrape } from "../../../src/observability/aggregate-metrics.js";
import { CountTotals } from "../../../src/processes/count-totals.js";
import {
  START_TICKS,
  WorkerStatus,
} from "../../../src/processes/worker-status.js";

const MAX_MISSED = 3;

const ticks = (status: WorkerStatus, count: number): unknown[] =>
  Array.from({ length: count }, () => status.tick()).filter(
    (change) => change !== null,
  );

describe("the status of a worker", () => {
  it("is ready from its start until it stops", () => {
    const status = new WorkerStatus(MAX_MISSED);
    expect(status.isReady).toBe(false);
    status.markStarted();
    expect(status.isReady).toBe(true);
    status.markStopping();
    expect([status.isReady, status.hasStarted]).toEqual([false, true]);
  });

  it("is not ready without heartbeats, and given up after twice that time", () => {
    const status = new WorkerStatus(MAX_MISSED);
    status.markStarted();
    expect(ticks(status, MAX_MISSED)).toEqual([]);
    expect(status.isReady).toBe(true);
    expect(ticks(status, 1)).toEqual(["silent"]);
    expect(status.isReady).toBe(false);
    expect(ticks(status, MAX_MISSED)).toEqual(["given-up"]);
    expect(ticks(status, 10)).toEqual([]);
  });

  it("is ready again with the next heartbeat", () => {
    const status = new WorkerStatus(MAX_MISSED);
    status.markStarted();
    ticks(status, MAX_MISSED + 1);
    status.recordHeartbeat();
    expect(status.isReady).toBe(true);
    expect(ticks(status, MAX_MISSED)).toEqual([]);
  });

  it("is given up when it does not start to serve requests", () => {
    const status = new WorkerStatus(MAX_MISSED);
    expect(ticks(status, START_TICKS)).toEqual([]);
    expect(ticks(status, 1)).toEqual(["given-up"]);
  });
});

/** Metrics of a worker that has served this many requests. */
async function metricsOf(requests: number): Promise<object> {
  const registers = [new Registry()];
  new Counter({
    name: "requests_total",
    help: "h",
    labelNames: ["code"],
    registers,
  }).inc({ code: "OK" }, requests);
  new Gauge({ name: "open", help: "h", registers }).set(requests);
  const seconds = new Histogram({
    name: "seconds",
    help: "h",
    buckets: [1],
    registers,
  });
  for (let count = 0; count < requests; count += 1) seconds.observe(0.5);
  return registers[0]?.getMetricsAsJSON() ?? [];
}

describe("the totals over all workers", () => {
  const textOf = async (
    totals: CountTotals,
    running: readonly object[],
  ): Promise<string> =>
    (await aggregateScrape(await totals.including(() => running))).text;

  it("keep the counters and histograms of exited workers, but not their gauges", async () => {
    const totals = new CountTotals();
    totals.add(await metricsOf(3));
    const text = await textOf(totals, [await metricsOf(1)]);
    expect(text).toContain('requests_total{code="OK"} 4');
    expect(text).toContain("seconds_count 4");
    expect(text).toContain('seconds_bucket{le="1"} 4');
    expect(text).toContain("open 1");
  });

  it("include each exited worker once, even under concurrent scrapes", async () => {
    const totals = new CountTotals();
    for (let count = 0; count < 5; count += 1) totals.add(await metricsOf(2));
    const running = [await metricsOf(1)];
    const texts = await Promise.all([
      textOf(totals, running),
      textOf(totals, running),
    ]);
    totals.add(await metricsOf(7));
    texts.push(await textOf(totals, running));
    const sums = texts.map(
      (text) => /^requests_total\{code="OK"\} (\d+)$/m.exec(text)?.[1],
    );
    expect(sums).toEqual(["11", "11", "18"]);
  });
});
