import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { Logger } from "../../src/logging/logger.js";
import { RedisCallTokens } from "../../src/shared-state/redis/redis-call-tokens.js";
import { RedisConnection } from "../../src/shared-state/redis/redis-connection.js";
import { accessTo } from "../support/redis-access.js";
import { until } from "../support/until.js";
import { hasRedisServer, RedisServer } from "../support/redis-server.js";

const describeHere = hasRedisServer() ? describe : describe.skip;

describeHere("tokens for vendor calls in Redis", () => {
  let redis: RedisServer;
  let connections: RedisConnection[];

  beforeAll(async () => {
    redis = await RedisServer.start();
    connections = Array.from(
      { length: 2 },
      () =>
        new RedisConnection(
          accessTo(redis.url),
          "test:",
          new Logger({ LOG_LEVEL: "silent" }),
        ),
    );
    await Promise.all(connections.map((one) => one.waitForProbe(5_000)));
  });
  afterAll(async () => {
    await Promise.all(connections.map((one) => one.close()));
    await redis.kill();
  });

  const replicas = (name: string): [RedisCallTokens, RedisCallTokens] => {
    const [a, b] = connections.map(
      (connection) => new RedisCallTokens(connection, name),
    );
    if (a === undefined || b === undefined) throw new Error("no connection");
    return [a, b];
  };

  it("are never more than the limit for all replicas together", async () => {
    const [a, b] = replicas("together");
    const grants = await Promise.all(
      [a, b, a, b].map((one) => one.take(40, 20)),
    );
    const granted = grants.reduce((sum, one) => sum + one.granted, 0);
    // Half of the limit may be taken at once.
    expect(granted).toBe(10);
  });

  it("are granted in even steps when half of the limit is used", async () => {
    const [a, b] = replicas("steps");
    expect((await a.take(10, 20)).granted).toBe(10);
    const { granted, retryInMs } = await b.take(5, 20);
    expect(granted).toBe(0);
    expect(retryInMs).toBeGreaterThan(0);
    // 10 tokens are left until the first ones return after 1,150 ms.
    expect(retryInMs).toBeLessThanOrEqual(115);
    await until("the next token", async () => {
      const next = await b.take(5, 20);
      expect(next.granted).toBeLessThanOrEqual(1);
      return next.granted === 1;
    });
  });

  it("are divided equally while both replicas wait for more", async () => {
    const [a, b] = replicas("equally");
    expect((await a.take(10, 20)).granted).toBe(10);
    expect((await b.take(1, 20)).granted).toBe(0);
    // `b` waits, so `a` must not take more than a half.
    await until("the other replica gets the next token", async () => {
      expect((await a.take(1, 20)).granted).toBe(0);
      return (await b.take(1, 20)).granted === 1;
    });
    expect(a.share).toBe(0.5);
  });

  it("of one operation do not count for another one", async () => {
    const [a] = replicas("one");
    const [other] = replicas("other");
    expect((await a.take(20, 20)).granted).toBe(10);
    expect((await other.take(20, 20)).granted).toBe(10);
  });

  it("replace a value of another type in Redis", async () => {
    const [a] = replicas("odd");
    for (const part of ["taken", "replicas", "waiting", "rate"]) {
      await connections[0]?.set(`pace:{odd}:${part}`, "odd", 60_000);
    }
    expect((await a.take(20, 20)).granted).toBe(10);
  });

  it("are fewer for all replicas after the vendor throttled a call of one", async () => {
    const [a, b] = replicas("throttled");
    expect((await b.take(1, 20)).rate).toBe(20);
    a.recordOutcome(true, 20);
    a.recordOutcome(true, 20);
    await until(
      "the other replica knows the lower rate",
      async () => (await b.take(0, 20)).rate === 14,
    );
    let granted = 1;
    for (const one of [b, a]) granted += (await one.take(20, 20)).granted;
    expect(granted).toBeLessThanOrEqual(14);
  });

  it("are more again after calls of any replica succeeded", async () => {
    const [a, b] = replicas("raised");
    a.recordOutcome(true, 20);
    await until(
      "the rate is lowered",
      async () => (await b.take(0, 20)).rate === 14,
    );
    for (let n = 0; n < 14; n += 1) (n % 2 ? a : b).recordOutcome(false, 20);
    await a.take(0, 20);
    const { rate } = await b.take(0, 20);
    expect(rate).toBeGreaterThan(14.9);
    expect(rate).toBeLessThan(15);
    for (let n = 0; n < 300; n += 1) a.recordOutcome(false, 20);
    expect((await a.take(0, 20)).rate).toBe(20);
  });

  it("are an equal share of the limit while Redis is unreachable", async () => {
    const [a, b] = replicas("outage");
    expect((await a.take(1, 20)).granted).toBe(1);
    expect((await b.take(1, 20)).granted).toBe(1);
    await a.take(1, 20);
    await redis.kill();
    // Half of 10 may be taken at once, and two of them are in use already.
    let granted = 0;
    for (let n = 0; n < 5; n += 1) granted += (await a.take(20, 20)).granted;
    expect(granted).toBe(3);
  });
});
