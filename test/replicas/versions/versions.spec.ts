import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { readFileSync } from "node:fs";
import { Redis } from "ioredis";
import {
  startEmulator,
  type RunningEmulator,
} from "../../../src/emulator/emulator.server.js";
import { expectAgreement, usesRedis } from "../../support/agreement.js";
import { call } from "../../support/emulator-client.js";
import { BEN } from "../../support/emulator-fixture.js";
import { buildGateway, GatewayProcess } from "../../support/gateway-process.js";
import { REST } from "../../support/apis.js";
import { startPair } from "../../support/pair.js";
import {
  replyTo,
  restoreState,
  runScenario,
  STATE_ENVIRONMENT,
  type RecordedState,
} from "../../support/recorded-state.js";
import { hasRedisServer, RedisServer } from "../../support/redis-server.js";
import { buildRelease } from "../../support/released-gateway.js";
import { PREVIOUS_RELEASE, RECORDED_STATE_FILE } from "./previous-release.js";

const canRun = hasRedisServer();
const describeHere = canRun ? describe : describe.skip;

const recorded = JSON.parse(
  readFileSync(RECORDED_STATE_FILE, "utf8"),
) as RecordedState;

describeHere(`the recorded state of version ${PREVIOUS_RELEASE}`, () => {
  let entry: string;
  let redis: RedisServer;
  let admin: Redis;
  let emulator: RunningEmulator;

  beforeAll(async () => {
    entry = buildGateway();
    redis = await RedisServer.start();
    admin = new Redis(redis.url);
    emulator = await startEmulator();
  }, 180_000);
  afterAll(async () => {
    admin.disconnect();
    await redis.kill();
    await emulator.stop();
  });

  const start = (): Promise<GatewayProcess> =>
    GatewayProcess.start(entry, {
      ...STATE_ENVIRONMENT,
      UPSTREAM_ENDPOINT: emulator.url,
      REDIS_URL: redis.url,
    });

  it("is understood by this version", async () => {
    await admin.flushall();
    await restoreState(admin, recorded);
    const gateway = await start();
    try {
      await usesRedis(gateway);
      const [change, message] = await runScenario(gateway);
      expect(change?.headers.get("idempotent-replayed")).toBe("true");
      expect(message?.code).toBe("VERIFICATION_LIMIT");
      // Only the deletion was carried out.
      const calls = emulator.control.calls().map(({ action }) => action);
      expect(calls).toEqual(["DeleteMessageContact"]);
    } finally {
      await gateway.kill();
      emulator.control.reset();
    }
  }, 60_000);

  it("contains deletions that this version knows", async () => {
    await admin.flushall();
    await restoreState(admin, recorded);
    await call(emulator.url, "DeleteMessageContact", { ContactId: BEN });
    const gateway = await start();
    try {
      await usesRedis(gateway);
      const { data } = await REST.call(
        gateway.url,
        "getMessageContactDeletionStatus",
        { contactId: BEN },
      );
      expect(data).toMatchObject({ state: "DELETED", startedHere: true });
    } finally {
      await gateway.kill();
      emulator.control.reset();
    }
  }, 60_000);

  it("is what this version leaves: the commands of the other one get the same replies", async () => {
    await admin.flushall();
    const gateway = await start();
    try {
      await usesRedis(gateway);
      await runScenario(gateway);
    } finally {
      await gateway.kill();
      emulator.control.reset();
    }
    for (const { args, reply } of recorded.reads) {
      expect([args[2], shapeOf(await replyTo(admin, args))]).toEqual([
        args[2],
        shapeOf(reply),
      ]);
    }
  }, 60_000);
});

const previous = canRun ? buildRelease(PREVIOUS_RELEASE) : null;
const describeBoth = previous === null ? describe.skip : describe;

describeBoth(`a replica of version ${PREVIOUS_RELEASE}`, () => {
  let entry: string;
  let redis: RedisServer;

  beforeAll(() => {
    entry = buildGateway();
  }, 180_000);

  it.each(["older", "newer"])(
    "and one of this version agree about everything that they share (%s first)",
    async (first) => {
      redis = await RedisServer.start();
      const old = previous ?? "";
      const pair = await startPair(
        first === "older" ? [old, entry] : [entry, old],
        { REDIS_URL: redis.url },
      );
      try {
        await expectAgreement(pair);
      } finally {
        await pair.stop();
        await redis.kill();
      }
    },
    60_000,
  );
});

/** A reply without what differs between two runs: times, ids and tokens. */
function shapeOf(reply: unknown): unknown {
  return JSON.parse(
    JSON.stringify(reply)
      .replaceAll(/[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/gi, "<uuid>")
      .replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, "<time>")
      .replaceAll(/\b\d{4,}\b/g, "0"),
  );
}
