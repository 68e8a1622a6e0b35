import {
  afterEach,
  beforeAll,
  beforeEach,
  describe,
  expect,
  it,
} from "@jest/globals";
import { randomUUID } from "node:crypto";
import {
  changeTitle,
  expectAgreement,
  usesRedis,
} from "../../support/agreement.js";
import { buildGateway } from "../../support/gateway-process.js";
import { startPair, type Pair } from "../../support/pair.js";
import { RedisSentinel } from "../../support/redis-sentinel.js";
import { hasRedisServer } from "../../support/redis-server.js";
import { until } from "../../support/until.js";

const describeHere = hasRedisServer() ? describe : describe.skip;

describeHere("two replicas on a Redis with Sentinel", () => {
  let entry: string;
  let redis: RedisSentinel;
  let pair: Pair | null = null;

  beforeAll(() => {
    entry = buildGateway();
  }, 180_000);
  beforeEach(async () => {
    redis = await RedisSentinel.start();
  }, 60_000);
  afterEach(async () => {
    await pair?.stop();
    pair = null;
    await redis.stop();
  });

  it("agree about everything that they share", async () => {
    pair = await startPair([entry, entry], { REDIS_URL: redis.url });
    await expectAgreement(pair);
  }, 60_000);

  it("replay changes after the primary is killed, and use the new primary", async () => {
    pair = await startPair([entry, entry], { REDIS_URL: redis.url });
    const { a, b, emulator } = pair;
    await usesRedis(a);
    const keys = Array.from({ length: 10 }, () => randomUUID());
    for (const key of keys) {
      expect((await changeTitle(a, "CEO", key)).code).toBe("OK");
    }
    const old = await redis.primary();
    await old.kill();
    await until(
      "the Sentinel promotes the replica",
      async () => (await redis.primaryPort()) !== old.port,
      30_000,
    );
    for (const one of [a, b]) await usesRedis(one);
    for (const key of keys) {
      // A result that was not replicated is read back; the change is not carried out again.
      const again = await changeTitle(b, "CEO", key);
      expect(["OK", "IDEMPOTENCY_IN_PROGRESS"]).toContain(again.code);
    }
    const changes = emulator.control
      .calls()
      .filter(({ action }) => action === "UpdateMessageContact");
    expect(changes).toHaveLength(keys.length);
  }, 60_000);

  it("reject keyed changes while no replica of Redis confirms their records", async () => {
    pair = await startPair([entry, entry], { REDIS_URL: redis.url });
    const { a, b, emulator } = pair;
    for (const one of [a, b]) await usesRedis(one);
    const key = randomUUID();
    const primary = await redis.primaryPort();
    const replica = redis.servers.find(({ port }) => port !== primary);
    replica?.freeze();
    await until("the log says why keyed changes are rejected", async () => {
      const refused = await changeTitle(a, "CEO", key);
      expect(refused.code).toBe("STATE_UNAVAILABLE");
      return a.output.includes("shared state is not replicated");
    });
    expect((await changeTitle(a, "OTHER")).code).toBe("OK");
    expect(emulator.control.calls()).toHaveLength(1);
    replica?.thaw();
    await until(
      "a keyed change is carried out again",
      async () => (await changeTitle(a, "CEO", key)).code === "OK",
    );
    expect(a.output).not.toContain(String(primary));
  }, 60_000);
});
