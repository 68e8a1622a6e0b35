import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { randomUUID } from "node:crypto";
import fc from "fast-check";
import { Logger } from "../../src/logging/logger.js";
import type { VerificationCaps } from "../../src/message-contacts/verification-log.js";
import { MemoryVerificationLog } from "../../src/message-contacts/verification-log.js";
import { RedisConnection } from "../../src/shared-state/redis-connection.js";
import { RedisDeletionLedger } from "../../src/shared-state/redis-deletion-ledger.js";
import { RedisKeyStore } from "../../src/shared-state/redis-key-store.js";
import { RedisVerificationLog } from "../../src/shared-state/redis-verification-log.js";
import {
  KEY_TTL_MS,
  MemoryKeyStore,
  type KeyRecord,
} from "../../src/upstream/idempotency.js";
import { hasRedisServer, RedisServer } from "../support/redis-server.js";

const describeHere = hasRedisServer() ? describe : describe.skip;

describeHere("state in Redis", () => {
  let redis: RedisServer;
  let connection: RedisConnection;

  beforeAll(async () => {
    redis = await RedisServer.start();
    connection = new RedisConnection(
      redis.url,
      "test:",
      new Logger({ LOG_LEVEL: "silent" }),
    );
    await connection.opened(5_000);
  });
  afterAll(async () => {
    await connection.close();
    await redis.kill();
  });

  const RECORDS = fc.record({
    fingerprint: fc.constantFrom("one", "two"),
    state: fc.constantFrom("waiting", "running", "uncertain", "settled"),
    startedAtMs: fc.integer({ min: 0, max: 2 ** 40 }),
  });
  const STEPS = fc.oneof(
    fc.record({ step: fc.constant("claim" as const), record: RECORDS }),
    fc.record({ step: fc.constant("put" as const), record: RECORDS }),
    fc.record({ step: fc.constant("forget" as const), record: RECORDS }),
  );

  it.each([
    ["young writes", 30_000],
    ["writes that count as abandoned at once", 0],
  ])("keeps idempotency records as memory does: %s", async (_what, ageMs) => {
    await fc.assert(
      fc.asyncProperty(fc.array(STEPS, { maxLength: 12 }), async (steps) => {
        const memory = new MemoryKeyStore(ageMs, () => 1_000);
        const shared = new RedisKeyStore(connection, ageMs);
        const key = randomUUID();
        for (const { step, record } of steps) {
          const given = resulting(record);
          if (step === "claim") {
            const claim = { ...record, state: "waiting" } as const;
            expect(await shared.claim(key, claim)).toEqual(
              await memory.claim(key, claim),
            );
          } else if (step === "put") {
            await Promise.all([shared.put(key, given), memory.put(key, given)]);
          } else {
            await Promise.all([shared.forget(key), memory.forget(key)]);
          }
        }
      }),
      { numRuns: 100 },
    );
  });

  it("lets one of many claims of a key through", async () => {
    const key = randomUUID();
    const claims = await Promise.all(
      Array.from({ length: 50 }, () =>
        new RedisKeyStore(connection, 30_000).claim(key, {
          fingerprint: "one",
          state: "waiting",
          startedAtMs: 1,
        }),
      ),
    );
    expect(claims.filter((found) => found === null)).toHaveLength(1);
  });

  it("ends every key by itself", async () => {
    const key = randomUUID();
    await new RedisKeyStore(connection, 30_000).put(key, {
      fingerprint: "one",
      state: "running",
      startedAtMs: 1,
    });
    const ttl = await connection.client.pttl(`test:idempotency:${key}`);
    expect(ttl).toBeGreaterThan(0);
    expect(ttl).toBeLessThanOrEqual(KEY_TTL_MS);
    const endless: string[] = [];
    for (const name of await connection.client.keys("*")) {
      if ((await connection.client.pttl(name)) < 0) endless.push(name);
    }
    expect(endless).toEqual([]);
  });

  it("counts verification messages as memory does", async () => {
    const caps: VerificationCaps = {
      cooldownMs: 3_600_000,
      perMinute: 2,
      perDay: 3,
    };
    const orders = fc.array(
      fc.record({
        pair: fc.constantFrom("a", "b", "c", "d", "e"),
        target: fc.constantFrom("x", "y", "z"),
        repeat: fc.constantFrom(null, "k1", "k2"),
        isGivenBack: fc.boolean(),
      }),
      { maxLength: 12 },
    );
    await fc.assert(
      fc.asyncProperty(orders, async (list) => {
        const run = randomUUID();
        const memory = new MemoryVerificationLog();
        const shared = new RedisVerificationLog(connection, "secret");
        for (const [
          at,
          { pair, target, repeat, isGivenBack },
        ] of list.entries()) {
          const order = {
            pairKey: `${run} ${pair} ${target}`,
            targetKey: `${run} ${target}`,
            dayKey: run,
            repeatKey: repeat,
            atMs: 1_000_000 + at,
          };
          const wanted = await memory.take(order, caps);
          const place = await shared.take(order, caps);
          expect(place.isFree).toBe(wanted.isFree);
          if (place.isFree && wanted.isFree) {
            expect(place.sentToday).toBe(wanted.sentToday);
          }
          if (isGivenBack) {
            await Promise.all([memory.giveBack(order), shared.giveBack(order)]);
          }
        }
      }),
      { numRuns: 50 },
    );
  });

  it("shares the pause between messages with the other replica", async () => {
    const caps = { cooldownMs: 60_000, perMinute: 10, perDay: 100 };
    const order = {
      pairKey: randomUUID(),
      targetKey: randomUUID(),
      dayKey: null,
      repeatKey: null,
      atMs: Date.now(),
    };
    const here = new RedisVerificationLog(connection, "secret");
    const there = new RedisVerificationLog(connection, "secret");
    expect((await here.take(order, caps)).isFree).toBe(true);
    expect(await there.take({ ...order }, caps)).toMatchObject({
      isFree: false,
      cap: "cooldown",
    });
    await here.giveBack(order);
    expect((await there.take({ ...order }, caps)).isFree).toBe(true);
  });

  it("remembers deletions for the other replica, and its own when they are lost", async () => {
    const here = new RedisDeletionLedger(connection);
    const there = new RedisDeletionLedger(connection);
    const seen = {
      observedAt: "2026-01-31T08:30:00.000Z",
      startedHere: true,
      state: "IN_PROGRESS",
    } as const;
    await here.put("main", "c-1", seen);
    expect(await there.find("main", "c-1")).toEqual(seen);
    await connection.client.set("test:deletion:main:c-1", '{"state":"GONE"}');
    expect(await there.find("main", "c-1")).toBeNull();
    expect(await here.find("main", "c-1")).toEqual(seen);
  });
});

/** A settled record has a result; the others have none. */
function resulting(record: KeyRecord): KeyRecord {
  return record.state === "settled"
    ? { ...record, result: { answer: { Status: "Deleted" } } }
    : record;
}
