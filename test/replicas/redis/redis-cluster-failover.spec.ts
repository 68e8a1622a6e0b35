import {
  afterEach,
  beforeAll,
  beforeEach,
  describe,
  expect,
  it,
} from "@jest/globals";
import { randomUUID } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import type { Cluster } from "ioredis";
import {
  changeTitle,
  expectInvalidations,
  expectSharedKeys,
  usesRedis,
} from "../../support/agreement.js";
import {
  buildGateway,
  type GatewayProcess,
} from "../../support/gateway-process.js";
import { startPair, type Pair } from "../../support/pair.js";
import { RedisCluster } from "../../support/redis-cluster.js";
import { hasRedisServer } from "../../support/redis-server.js";
import { until } from "../../support/until.js";

const describeHere = hasRedisServer() ? describe : describe.skip;

/** Key whose slot selects the node at which messages are published. */
const PUBLISH_KEY = "message-contacts:publish:{reads}";

const newKeys = (count: number): string[] =>
  Array.from({ length: count }, () => randomUUID());

/** Pause of a client before it repeats a change, in milliseconds. */
const PAUSE_MS = 200;

/** Repeats a change with its key until it is carried out, as a client does. */
async function carryOut(gateway: GatewayProcess, key: string): Promise<void> {
  const codes = new Set<string>();
  await until(
    "the change is carried out",
    async () => {
      const { code } = await changeTitle(gateway, "CEO", key);
      codes.add(code);
      if (code !== "OK") await delay(PAUSE_MS);
      return code === "OK";
    },
    45_000,
  ).catch((error: unknown) => {
    throw new Error([...codes].join(), { cause: error });
  });
}

describeHere(
  "two replicas on a Redis Cluster whose primaries have replicas",
  () => {
    let entry: string;
    let redis: RedisCluster;
    let client: Cluster;
    let pair: Pair | null = null;

    beforeAll(() => {
      entry = buildGateway();
    }, 180_000);
    beforeEach(async () => {
      redis = await RedisCluster.start({ hasReplicas: true });
      client = redis.client();
    }, 60_000);
    afterEach(async () => {
      client.disconnect();
      await pair?.stop();
      pair = null;
      await redis.stop();
    });

    it("carry out each change once while a primary is killed and its replica takes over", async () => {
      pair = await startPair([entry, entry], {
        REDIS_URL: redis.url,
        RATE_LIMIT_PER_MINUTE: "0",
        // The claim of a change that the failover cuts off ends soon.
        WRITE_DEADLINE_MS: "5500",
        READ_BACK_RESERVE_MS: "500",
      });
      const { a, b, emulator } = pair;
      for (const one of [a, b]) await usesRedis(one);
      const before = newKeys(10);
      for (const key of before) await carryOut(a, key);
      const old = await redis.primaryOf(client, PUBLISH_KEY);
      await old.kill();
      const during = newKeys(6);
      const changes = Promise.all(
        during.map((key, n) => carryOut(n % 2 === 0 ? a : b, key)),
      );
      await until(
        "its replica takes over",
        async () => (await redis.primaryOf(client, PUBLISH_KEY)) !== old,
        30_000,
      );
      for (const one of [a, b]) await usesRedis(one);
      for (const key of before) {
        // A result that was not replicated is read back; the change is not carried out again.
        const again = await changeTitle(b, "CEO", key);
        expect(["OK", "IDEMPOTENCY_IN_PROGRESS"]).toContain(again.code);
      }
      // Until then, keyed changes on slots of the new primary have no second copy.
      await old.restart();
      await changes;
      const executed = emulator.control
        .calls()
        .filter(
          (call) => call.action === "UpdateMessageContact" && call.executed,
        );
      expect(executed).toHaveLength(before.length + during.length);
      await expectSharedKeys(pair);
      await expectInvalidations(pair);
    }, 120_000);
  },
);
