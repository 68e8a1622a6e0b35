import {
  afterAll,
  afterEach,
  beforeAll,
  beforeEach,
  describe,
  expect,
  it,
} from "@jest/globals";
import { Redis } from "ioredis";
import fc from "fast-check";
import { randomUUID } from "node:crypto";
import { Logger } from "../../src/logging/logger.js";
import { RedisConnection } from "../../src/shared-state/redis/redis-connection.js";
import { RedisKeyStore } from "../../src/shared-state/redis/redis-key-store.js";
import { APIS, GRAPHQL, REST, type ApiResponse } from "../support/apis.js";
import { BEN, TOM } from "../support/emulator-fixture.js";
import { accessTo } from "../support/redis-access.js";
import { hasRedisServer, RedisServer } from "../support/redis-server.js";
import { startBoth, type Running } from "../support/running.js";
import { until } from "../support/until.js";

const describeHere = hasRedisServer() ? describe : describe.skip;

/** Permissions to connect and to PING, but for no command that the gateway needs. */
const POWERLESS =
  "on >pw ~* &* +ping +info +client +hello +select +subscribe".split(" ");

describeHere("a Redis that answers PING and rejects commands", () => {
  let redis: RedisServer;
  let admin: Redis;
  let running: Running | null = null;

  beforeEach(async () => {
    redis = await RedisServer.start();
    admin = new Redis(redis.url);
  });
  afterEach(async () => {
    await running?.stop();
    running = null;
    admin.disconnect();
    await redis.kill();
  });

  const start = async (url: string): Promise<Running> => {
    running = await startBoth({}, { REDIS_URL: url });
    return running;
  };
  const readiness = async (): Promise<Record<string, unknown>> => {
    const response = await fetch(`${running?.gateway.opsUrl ?? ""}/readyz`);
    return (await response.json()) as Record<string, unknown>;
  };
  const becomes = (wanted: string): Promise<boolean> =>
    until(
      `shared state becomes ${wanted}`,
      async () => (await readiness())["sharedState"] === wanted,
    );
  const update = (
    api: typeof REST,
    title: string,
    key?: string,
  ): Promise<ApiResponse> =>
    api.call(
      running?.gateway.url ?? "",
      "updateMessageContact",
      { contactId: TOM, title },
      key === undefined ? {} : { "idempotency-key": key },
    );
  /** Expects the responses and the status that callers and operators see. */
  const expectRejected = async (reason: string): Promise<void> => {
    await becomes("redis-refused");
    expect((await readiness())["sharedStateProblem"]).toBe(reason);
    for (const api of APIS) {
      const refused = await update(api, "CEO", randomUUID());
      expect(refused.code).toBe("STATE_UNAVAILABLE");
      expect(JSON.stringify(refused.body)).toContain("with the same key");
      expect(JSON.stringify(refused.body)).not.toContain("Alibaba Cloud");
      expect((await update(api, "OTHER")).code).toBe("OK");
    }
    const scrape = await fetch(`${running?.gateway.opsUrl ?? ""}/metrics`);
    expect(await scrape.text()).toContain(
      'message_contacts_shared_state{standing="redis-refused"} 1',
    );
  };

  it("is reported when the user lacks permissions", async () => {
    await admin.call("ACL", "SETUSER", "gw", ...POWERLESS);
    await start(redis.url.replace("redis://", "redis://gw:pw@"));
    await expectRejected("NOPERM");
    await admin.call("ACL", "SETUSER", "gw", "+@all");
    await becomes("redis");
    expect((await update(REST, "CEO", randomUUID())).code).toBe("OK");
  });

  it("is reported when the password is wrong", async () => {
    await start(redis.url.replace("redis://", "redis://nobody:pw@"));
    await expectRejected("WRONGPASS");
  });

  it("is reported when its memory is full", async () => {
    await start(redis.url);
    await becomes("redis");
    await admin.config("SET", "maxmemory", "1");
    await expectRejected("OOM");
    await admin.config("SET", "maxmemory", "0");
    await becomes("redis");
    expect((await update(REST, "CEO", randomUUID())).code).toBe("OK");
  });

  it("is reconnected to when it became a read-only replica", async () => {
    const other = await RedisServer.start();
    try {
      await start(redis.url);
      await becomes("redis");
      const connections = async (): Promise<number> => {
        const info = await admin.info("stats");
        return Number(/total_connections_received:(\d+)/.exec(info)?.[1]);
      };
      await admin.replicaof("127.0.0.1", String(other.port));
      await expectRejected("READONLY");
      const before = await connections();
      await until(
        "the gateway reconnects",
        async () => (await connections()) > before,
      );
      await admin.replicaof("NO", "ONE");
      await becomes("redis");
      expect((await update(REST, "CEO", randomUUID())).code).toBe("OK");
    } finally {
      await other.kill();
    }
  });

  it("is used only in the database that the URL names", async () => {
    await start(`${redis.url}/99`);
    await expectRejected("DB-INDEX");
    for (let database = 0; database < 16; database += 1) {
      await admin.select(database);
      expect(await admin.dbsize()).toBe(0);
    }
  });

  it("is logged once, with its error prefix", async () => {
    const lines: string[] = [];
    const logger = new Logger(
      { LOG_LEVEL: "info" },
      { write: (line: string) => lines.push(line) },
    );
    await admin.call("ACL", "SETUSER", "gw", ...POWERLESS);
    const url = redis.url.replace("redis://", "redis://gw:pw@");
    const connection = new RedisConnection(accessTo(url), "test:", logger);
    try {
      await connection.waitForProbe(5_000);
      const probes = async (): Promise<number> => {
        const info = await admin.info("commandstats");
        const counted = /cmdstat_eval:.*rejected_calls=(\d+)/.exec(info);
        return Number(counted?.[1] ?? 0);
      };
      await until(
        "it is probed several times",
        async () => (await probes()) > 3,
      );
      expect(lines).toHaveLength(1);
      expect(JSON.parse(lines[0] ?? "")).toMatchObject({
        level: "warn",
        msg: "shared state rejects commands",
        outcome: "NOPERM",
      });
      await admin.call("ACL", "SETUSER", "gw", "+@all");
      await until("it is available again", () => !connection.isUnavailable);
      expect(lines).toHaveLength(2);
    } finally {
      await connection.close();
    }
  });
});

describeHere("values in Redis not written by the gateway", () => {
  let redis: RedisServer;
  let admin: Redis;
  let running: Running;

  beforeAll(async () => {
    redis = await RedisServer.start();
    admin = new Redis(redis.url);
    running = await startBoth(
      {},
      {
        REDIS_URL: redis.url,
        RATE_LIMIT_PER_MINUTE: "1000",
        VERIFICATION_COOLDOWN_SECONDS: "1",
      },
    );
  });
  afterAll(async () => {
    await running.stop();
    admin.disconnect();
    await redis.kill();
  });

  it("do not block a directory when they are leases without a TTL or of another type", async () => {
    const key = "message-contacts:write:{default}";
    const update = (title: string): Promise<ApiResponse> =>
      REST.call(running.gateway.url, "updateMessageContact", {
        contactId: TOM,
        title,
      });
    await admin.set(`${key}:holder`, "stranger");
    expect((await update("OTHER")).code).toBe("OK");
    await admin.set(`${key}:next`, "stranger");
    expect((await update("CEO")).code).toBe("OK");
    await admin.del(`${key}:holder`, `${key}:next`);
    await admin.lpush(`${key}:holder`, "stranger");
    expect((await update("OTHER")).code).toBe("OK");
  });

  /** Stores a forged value of any type and TTL under a key. */
  const forge = async (
    name: string,
    kind: string,
    text: string,
    ttlMs: number | null,
    fields: readonly string[],
  ): Promise<void> => {
    // Changes some fields of a value that the gateway has written.
    if (kind === "changed") {
      if ((await admin.type(name)) !== "hash") return;
      for (const field of fields) await admin.hset(name, field, text);
      return;
    }
    await admin.del(name);
    if (kind === "string") await admin.set(name, text);
    else if (kind === "list") await admin.lpush(name, text);
    else if (kind === "zset") await admin.zadd(name, "+inf", text);
    else {
      for (const field of fields) await admin.hset(name, field, text);
    }
    if (ttlMs !== null) await admin.pexpire(name, ttlMs);
  };

  const FIELDS =
    "fingerprint state owner startedAtMs at result repeatKey token atMs";
  const forgeries = fc.record({
    kind: fc.constantFrom("string", "list", "zset", "hash", "changed"),
    text: fc.constantFrom(
      "",
      "x",
      "settled",
      "running",
      "-1",
      "0",
      "9007199254740991",
      "99999999999999999999",
      "1e308",
      "nan",
      "inf",
      "\u0000",
      "{",
      "[]",
      '{"code":"INTERNAL"}',
      '{"answer":{"Contact":{"ContactId":7}}}',
      '{"state":"DELETED","observedAt":"9999-99-99T99:99:99.999Z","startedHere":true}',
    ),
    ttlMs: fc.constantFrom(null, 5_000, 10 ** 12),
    fields: fc.subarray(FIELDS.split(" "), { minLength: 1 }),
  });

  it("never cause an internal error, for any forged value under any key", async () => {
    const { url } = running.gateway;
    const requests = (): Promise<ApiResponse[]> => {
      const headers = { "idempotency-key": "forged" };
      const send = "sendEmailVerificationForMessageContact";
      const message = { contactId: BEN, emailAddress: "ben@example.com" };
      return Promise.all([
        REST.call(
          url,
          "updateMessageContact",
          { contactId: TOM, title: "OTHER" },
          headers,
        ),
        GRAPHQL.call(url, send, message, { "idempotency-key": "message" }),
        REST.call(url, send, message),
        GRAPHQL.call(url, "getMessageContactDeletionStatus", {
          contactId: TOM,
        }),
      ]);
    };
    await requests();
    const names = await admin.keys("message-contacts:*");
    names.push(
      `message-contacts:deletion:default:${TOM}`,
      "message-contacts:write:{default}:holder",
      "message-contacts:write:{default}:next",
    );
    await fc.assert(
      fc.asyncProperty(forgeries, async ({ kind, text, ttlMs, fields }) => {
        await admin.flushall();
        await requests();
        for (const name of names) {
          await forge(name, kind, text, ttlMs, fields);
        }
        for (const { status, code } of await requests()) {
          expect([status < 500 || status === 504, code]).toEqual([true, code]);
          expect(code).not.toBe("INTERNAL");
        }
      }),
      { numRuns: 200 },
    );
  }, 120_000);

  it("are taken over and settled by reading back when they are idempotency records", async () => {
    const connection = new RedisConnection(
      accessTo(redis.url),
      "forged:",
      new Logger({ LOG_LEVEL: "silent" }),
    );
    await connection.waitForProbe(5_000);
    const store = new RedisKeyStore(connection, 30_000);
    await fc.assert(
      fc.asyncProperty(forgeries, async ({ kind, text, ttlMs, fields }) => {
        const key = randomUUID();
        if (kind === "changed") return;
        await forge(`forged:idempotency:2:${key}`, kind, text, ttlMs, fields);
        const answer = await store.claim(key, {
          caller: "ann",
          fingerprint: "print",
          owner: "me",
          startedAtMs: 1_000,
        });
        expect(answer).toEqual({ kind: "takenOver", startedAtMs: 1_000 });
      }),
    );
    await connection.close();
  });
});
