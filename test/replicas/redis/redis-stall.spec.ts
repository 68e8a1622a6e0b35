import {
  afterAll,
  afterEach,
  beforeAll,
  describe,
  expect,
  it,
} from "@jest/globals";
import { once } from "node:events";
import { Cluster } from "ioredis";
import { Logger } from "../../../src/logging/logger.js";
import { connect } from "../../../src/shared-state/redis/redis-client.js";
import { RedisConnection } from "../../../src/shared-state/redis/redis-connection.js";
import { sharedLimits } from "../../../src/shared-state/redis/redis-rate-limits.js";
import { accessTo } from "../../support/redis-access.js";
import { RedisCluster } from "../../support/redis-cluster.js";
import { hasRedisServer, RedisServer } from "../../support/redis-server.js";
import { stallUntilReplied } from "../../support/stall.js";

const describeHere = hasRedisServer() ? describe : describe.skip;

/** Longer than the timeout of a command. */
const STALL_MS = 600;

describeHere("a process whose event loop was blocked", () => {
  let redis: RedisServer;
  let cluster: RedisCluster;
  let connection: RedisConnection | null = null;

  beforeAll(async () => {
    redis = await RedisServer.start();
    cluster = await RedisCluster.start();
  }, 60_000);
  afterEach(async () => {
    await connection?.close();
    connection = null;
  });
  afterAll(async () => {
    await redis.kill();
    await cluster.stop();
  });

  const open = async (url: string): Promise<RedisConnection> => {
    connection = new RedisConnection(
      accessTo(url),
      "stall:",
      new Logger({ LOG_LEVEL: "silent" }),
    );
    await connection.waitForProbe(5_000);
    expect(connection.problem).toBeNull();
    return connection;
  };

  /** Sends a command, and blocks until its reply has arrived and its timeout has passed. */
  const stalled = async <T>(send: () => Promise<T>): Promise<T> => {
    // In the phase of an immediate, timers run before the next read of a socket.
    await new Promise(setImmediate);
    const reply = send();
    stallUntilReplied([redis, ...cluster.servers], STALL_MS);
    return reply;
  };

  it.each([
    ["server", (): string => redis.url],
    ["cluster", (): string => cluster.url],
  ])("reads the replies of a %s that it has not read yet", async (_, url) => {
    const one = await open(url());
    await one.set("key", "value", 60_000);
    expect(await stalled(() => one.get("key"))).toBe("value");
    expect(
      await stalled(() =>
        one.run("return redis.call('GET', KEYS[1])", ["key"], []),
      ),
    ).toBe("value");
    expect(await stalled(() => one.deliver("channel", "message"))).toBe(true);
    expect(one.problem).toBeNull();
  });

  it("counts requests in Redis, not alone", async () => {
    const one = await open(redis.url);
    const limits = { keyPrefix: "rate:caller", points: 5, duration: 60 };
    await sharedLimits(one, "secret")(limits).consume("caller", 3);
    const limiter = sharedLimits(one, "secret")(limits);
    const { consumedPoints } = await stalled(() =>
      limiter.consume("caller", 1),
    );
    expect(consumedPoints).toBe(4);
  });

  it("still notices that Redis does not respond", async () => {
    const one = await open(redis.url);
    redis.freeze();
    try {
      await expect(one.get("key")).rejects.toThrow();
      expect(one.problem).toEqual({ kind: "away", reason: "no-answer" });
    } finally {
      redis.thaw();
    }
  });
});

describeHere("a client of a cluster", () => {
  it("schedules no refresh of the slots after it was closed during one", async () => {
    const cluster = await RedisCluster.start();
    const client = connect(accessTo(cluster.url)) as Cluster;
    try {
      await once(client, "ready");
      let isScheduled = false;
      client.refreshSlotsCache(() => (isScheduled = true));
      client.disconnect();
      // Joins the refresh that is running.
      await new Promise((resolve) =>
        Cluster.prototype.refreshSlotsCache.call(client, resolve),
      );
      expect(isScheduled).toBe(false);
    } finally {
      client.disconnect();
      await cluster.stop();
    }
  }, 60_000);
});
