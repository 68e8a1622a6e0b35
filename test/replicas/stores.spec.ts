import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { randomUUID } from "node:crypto";
import fc from "fast-check";
import { Logger } from "../../src/logging/logger.js";
import type { VerificationCaps } from "../../src/message-contacts/verifications/verification-log.js";
import { MemoryVerificationLog } from "../../src/message-contacts/verifications/verification-log.js";
import { RedisConnection } from "../../src/shared-state/redis/redis-connection.js";
import { RedisDeletionLedger } from "../../src/shared-state/redis/redis-deletion-ledger.js";
import { RedisKeyStore } from "../../src/shared-state/redis/redis-key-store.js";
import { RedisVerificationLog } from "../../src/shared-state/redis/verifications/redis-verification-log.js";
import {
  KEY_TTL_MS,
  type KeyAnswer,
  type KeyMove,
  type KeyState,
} from "../../src/upstream/idempotency/key-store.js";
import { MemoryKeyStore } from "../../src/upstream/idempotency/memory-key-store.js";
import { accessTo } from "../support/redis-access.js";
import { hasRedisServer, RedisServer } from "../support/redis-server.js";

const describeHere = hasRedisServer() ? describe : describe.skip;

describeHere("state in Redis", () => {
  let redis: RedisServer;
  let connection: RedisConnection;

  beforeAll(async () => {
    redis = await RedisServer.start();
    connection = new RedisConnection(
      accessTo(redis.url),
      "test:",
      new Logger({ LOG_LEVEL: "silent" }),
    );
    await connection.waitForProbe(5_000);
  });
  afterAll(async () => {
    await connection.close();
    await redis.kill();
  });

  const OWNERS = fc.constantFrom("a", "b");
  const PRINTS = fc.constantFrom("one", "two");
  const STATES = fc.constantFrom<KeyState>(
    "waiting",
    "running",
    "uncertain",
    "settled",
  );
  const STEPS = fc.oneof(
    fc.record({
      step: fc.constant("claim" as const),
      owner: OWNERS,
      fingerprint: PRINTS,
    }),
    fc.record({
      step: fc.constant("move" as const),
      owner: OWNERS,
      fingerprint: PRINTS,
      from: fc.uniqueArray(STATES),
      orAbsent: fc.boolean(),
      to: fc.option(STATES),
    }),
  );

  it.each([
    ["recent writes", 30_000],
    ["writes that are abandoned at once", 0],
  ])(
    "applies the same transitions as the in-memory store for two owners: %s",
    async (_case, ageMs) => {
      await fc.assert(
        fc.asyncProperty(fc.array(STEPS, { maxLength: 12 }), async (steps) => {
          const memory = new MemoryKeyStore(ageMs, () => 1_000);
          const shared = new RedisKeyStore(connection, ageMs);
          const key = randomUUID();
          for (const one of steps) {
            if (one.step === "claim") {
              const { owner, fingerprint } = one;
              const request = { caller: "ann", owner, fingerprint };
              const claim = { ...request, startedAtMs: 1_000 };
              expect(await shared.claim(key, claim)).toEqual(
                await memory.claim(key, claim),
              );
            } else {
              const move = moveOf(one);
              expect(await shared.move(key, move)).toBe(
                await memory.move(key, move),
              );
            }
          }
        }),
        { numRuns: 200 },
      );
    },
  );

  const claimOf = (key: string, owner: string): Promise<KeyAnswer> =>
    new RedisKeyStore(connection, 30_000).claim(key, {
      caller: "ann",
      fingerprint: "one",
      owner,
      startedAtMs: 1,
    });

  it("grants exactly one of many concurrent claims of a key", async () => {
    const key = randomUUID();
    const claims = await Promise.all(
      Array.from({ length: 50 }, (_, n) => claimOf(key, `owner-${n}`)),
    );
    expect(claims.filter(({ kind }) => kind === "new")).toHaveLength(1);
  });

  it("sets a TTL on every key", async () => {
    const key = randomUUID();
    await claimOf(key, "a");
    const ttl = await connection.client.pttl(`test:idempotency:2:${key}`);
    expect(ttl).toBeGreaterThan(0);
    expect(ttl).toBeLessThanOrEqual(KEY_TTL_MS);
    const endless: string[] = [];
    for (const name of await connection.client.keys("*")) {
      if ((await connection.client.pttl(name)) < 0) endless.push(name);
    }
    expect(endless).toEqual([]);
  });

  it("counts verification messages as the in-memory log does", async () => {
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
            token: randomUUID(),
            caller: "ann",
            directory: "main",
            pairKey: `${run} ${pair} ${target}`,
            targetKey: `${run} ${target}`,
            dayKey: run,
            repeatKey: repeat,
            atMs: 1_000_000 + at,
          };
          const wanted = await memory.acquire(order, caps);
          const slot = await shared.acquire(order, caps);
          expect(slot.isFree).toBe(wanted.isFree);
          if (slot.isFree && wanted.isFree) {
            expect(slot.sentToday).toBe(wanted.sentToday);
          }
          if (isGivenBack) {
            await Promise.all([memory.release(order), shared.release(order)]);
          }
        }
      }),
      { numRuns: 50 },
    );
  });

  it("enforces the cool-down between messages on the other replica", async () => {
    const caps = { cooldownMs: 60_000, perMinute: 10, perDay: 100 };
    const order = {
      token: randomUUID(),
      caller: "ann",
      directory: "main",
      pairKey: randomUUID(),
      targetKey: randomUUID(),
      dayKey: null,
      repeatKey: null,
      atMs: Date.now(),
    };
    const here = new RedisVerificationLog(connection, "secret");
    const there = new RedisVerificationLog(connection, "secret");
    expect((await here.acquire(order, caps)).isFree).toBe(true);
    const other = { ...order, token: randomUUID() };
    expect(await there.acquire(other, caps)).toMatchObject({
      isFree: false,
      cap: "cooldown",
    });
    await here.release(order);
    expect((await there.acquire(other, caps)).isFree).toBe(true);
  });

  it("passes the slot of a stalled replica on, and ignores its later release", async () => {
    const caps = { cooldownMs: 60_000, perMinute: 10, perDay: 100 };
    const order = {
      token: randomUUID(),
      caller: "ann",
      directory: "main",
      pairKey: randomUUID(),
      targetKey: randomUUID(),
      dayKey: `${randomUUID()} 2026-01-31`,
      repeatKey: "write-1",
      atMs: Date.now(),
    };
    const stalled = new RedisVerificationLog(connection, "secret");
    const working = new RedisVerificationLog(connection, "secret");
    await stalled.acquire(order, caps);
    const again = { ...order, token: randomUUID() };
    expect(await working.acquire(again, caps)).toEqual({
      isFree: true,
      sentToday: 1,
    });
    expect((await working.confirm(again, caps)).isFree).toBe(true);
    expect(await stalled.confirm(order, caps)).toMatchObject({
      isFree: false,
      cap: "cooldown",
    });
    await stalled.release(order);
    const next = { ...order, token: randomUUID(), repeatKey: "write-2" };
    expect(await working.acquire(next, caps)).toMatchObject({
      cap: "cooldown",
    });
  });

  it("shares deletions with the other replica, and keeps its own when Redis loses them", async () => {
    const here = new RedisDeletionLedger(connection);
    const there = new RedisDeletionLedger(connection);
    const seen = {
      observedAt: "2026-01-31T08:30:00.000Z",
      startedHere: true,
      state: "IN_PROGRESS",
    } as const;
    await here.put("main", "c-1", seen, "ann");
    expect(await there.find("main", "c-1")).toEqual(seen);
    await connection.client.set("test:deletion:main:c-1", '{"state":"GONE"}');
    expect(await there.find("main", "c-1")).toBeNull();
    expect(await here.find("main", "c-1")).toEqual(seen);
  });
});

interface Step {
  readonly owner: string;
  readonly fingerprint: string;
  readonly from: readonly KeyState[];
  readonly orAbsent: boolean;
  readonly to: KeyState | null;
}

/** A settled record has a result; the others have none. */
function moveOf({ owner, fingerprint, from, orAbsent, to }: Step): KeyMove {
  const result = { answer: { Status: "Deleted" } };
  return {
    owner,
    caller: "ann",
    from,
    orAbsent,
    to:
      to === null
        ? null
        : {
            owner,
            fingerprint,
            state: to,
            startedAtMs: 1_000,
            ...(to === "settled" ? { result } : {}),
          },
  };
}
