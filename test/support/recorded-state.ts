import { Redis } from "ioredis";
import { startEmulator } from "../../src/emulator/emulator.server.js";
import { REST, type ApiResponse } from "./apis.js";
import { usesRedis } from "./agreement.js";
import { BEN, TOM } from "./emulator-fixture.js";
import { GatewayProcess } from "./gateway-process.js";
import { RedisServer } from "./redis-server.js";
import { until } from "./until.js";

/** A command that a release sent, and the reply that it got when it was repeated. */
export interface RecordedCommand {
  readonly args: readonly string[];
  readonly reply: unknown;
}

/** State that a release left in Redis, and how it reads such state. */
export interface RecordedState {
  readonly version: string;
  /** Content of each key after `runScenario`. */
  readonly keys: readonly {
    readonly name: string;
    readonly type: "hash" | "string" | "zset";
    readonly value: unknown;
  }[];
  /** The commands with which the release repeated the scenario. */
  readonly reads: readonly RecordedCommand[];
}

/** Replicas share hashes only with the same secret. */
export const STATE_ENVIRONMENT = {
  STATE_SECRET: "secret-of-recorded-state-0123456789",
  DRAIN_SECONDS: "0",
};

/** Whose key it is depends on the caller: the one without authentication. */
const KEY = { "idempotency-key": "recorded-key" };

/** A keyed change, a verification message, and a deletion that is complete at once. */
export async function runScenario({
  url,
}: GatewayProcess): Promise<readonly ApiResponse[]> {
  return [
    await REST.call(
      url,
      "updateMessageContact",
      { contactId: TOM, title: "CEO" },
      KEY,
    ),
    await REST.call(url, "sendEmailVerificationForMessageContact", {
      contactId: BEN,
      emailAddress: "ben@example.com",
    }),
    await REST.call(url, "deleteMessageContact", { contactId: BEN }),
  ];
}

/** Runs the scenario with a release, and records what it leaves and how it reads that. */
export async function recordState(
  version: string,
  entry: string,
): Promise<RecordedState> {
  const emulator = await startEmulator();
  const redis = await RedisServer.start();
  const admin = new Redis(redis.url);
  const environment = {
    ...STATE_ENVIRONMENT,
    UPSTREAM_ENDPOINT: emulator.url,
    REDIS_URL: redis.url,
  };
  try {
    const first = await GatewayProcess.start(entry, environment);
    await usesRedis(first);
    await runScenario(first);
    await first.kill();
    const keys = await contentOf(admin);
    // A second process has nothing in memory, so it reads the state in Redis.
    const second = await GatewayProcess.start(entry, environment);
    await usesRedis(second);
    const sent: string[][] = [];
    const monitor = await admin.monitor();
    monitor.on("monitor", (_time, args: string[], source: string) => {
      if (source !== "lua") sent.push(args.map(unescaped));
    });
    await runScenario(second);
    await until("the reads were recorded", () =>
      sent.some((args) => args.join(" ").includes("deletion:")),
    );
    monitor.disconnect();
    await second.kill();
    const reads: RecordedCommand[] = [];
    for (const args of sent.filter(isRead)) {
      reads.push({ args, reply: await replyTo(admin, args) });
    }
    return { version, keys, reads };
  } finally {
    admin.disconnect();
    await redis.kill();
    await emulator.stop();
  }
}

/** Repeats a recorded command. */
export function replyTo(
  redis: Redis,
  [name = "", ...args]: readonly string[],
): Promise<unknown> {
  return redis.call(name, ...args);
}

/** Stores recorded state as if it had just been written. */
export async function restoreState(
  redis: Redis,
  { keys }: RecordedState,
): Promise<void> {
  const now = String(Date.now());
  for (const { name, type, value } of keys) {
    if (type === "string") await redis.set(name, value as string);
    else if (type === "hash") {
      const fields = value as Record<string, string>;
      const at = "at" in fields ? { at: now } : {};
      await redis.hset(name, { ...fields, ...at });
    } else {
      for (const member of value as string[])
        await redis.zadd(name, now, member);
    }
    await redis.pexpire(name, 60_000);
  }
}

/** Records and deletions outlive a rollout; leases, rates and counters do not. */
const LASTING = /:(?:idempotency|sent:(?:pair|target)|deletion):/;

async function contentOf(redis: Redis): Promise<RecordedState["keys"]> {
  const names = (await redis.keys("*")).filter((one) => LASTING.test(one));
  return Promise.all(
    names.sort().map(async (name) => {
      const type = (await redis.type(name)) as "hash" | "string" | "zset";
      switch (type) {
        case "string":
          return { name, type, value: await redis.get(name) };
        case "hash":
          return { name, type, value: await redis.hgetall(name) };
        case "zset":
          return { name, type, value: await redis.zrange(name, 0, -1) };
      }
    }),
  );
}

/** MONITOR escapes control characters and backslashes. */
function unescaped(text: string): string {
  const plain: Readonly<Record<string, string>> = { n: "\n", r: "\r", t: "\t" };
  return text.replaceAll(
    /\\([nrt\\])/g,
    (_all, char: string) => plain[char] ?? char,
  );
}

/** Whether a command reads lasting state, and does not only probe the server. */
function isRead(args: readonly string[]): boolean {
  const text = args.join(" ");
  return (
    /^(?:eval|get)$/i.test(args[0] ?? "") &&
    LASTING.test(text) &&
    !text.includes("{probe}")
  );
}
