import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { Redis } from "ioredis";
import { Logger } from "../../src/logging/logger.js";
import { RedisConnection } from "../../src/shared-state/redis/redis-connection.js";
import { RedisVerificationHistory } from "../../src/shared-state/redis/verifications/redis-verification-history.js";
import { accessTo } from "../support/redis-access.js";
import { hasRedisServer, RedisServer } from "../support/redis-server.js";

const describeHere = hasRedisServer() ? describe : describe.skip;

const TOM = { contactId: "c-1", target: "tom@example.com" };
const BEN = { contactId: "c-2", target: "86-13900001234" };

describeHere("the history of verifications in Redis", () => {
  let redis: RedisServer;
  let admin: Redis;
  let connections: RedisConnection[];
  let replicas: RedisVerificationHistory[];

  beforeAll(async () => {
    redis = await RedisServer.start();
    admin = new Redis(redis.url);
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
    replicas = connections.map(
      (connection) => new RedisVerificationHistory(connection, "secret"),
    );
  });
  afterAll(async () => {
    await Promise.all(connections.map((one) => one.close()));
    await redis.kill();
  });

  const pair = (): [RedisVerificationHistory, RedisVerificationHistory] => {
    const [a, b] = replicas;
    if (a === undefined || b === undefined) throw new Error("no replica");
    return [a, b];
  };

  it("is the same for all replicas", async () => {
    const [a, b] = pair();
    const [first] = await a.observeAll("shared", [TOM], Date.now());
    const [second] = await b.observeAll("shared", [TOM, BEN], Date.now());
    expect(second?.firstSeenAtMs).toBe(first?.firstSeenAtMs);
    expect(second?.lastSentAtMs).toBeNull();
    a.recordSent("shared", TOM);
    const [third] = await a.observeAll("shared", [TOM], Date.now());
    const [fourth] = await b.observeAll("shared", [TOM], Date.now());
    expect(third?.lastSentAtMs).not.toBeNull();
    expect(fourth).toEqual(third);
  });

  it("forgets what is no longer pending, and what was cancelled", async () => {
    const [a, b] = pair();
    await a.observeAll("pruned", [TOM, BEN], Date.now());
    a.recordSent("pruned", BEN);
    // A reading that began after both were touched does not find TOM.
    await b.observeAll("pruned", [BEN], Date.now() + 60_000);
    a.forget("pruned", BEN);
    const times = await b.observeAll("pruned", [BEN], Date.now());
    expect(times).toMatchObject([{ lastSentAtMs: null }]);
  });

  it("contains no address and no number", async () => {
    const [a] = pair();
    await a.observeAll("personal", [TOM, BEN], Date.now());
    const [key = ""] = await admin.keys("*pending:*personal*");
    const dump = JSON.stringify([key, await admin.hgetall(key)]);
    expect(Object.keys(await admin.hgetall(key))).toHaveLength(2);
    for (const text of [TOM.target, BEN.target, TOM.contactId]) {
      expect(dump).not.toContain(text);
    }
  });

  it("ignores a value that is not its own", async () => {
    const [a] = pair();
    await a.observeAll("broken", [TOM], Date.now());
    const [key = ""] = await admin.keys("*pending:*broken*");
    await admin.set(key, "nonsense");
    const [times] = await a.observeAll("broken", [TOM], Date.now());
    expect(times?.lastSentAtMs).toBeNull();
  });

  it("answers from its own memory while Redis is unreachable", async () => {
    const [a] = pair();
    const [before] = await a.observeAll("away", [TOM], Date.now());
    admin.disconnect();
    await redis.kill();
    const [after] = await a.observeAll("away", [TOM], Date.now());
    expect(after?.lastSentAtMs).toBeNull();
    expect(
      Math.abs((after?.firstSeenAtMs ?? 0) - (before?.firstSeenAtMs ?? 0)),
    ).toBeLessThan(60_000);
  });
});
