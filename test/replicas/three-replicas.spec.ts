import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import {
  startEmulator,
  type RunningEmulator,
} from "../../src/emulator/emulator.server.js";
import { usesRedis } from "../support/agreement.js";
import { GRAPHQL } from "../support/apis.js";
import { buildGateway, GatewayProcess } from "../support/gateway-process.js";
import { hasRedisServer, RedisServer } from "../support/redis-server.js";

const describeHere = hasRedisServer() ? describe : describe.skip;

const LIMIT = 20;

describeHere("three busy replicas on one Redis", () => {
  let emulator: RunningEmulator;
  let redis: RedisServer;
  let gateways: GatewayProcess[] = [];

  beforeAll(async () => {
    const entry = buildGateway();
    emulator = await startEmulator();
    redis = await RedisServer.start();
    gateways = [];
    for (let n = 0; n < 3; n += 1) {
      gateways.push(
        await GatewayProcess.start(entry, {
          UPSTREAM_ENDPOINT: emulator.url,
          REDIS_URL: redis.url,
          RATE_LIMIT_PER_MINUTE: "100000",
          UPSTREAM_CALLS_PER_SECOND: String(LIMIT),
        }),
      );
    }
    for (const one of gateways) await usesRedis(one);
  }, 180_000);
  afterAll(async () => {
    await Promise.all(gateways.map((one) => one.kill()));
    await redis.kill();
    await emulator.stop();
  });

  it("never make more calls of an operation in a second than the limit", async () => {
    const answers = await Promise.all(
      Array.from({ length: 90 }, (_, n) =>
        // Different contacts, because equal reads would be one call.
        GRAPHQL.call(
          gateways[n % 3]?.url ?? "",
          "getMessageContactDeletionStatus",
          { contactId: `c-${String(n).padStart(16, "0")}` },
        ),
      ),
    );
    expect(answers.filter(({ code }) => code !== "OK")).toEqual([]);
    const calls = emulator.control.calls();
    expect(calls).toHaveLength(90);
    const times = calls.map(({ at }) => Date.parse(at));
    expect(mostWithinASecond(times)).toBeLessThanOrEqual(LIMIT);
  }, 60_000);

  it("slow down together when the vendor throttles one of them", async () => {
    const ratesNow = async (): Promise<number[]> =>
      Promise.all(
        gateways.map(async ({ opsUrl }) => {
          const text = await (await fetch(`${opsUrl}/metrics`)).text();
          const found =
            /^message_contacts_upstream_rate_limit\{.*operation="getMessageContactDeletionStatus".*\} (\S+)$/m.exec(
              text,
            );
          return Number(found?.[1] ?? LIMIT);
        }),
      );
    emulator.control.addFault({
      effect: "throttle",
      operation: "GetMessageContactDeletionStatus",
    });
    const read = (n: number): Promise<unknown> =>
      GRAPHQL.call(
        gateways[n % 3]?.url ?? "",
        "getMessageContactDeletionStatus",
        { contactId: `c-${String(n).padStart(16, "1")}` },
      );
    await read(0);
    for (const n of [1, 2]) await read(n);
    const rates = await ratesNow();
    expect(rates.every((rate) => rate < LIMIT)).toBe(true);
  }, 60_000);
});

/** Greatest number of times within any second. */
function mostWithinASecond(times: readonly number[]): number {
  const sorted = [...times].sort((a, b) => a - b);
  return Math.max(
    ...sorted.map(
      (from) => sorted.filter((at) => at >= from && at < from + 1_000).length,
    ),
  );
}
