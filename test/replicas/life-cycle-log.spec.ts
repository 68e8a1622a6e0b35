import { afterEach, beforeAll, describe, expect, it } from "@jest/globals";
import { EmulatedProcess } from "../support/emulated-process.js";
import { buildGateway } from "../support/gateway-process.js";
import { hasRedisServer, RedisServer } from "../support/redis-server.js";
import { until } from "../support/until.js";

type Line = Readonly<Record<string, unknown>>;

const describeHere = hasRedisServer() ? describe : describe.skip;

describeHere("the log of several processes", () => {
  let entry: string;
  let redis: RedisServer;
  let running: EmulatedProcess;

  beforeAll(() => {
    entry = buildGateway();
  }, 180_000);
  afterEach(async () => {
    await running.stop();
    await redis.kill();
  });

  const events = (...names: string[]): Line[] =>
    running.gateway.output
      .split("\n")
      .filter((line) => line !== "")
      .map((line) => JSON.parse(line) as Line)
      .filter(({ event }) => names.includes(String(event)));
  const waitFor = (event: string, count = 1): Promise<Line[]> =>
    until(`${count} times the event ${event}`, () => {
      const found = events(event);
      return found.length >= count ? found : null;
    });

  it("reports lost workers and lost shared state, and that they are back", async () => {
    redis = await RedisServer.start();
    running = await EmulatedProcess.start(entry, {
      LOG_LEVEL: "info",
      REDIS_URL: redis.url,
      WEB_CONCURRENCY: "2",
    });
    const { gateway } = running;
    const pid = gateway.pid;
    await waitFor("ready");
    expect(events("start", "ready")).toEqual([
      expect.objectContaining({ pid, workers: 2, sharedState: "redis" }),
      expect.objectContaining({ pid, url: gateway.url }),
    ]);

    const [victim = 0] = gateway.workers();
    process.kill(victim, "SIGKILL");
    const [lost] = await waitFor("worker-lost");
    expect(lost).toMatchObject({
      level: "error",
      pid: victim,
      outcome: "SIGKILL",
    });
    const [next] = await waitFor("worker-ready");
    expect(gateway.workers()).toContain(next?.["pid"]);

    await redis.kill();
    // At least one event for each worker: a slow answer of Redis is an event as well.
    const [away] = await waitFor("shared-state-lost", 2);
    expect(away).toMatchObject({ level: "warn" });
    await redis.restart();
    await waitFor("shared-state-back", 2);

    gateway.send("SIGTERM");
    expect((await gateway.ended).code).toBe(0);
    const pids = [pid, ...events("drain").map((line) => line["pid"])];
    expect(new Set(pids).size).toBe(3);
    const stops = events("stop");
    expect(stops).toHaveLength(3);
    // The primary is the last one to stop.
    expect(stops[2]).toMatchObject({ pid, outcome: "graceful" });
  }, 60_000);
});
