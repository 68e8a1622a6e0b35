import {
  afterAll,
  afterEach,
  beforeAll,
  describe,
  expect,
  it,
} from "@jest/globals";
import { readdirSync, readFileSync } from "node:fs";
import { Redis } from "ioredis";
import { checkState } from "../../../src/commands/state-check.js";
import { readConfig } from "../../../src/config/read-config.js";
import {
  CLUSTER_COMMANDS,
  NEEDED_COMMANDS,
  SENTINEL_COMMANDS,
} from "../../../src/shared-state/redis/redis-commands.js";
import { expectAgreement } from "../../support/agreement.js";
import { documentAt } from "../../support/docs.js";
import { buildGateway } from "../../support/gateway-process.js";
import { startPair, type Pair } from "../../support/pair.js";
import { hasRedisServer, RedisServer } from "../../support/redis-server.js";

const describeHere = hasRedisServer() ? describe : describe.skip;

const PAGE = documentAt("docs/redis.md");

/** The documented rules: of the data servers first, then of the Sentinels. */
const [RULES = [], SENTINEL_RULES = []] = [
  ...PAGE.matchAll(/^ACL SETUSER gateway (.+)$/gm),
].map(([, rules = ""]) => rules.replace(">PASSWORD", ">pw").split(" "));

/** Patterns of the documented keys. */
const KEYS = [
  ...PAGE.slice(PAGE.indexOf("## What is stored")).matchAll(
    /`([a-z]+:[^`]+)`/g,
  ),
].flatMap(([, name = ""]) => {
  const escape = (text: string): string =>
    text
      .split(/<\w+>/)
      .map((part) => part.replaceAll(/[{}]/g, "\\$&"))
      .join("[^{}]+");
  const group = name.replace(/[^:]+$/, "");
  const row = PAGE.split("\n").find((line) => line.includes(`\`${name}\``));
  const more = [...(row ?? "").matchAll(/`…:(\w+)`/g)].map(
    ([, part = ""]) => `${group}${part}`,
  );
  return [name, ...more].map(
    (text) => new RegExp(`^message-contacts:${escape(text)}$`),
  );
});

const granted = (rules: readonly string[]): string[] =>
  rules
    .filter((rule) => rule.startsWith("+"))
    .map((rule) => rule.slice(1))
    .sort();

describe("the documented permissions", () => {
  it("name each command of the scripts and of the client, and no other one", () => {
    const always = NEEDED_COMMANDS.filter(({ when }) => when === undefined);
    expect(granted(RULES)).toEqual(always.map(({ name }) => name).sort());
    for (const { name, when } of NEEDED_COMMANDS) {
      if (when !== undefined) expect(PAGE).toContain(`\`+${name}\``);
    }
    for (const name of CLUSTER_COMMANDS) {
      expect(PAGE).toContain(`+${name.replace("|", "\\|")}`);
    }
    expect(granted(SENTINEL_RULES)).toEqual([...SENTINEL_COMMANDS]);
  });

  it("contain each command of each script", () => {
    const folder = "src/shared-state";
    const used = readdirSync(folder, { recursive: true, encoding: "utf8" })
      .filter((file) => file.endsWith(".ts"))
      .flatMap((file) => [
        ...readFileSync(`${folder}/${file}`, "utf8").matchAll(
          /redis\.call\('(\w+)'/g,
        ),
      ])
      .map(([, name = ""]) => name.toLowerCase());
    const names = NEEDED_COMMANDS.map(({ name }) => name);
    expect([...new Set(used)].filter((name) => !names.includes(name))).toEqual(
      [],
    );
  });
});

describeHere("a Redis user with the documented permissions", () => {
  let entry: string;
  let redis: RedisServer;
  let admin: Redis;
  let pair: Pair | null = null;

  beforeAll(async () => {
    entry = buildGateway();
    redis = await RedisServer.start();
    admin = new Redis(redis.url);
  }, 180_000);
  afterEach(async () => {
    await pair?.stop();
    pair = null;
  });
  afterAll(async () => {
    admin.disconnect();
    await redis.kill();
  });

  const url = (): string =>
    redis.url.replace("redis://", "redis://gateway:pw@");
  const permit = async (...more: string[]): Promise<void> => {
    await admin.call("ACL", "SETUSER", "gateway", "reset", ...RULES, ...more);
    await admin.call("ACL", "LOG", "RESET");
  };
  const check = async (REDIS_URL = url()): Promise<string> => {
    const config = readConfig({
      REDIS_URL,
      UPSTREAM_ENDPOINT: "http://127.0.0.1:9",
      ALIBABA_CLOUD_ACCESS_KEY_ID: "testid",
      ALIBABA_CLOUD_ACCESS_KEY_SECRET: "testsecret",
    });
    const results = await checkState(config);
    return results
      .map(({ level, sentence, advice = "" }) =>
        `${level} ${sentence} ${advice}`.trim(),
      )
      .join("\n");
  };

  it("can run everything, and Redis rejects no command", async () => {
    await permit();
    pair = await startPair([entry, entry], { REDIS_URL: url() });
    await expectAgreement(pair);
    const stored = await admin.keys("*");
    expect(stored.filter((key) => !KEYS.some((one) => one.test(key)))).toEqual(
      [],
    );
    for (const key of stored) expect(await admin.pttl(key)).toBeGreaterThan(0);
    expect(await check()).toContain("ok Redis accepts all commands.");
    await pair.stop();
    pair = null;
    expect(await admin.call("ACL", "LOG")).toEqual([]);
  }, 60_000);

  it("is reported by doctor for each command that it lacks", async () => {
    for (const name of granted(RULES)) {
      await permit(`-${name}`);
      const text = await check();
      expect(text).toBe(
        `fail The user of REDIS_URL may not run ${name.toUpperCase()}. Grant them: ACL SETUSER <user> +${name}`,
      );
    }
  }, 60_000);

  it("is reported by doctor if it may not use the keys or the channels", async () => {
    await permit("resetkeys", "~other:*");
    expect(await check()).toContain("ACL SETUSER <user> ~message-contacts:*");
    await permit("resetchannels", "&other:*");
    expect(await check()).toContain("ACL SETUSER <user> &message-contacts:*");
  });

  it("needs SELECT for another database", async () => {
    await permit();
    expect(await check(`${url()}/3`)).toContain("may not run SELECT");
    await permit("+select");
    expect(await check(`${url()}/3`)).toContain("ok Redis accepts");
    expect(await check(`${url()}/99`)).toContain(
      "The database in REDIS_URL does not exist.",
    );
  });

  it("is reported by doctor if its password is wrong", async () => {
    await permit();
    const wrong = await check(url().replace(":pw@", ":canary@"));
    expect(wrong).toContain("rejects the user or the password");
    expect(wrong).not.toContain("canary");
    const none = await RedisServer.start("--requirepass", "secret");
    expect(await check(none.url)).toContain("fail Redis requires a password");
    await none.kill();
  });
});
