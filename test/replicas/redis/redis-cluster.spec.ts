import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { Logger } from "../../../src/logging/logger.js";
import { RedisConnection } from "../../../src/shared-state/redis/redis-connection.js";
import { expectAgreement } from "../../support/agreement.js";
import { buildGateway, GatewayProcess } from "../../support/gateway-process.js";
import { startPair } from "../../support/pair.js";
import { accessTo } from "../../support/redis-access.js";
import { RedisCluster } from "../../support/redis-cluster.js";
import { hasRedisServer } from "../../support/redis-server.js";
import { until } from "../../support/until.js";

const describeHere = hasRedisServer() ? describe : describe.skip;

describeHere("two replicas on a Redis Cluster", () => {
  let entry: string;
  let redis: RedisCluster;

  beforeAll(async () => {
    entry = buildGateway();
    redis = await RedisCluster.start();
  }, 180_000);
  afterAll(() => redis.stop());

  /** The nodes of this cluster have no replicas. */
  const environment = (): Record<string, string> => ({
    REDIS_URL: redis.url,
    REDIS_WAIT_REPLICAS: "0",
  });

  it("agree about everything that they share, on keys in every node", async () => {
    const pair = await startPair([entry, entry], environment());
    try {
      await expectAgreement(pair);
      const client = redis.client();
      await until("the client is ready", () => client.status === "ready");
      const names = await Promise.all(
        client.nodes("master").map((node) => node.keys("*")),
      );
      client.disconnect();
      expect(names).toHaveLength(3);
      const all = names.flat();
      expect(all.every((name) => name.startsWith("message-contacts:"))).toBe(
        true,
      );
      const pauses = all.filter((name) => name.includes(":sent:"));
      expect(pauses.length).toBeGreaterThan(0);
      expect(pauses.every((name) => name.includes("{default}"))).toBe(true);
    } finally {
      await pair.stop();
    }
  }, 60_000);

  it("receive messages in the order in which they were published, on all connections", async () => {
    const connections = Array.from(
      { length: 3 },
      () =>
        new RedisConnection(
          accessTo(redis.url),
          "order:",
          new Logger({ LOG_LEVEL: "silent" }),
        ),
    );
    try {
      await Promise.all(connections.map((one) => one.waitForProbe(5_000)));
      const received = connections.map(() => [] as string[]);
      connections.forEach((one, n) => {
        one.subscribe("a", (text) => received[n]?.push(text));
        one.subscribe("b", (text) => received[n]?.push(text));
      });
      await until("all are subscribed", async () => {
        await connections[0]?.deliver("b", "ready");
        return received.every((texts) => texts.length > 0);
      });
      for (const texts of received) texts.length = 0;
      const sent = Array.from({ length: 300 }, (_, n) => String(n));
      for (const [n, text] of sent.entries()) {
        await connections[n % 3]?.deliver(n % 2 === 0 ? "a" : "b", text);
      }
      await until("all messages arrive", () =>
        received.every((texts) => texts.includes("299")),
      );
      for (const texts of received) {
        expect(texts.filter((text) => text !== "ready")).toEqual(sent);
      }
    } finally {
      await Promise.all(connections.map((one) => one.close()));
    }
  }, 60_000);

  it("report that REDIS_URL names one node of a cluster as if it were a server", async () => {
    const pair = await startPair([entry, entry], {
      REDIS_URL: redis.servers[0]?.url ?? "",
    });
    try {
      await until("the problem is reported", async () => {
        const text = await (await fetch(`${pair.a.opsUrl}/readyz`)).text();
        return text.includes('"sharedStateProblem":"CROSSSLOT"');
      });
      expect(pair.emulator.control.calls()).toEqual([]);
    } finally {
      await pair.stop();
    }
  }, 60_000);

  it("use the cluster again after a node was unreachable", async () => {
    const gateway = await GatewayProcess.start(entry, {
      ...environment(),
      UPSTREAM_ENDPOINT: "http://127.0.0.1:9",
    });
    const state = async (): Promise<string> => {
      const response = await fetch(`${gateway.opsUrl}/readyz`);
      return ((await response.json()) as { sharedState: string }).sharedState;
    };
    try {
      await until("Redis is used", async () => (await state()) === "redis");
      for (const server of redis.servers) server.freeze();
      await until("Redis is away", async () => (await state()) !== "redis");
      for (const server of redis.servers) server.thaw();
      await until(
        "Redis is used again",
        async () => (await state()) === "redis",
        30_000,
      );
    } finally {
      await gateway.kill();
    }
  }, 60_000);
});
