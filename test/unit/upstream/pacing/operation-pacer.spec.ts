import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { ErrorCode } from "../../../../src/errors/error-codes.js";
import { GatewayError } from "../../../../src/errors/gateway-error.js";
import { AdaptiveLimit } from "../../../../src/upstream/pacing/adaptive-limit.js";
import { LocalCallTokens } from "../../../../src/upstream/pacing/call-tokens.js";
import {
  OperationPacer,
  type PacedCall,
} from "../../../../src/upstream/pacing/operation-pacer.js";
import { SharedTiming } from "../../../support/fake-timing.js";

function paced(perSecond = 20) {
  const timing = new SharedTiming();
  const pacer = new OperationPacer(
    new LocalCallTokens(timing.now),
    new AdaptiveLimit(perSecond, timing.now),
    timing,
  );
  const started: { name: string; atMs: number }[] = [];
  const call = async (
    name: string,
    more: Partial<PacedCall> = {},
  ): Promise<void> => {
    await pacer.acquire({
      turn: { caller: name, request: name },
      untilMs: timing.now() + 60_000,
      isReserved: false,
      ...more,
    });
    started.push({ name, atMs: timing.now() });
  };
  return { timing, pacer, started, call };
}

describe("paced calls", () => {
  it("never exceed the limit in any second, however they arrive", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(
          fc.record({
            pauseMs: fc.nat(400),
            count: fc.nat(15),
            isReserved: fc.boolean(),
          }),
          { maxLength: 12 },
        ),
        async (arrivals) => {
          const { timing, started, call } = paced(10);
          const all = async (): Promise<void> => {
            const calls: Promise<void>[] = [];
            for (const { pauseMs, count, isReserved } of arrivals) {
              await timing.sleep(pauseMs);
              for (let n = 0; n < count; n += 1) {
                calls.push(call("a", { isReserved }));
              }
            }
            await Promise.all(calls);
          };
          await timing.run(all());
          for (const { atMs } of started) {
            const within = started.filter(
              (one) => one.atMs >= atMs && one.atMs < atMs + 1_000,
            );
            expect(within.length).toBeLessThanOrEqual(10);
          }
        },
      ),
      { numRuns: 30 },
    );
  }, 60_000);

  it("start at once while less than half of the limit is used, then in even steps", async () => {
    const { timing, started, call } = paced();
    await timing.run(Promise.all(Array.from({ length: 60 }, () => call("a"))));
    const times = started.map(({ atMs }) => atMs);
    expect(times.slice(0, 9).every((atMs) => atMs === 0)).toBe(true);
    const steps = times.slice(9).map((atMs, at) => atMs - (times[at + 8] ?? 0));
    // 9 tokens are left for 1,100 ms, and later 18.
    expect(Math.max(...steps)).toBeLessThanOrEqual(125);
    expect(Math.min(...steps)).toBeGreaterThanOrEqual(30);
    // At the full rate, the last one would start after 3,067 ms at the earliest.
    expect(times.at(-1)).toBeLessThan(4_000);
  });

  it("leave tokens for writes that ordinary reads cannot use", async () => {
    const { timing, started, call } = paced();
    const reads = Array.from({ length: 40 }, () => call("read"));
    const writes = Array.from({ length: 2 }, () =>
      call("write", { isReserved: true }),
    );
    await timing.run(Promise.all([...reads, ...writes]));
    const writesStarted = started.filter(({ name }) => name === "write");
    expect(writesStarted.map(({ atMs }) => atMs)).toEqual([0, 0]);
    const first = started.filter(({ atMs }) => atMs < 1_100);
    expect(first.length).toBeGreaterThanOrEqual(16);
    expect(first.length).toBeLessThanOrEqual(18);
  });

  it("take turns between callers, so that a batch does not delay a page", async () => {
    const { timing, started, call } = paced();
    const batch = Array.from({ length: 100 }, () => call("batch"));
    const page = call("page");
    await timing.run(Promise.all([...batch, page]));
    const before = started.findIndex(({ name }) => name === "page");
    expect(before).toBeLessThanOrEqual(18);
  });

  it("are rejected at once with the wait as Retry-After if they cannot start in time", async () => {
    const { timing, call } = paced(10);
    // 9 tokens for ordinary calls in 1.1 seconds.
    const waiting = Array.from({ length: 27 }, () => call("a"));
    const late = call("a", { untilMs: 2_000 }).catch((error: unknown) => error);
    const error = await late;
    expect(timing.now()).toBe(0);
    expect(error).toBeInstanceOf(GatewayError);
    expect((error as GatewayError).code).toBe(ErrorCode.UPSTREAM_THROTTLED);
    expect((error as GatewayError).details.retryAfterSeconds).toBe(3);
    await timing.run(Promise.all(waiting));
  });

  it("of another caller are accepted although one caller has filled its time", async () => {
    const { timing, call } = paced(10);
    const waiting = Array.from({ length: 80 }, () => call("batch"));
    const page = call("page", { untilMs: 3_000 });
    await timing.run(page);
    await timing.run(Promise.all(waiting));
  });

  it("are rejected when their time is up, although the rate was lowered meanwhile", async () => {
    const { timing, pacer, call } = paced(10);
    await timing.run(Promise.all(Array.from({ length: 9 }, () => call("a"))));
    const waiting = expect(
      call("a", { untilMs: 1_500 }),
    ).rejects.toBeInstanceOf(GatewayError);
    pacer.recordThrottled(60_000);
    pacer.recordThrottled(60_000);
    for (let n = 0; n < 20; n += 1) {
      await timing.run(timing.sleep(100));
      pacer.recordThrottled(60_000);
    }
    await waiting;
  });

  it("are skipped when their caller has disconnected", async () => {
    const { timing, started, call } = paced(10);
    await timing.run(Promise.all(Array.from({ length: 9 }, () => call("a"))));
    const gone = call("gone", { isWanted: () => false });
    await expect(timing.run(gone)).rejects.toBeInstanceOf(GatewayError);
    await timing.run(call("next"));
    expect(started.map(({ name }) => name)).not.toContain("gone");
  });

  it("slow down while the vendor throttles, and report pressure", async () => {
    const { timing, pacer, started, call } = paced();
    expect(pacer.isUnderPressure).toBe(false);
    pacer.recordThrottled(500);
    expect(pacer.isUnderPressure).toBe(true);
    await timing.run(call("a"));
    expect(started[0]?.atMs).toBeGreaterThanOrEqual(500);
    expect(pacer.status.perSecond).toBe(14);
  });
});
