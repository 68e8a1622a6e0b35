import { describe, expect, it } from "@jest/globals";
import { Counter, Gauge, Histogram, Registry } from "prom-client";
import { aggregateScrape } from "../../../src/observability/aggregate-metrics.js";
import { CountTotals } from "../../../src/processes/count-totals.js";
import {
  START_TICKS,
  WorkerStatus,
} from "../../../src/processes/worker-status.js";

const PATIENCE = 3;

const ticks = (standing: WorkerStatus, count: number): unknown[] =>
  Array.from({ length: count }, () => standing.tick()).filter(
    (finding) => finding !== null,
  );

describe("the standing of a worker", () => {
  it("is ready from its beginning to its end", () => {
    const standing = new WorkerStatus(PATIENCE);
    expect(standing.isReady).toBe(false);
    standing.markStarted();
    expect(standing.isReady).toBe(true);
    standing.markStopping();
    expect([standing.isReady, standing.hasStarted]).toEqual([false, true]);
  });

  it("is not ready without heartbeats, and given up after twice as long", () => {
    const standing = new WorkerStatus(PATIENCE);
    standing.markStarted();
    expect(ticks(standing, PATIENCE)).toEqual([]);
    expect(standing.isReady).toBe(true);
    expect(ticks(standing, 1)).toEqual(["silent"]);
    expect(standing.isReady).toBe(false);
    expect(ticks(standing, PATIENCE)).toEqual(["given-up"]);
    expect(ticks(standing, 10)).toEqual([]);
  });

  it("is ready again with the next heartbeat", () => {
    const standing = new WorkerStatus(PATIENCE);
    standing.markStarted();
    ticks(standing, PATIENCE + 1);
    standing.recordHeartbeat();
    expect(standing.isReady).toBe(true);
    expect(ticks(standing, PATIENCE)).toEqual([]);
  });

  it("is given up when it does not begin to answer", () => {
    const standing = new WorkerStatus(PATIENCE);
    expect(ticks(standing, START_TICKS)).toEqual([]);
    expect(ticks(standing, 1)).toEqual(["given-up"]);
  });
});

/** Metrics of a worker that has served so many requests. */
async function countsOf(requests: number): Promise<object> {
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

describe("the sums over all workers", () => {
  const textOf = async (
    totals: CountTotals,
    running: readonly object[],
  ): Promise<string> =>
    (await aggregateScrape(await totals.including(() => running))).text;

  it("keep the counters and histograms of ended workers, but no gauge", async () => {
    const totals = new CountTotals();
    totals.add(await countsOf(3));
    const text = await textOf(totals, [await countsOf(1)]);
    expect(text).toContain('requests_total{code="OK"} 4');
    expect(text).toContain("seconds_count 4");
    expect(text).toContain('seconds_bucket{le="1"} 4');
    expect(text).toContain("open 1");
  });

  it("add each ended worker once, however many end and however often they are asked for", async () => {
    const totals = new CountTotals();
    for (let count = 0; count < 5; count += 1) totals.add(await countsOf(2));
    const running = [await countsOf(1)];
    const texts = await Promise.all([
      textOf(totals, running),
      textOf(totals, running),
    ]);
    totals.add(await countsOf(7));
    texts.push(await textOf(totals, running));
    const sums = texts.map(
      (text) => /^requests_total\{code="OK"\} (\d+)$/m.exec(text)?.[1],
    );
    expect(sums).toEqual(["11", "11", "18"]);
  });
});
