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
      [a, b, a, b].map((one) => one.take(8, 20)),
    );
    const granted = grants.reduce((sum, one) => sum + one.granted, 0);
    expect(granted).toBe(20);
    expect((await a.take(1, 20)).granted).toBe(0);
    expect((await a.take(1, 20)).retryInMs).toBeGreaterThan(0);
  });

  it("are divided equally while both replicas wait for more", async () => {
    const [a, b] = replicas("equally");
    expect((await a.take(20, 20)).granted).toBe(20);
    expect((await b.take(20, 20)).granted).toBe(0);
    // `b` waits, so `a` must not take more than a half.
    expect((await a.take(20, 40)).granted).toBe(0);
    expect((await b.take(20, 40)).granted).toBe(20);
    expect(a.share).toBe(0.5);
  });

  it("of one operation do not count for another one", async () => {
    const [a] = replicas("one");
    const [other] = replicas("other");
    expect((await a.take(20, 20)).granted).toBe(20);
    expect((await other.take(20, 20)).granted).toBe(20);
  });

  it("replace a value of another type in Redis", async () => {
    const [a] = replicas("odd");
    for (const part of ["taken", "replicas", "waiting", "rate"]) {
      await connections[0]?.set(`pace:{odd}:${part}`, "odd", 60_000);
    }
    expect((await a.take(20, 20)).granted).toBe(20);
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
    // Two tokens of this replica are in use already.
    let granted = 0;
    for (let n = 0; n < 5; n += 1) granted += (await a.take(20, 20)).granted;
    expect(granted).toBe(8);
  });
});
