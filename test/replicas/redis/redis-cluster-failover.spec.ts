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
  expectInvalidations,
  expectSharedKeys,
  usesRedis,
} from "../../support/agreement.js";
import { REST } from "../../support/apis.js";
import { VALID_INPUTS } from "../../support/calls.js";
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

/** Pause of a client before it repeats a change, in milliseconds. */
const PAUSE_MS = 200;

/** Codes of a change that was carried out before. */
const REPLAYED = ["OK", "IDEMPOTENCY_IN_PROGRESS"];

/** An addition of a contact, which its client repeats under one key. */
class Addition {
  private readonly key = randomUUID();

  constructor(readonly name: string) {}

  /** Repeats it until the response has one of the codes. */
  async repeat(
    { url }: GatewayProcess,
    codes: readonly string[] = ["OK"],
  ): Promise<void> {
    const input = {
      ...VALID_INPUTS.addMessageContact,
      name: this.name,
      emailAddress: `${this.name}@example.com`,
    };
    const seen = new Set<string>();
    await until(
      "the response has an expected code",
      async () => {
        const { code } = await REST.call(url, "addMessageContact", input, {
          "idempotency-key": this.key,
        });
        seen.add(code);
        if (!codes.includes(code)) await delay(PAUSE_MS);
        return codes.includes(code);
      },
      45_000,
    ).catch((error: unknown) => {
      throw new Error([...seen].join(), { cause: error });
    });
  }
}

/** Names may not contain digits. */
const additions = (prefix: string, count: number): Addition[] =>
  Array.from(
    { length: count },
    (_, n) => new Addition(prefix + String.fromCharCode(97 + n)),
  );

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
      emulator.control.changeSettings({ contactsPerDirectory: 1_000 });
      for (const one of [a, b]) await usesRedis(one);
      const before = additions("before", 10);
      for (const one of before) await one.repeat(a);
      const old = await redis.primaryOf(client, PUBLISH_KEY);
      await old.kill();
      const during = additions("during", 6);
      const changes = Promise.all(
        during.map((one, n) => one.repeat(n % 2 === 0 ? a : b)),
      );
      changes.catch(() => undefined);
      await until(
        "its replica takes over",
        async () => {
          // The client may ask the killed node.
          const asked = redis.primaryOf(client, PUBLISH_KEY);
          return (await asked.catch(() => old)) !== old;
        },
        30_000,
      );
      for (const one of [a, b]) await usesRedis(one);
      // A result that was not replicated is read back later; it is not carried out again.
      for (const one of before) await one.repeat(b, REPLAYED);
      // Until then, keyed changes on slots of the new primary have no second copy.
      await old.restart();
      await changes;
      await redis.serves();
      for (const one of [...before, ...during]) await one.repeat(b);
      const executed = emulator.control
        .calls()
        .filter((call) => call.action === "AddMessageContact" && call.executed);
      expect(executed.map(({ params }) => params["Name"]).sort()).toEqual(
        [...before, ...during].map(({ name }) => name).sort(),
      );
      await expectSharedKeys(pair);
      await expectInvalidations(pair);
    }, 120_000);
  },
);
