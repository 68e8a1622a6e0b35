import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { checkState } from "../../../src/commands/state-check.js";
import { readConfig } from "../../../src/config/read-config.js";
import { expectAgreement } from "../../support/agreement.js";
import { buildGateway } from "../../support/gateway-process.js";
import { isInstalled } from "../../support/installed.js";
import { startPair } from "../../support/pair.js";
import {
  freePort,
  hasRedisServer,
  RedisServer,
} from "../../support/redis-server.js";
import { RedisCluster } from "../../support/redis-cluster.js";
import { RedisSentinel } from "../../support/redis-sentinel.js";
import { makeTlsFiles, type TlsFiles } from "../../support/tls-files.js";
import { until } from "../../support/until.js";

const describeHere = hasRedisServer() ? describe : describe.skip;
const describeTls =
  hasRedisServer() && isInstalled("openssl", "apt-get install -y openssl")
    ? describe
    : describe.skip;

type Environment = Readonly<Record<string, string>>;

/** Results of the checks of Redis that `npm run doctor` makes. */
async function check(environment: Environment): Promise<string> {
  const config = readConfig({
    UPSTREAM_ENDPOINT: "http://127.0.0.1:9",
    ALIBABA_CLOUD_ACCESS_KEY_ID: "testid",
    ALIBABA_CLOUD_ACCESS_KEY_SECRET: "testsecret",
    ...environment,
  });
  const results = await checkState(config);
  return results
    .map(({ level, sentence, advice = "" }) =>
      `${level} ${sentence} ${advice}`.trim(),
    )
    .join("\n");
}

describeTls("a Redis with TLS and a private authority", () => {
  let files: TlsFiles;
  let redis: RedisServer;
  let tlsPort: number;
  let trusting: Environment;
  let client: Environment;

  beforeAll(async () => {
    files = makeTlsFiles();
    tlsPort = await freePort();
    redis = await RedisServer.start(
      ...["--tls-port", String(tlsPort)],
      ...["--tls-cert-file", files.serverCertificate],
      ...["--tls-key-file", files.serverKey, "--tls-ca-cert-file", files.ca],
    );
    trusting = { REDIS_CA_FILE: files.ca };
    client = {
      REDIS_CLIENT_CERT_FILE: files.clientCertificate,
      REDIS_CLIENT_KEY_FILE: files.clientKey,
    };
  });
  afterAll(async () => {
    await redis.kill();
    files.remove();
  });

  const url = (host = "localhost"): string => `rediss://${host}:${tlsPort}`;

  it("is shared by replicas that trust the authority and show a certificate", async () => {
    const entry = buildGateway();
    const pair = await startPair([entry, entry], {
      REDIS_URL: url(),
      ...trusting,
      ...client,
    });
    try {
      await expectAgreement(pair);
      expect(
        await check({ REDIS_URL: url(), ...trusting, ...client }),
      ).toContain("ok Redis accepts all commands.");
    } finally {
      await pair.stop();
    }
  }, 180_000);

  it("is reported by doctor if its authority is not trusted", async () => {
    const text = await check({ REDIS_URL: url(), ...client });
    expect(text).toMatch(/^fail The certificate of Redis is not trusted/);
    expect(text).toContain("REDIS_CA_FILE");
  });

  it("is reported by doctor if the certificate is for another name", async () => {
    const text = await check({
      REDIS_URL: url("127.0.0.1"),
      ...trusting,
      ...client,
    });
    expect(text).toContain("a certificate for another host name");
  });

  it("is reported by doctor if it requires a certificate of the gateway", async () => {
    const text = await check({ REDIS_URL: url(), ...trusting });
    expect(text).toContain("Redis requires a certificate of the gateway");
  });

  it("is reported by doctor if its port has no TLS", async () => {
    const plain = url().replace(String(tlsPort), String(redis.port));
    const text = await check({ REDIS_URL: plain, ...trusting });
    expect(text).toContain("Redis is unreachable");
    expect(text).toContain("one without needs redis://");
  });

  it("has files that are read, and used only with TLS", () => {
    for (const [environment, problem] of [
      [{ REDIS_URL: redis.url, ...trusting }, "without TLS"],
      [{ REDIS_URL: url(), REDIS_CA_FILE: "/nowhere" }, "cannot be read"],
      [
        { REDIS_URL: url(), REDIS_CLIENT_KEY_FILE: files.clientKey },
        "set together",
      ],
      [{ REDIS_URL: url(), REDIS_SENTINEL_PASSWORD: "x" }, "redis+sentinel://"],
    ] as const) {
      expect(() => readConfig({ ...environment })).toThrow(problem);
    }
  });
});

describeHere("doctor", () => {
  it("reports a node of a cluster, a read-only replica and wrong Sentinels", async () => {
    const cluster = await RedisCluster.start();
    const sentinel = await RedisSentinel.start();
    try {
      const [node] = cluster.servers;
      expect(await check({ REDIS_URL: node?.url ?? "" })).toContain(
        "fail REDIS_URL names one node of a Redis Cluster.",
      );
      const whole = { REDIS_URL: cluster.url, REDIS_WAIT_REPLICAS: "0" };
      expect(await check(whole)).toContain(
        "ok The Redis Cluster accepts all commands.",
      );
      expect(await check({ REDIS_URL: cluster.url })).toContain(
        "0 of 1 replicas of Redis confirm a write",
      );
      // A replica of Redis may confirm too late on a busy machine.
      await until("doctor accepts the Sentinels", async () =>
        (await check({ REDIS_URL: sentinel.url })).includes(
          "ok The primary that the Sentinels name accepts all commands.",
        ),
      );
      const [primary, replica] = sentinel.servers;
      expect(await check({ REDIS_URL: replica.url })).toContain(
        "fail Redis is a read-only replica.",
      );
      const { url } = sentinel;
      expect(
        await check({ REDIS_URL: url.replace("/main", "/other") }),
      ).toContain(
        "The Sentinels do not know the primary that REDIS_URL names.",
      );
      expect(
        await check({
          REDIS_URL: `redis+sentinel://127.0.0.1:${primary.port}/main`,
        }),
      ).toContain("The Sentinel rejects the request");
      expect(
        await check({ REDIS_URL: `redis+cluster://127.0.0.1:${primary.port}` }),
      ).toContain("A server that is not a cluster needs redis://");
    } finally {
      await cluster.stop();
      await sentinel.stop();
    }
  }, 60_000);

  it("reports settings that differ from those of running replicas", async () => {
    const redis = await RedisServer.start();
    const entry = buildGateway();
    const shared = {
      REDIS_URL: redis.url,
      VERIFICATION_COOLDOWN_SECONDS: "60",
    };
    const pair = await startPair([entry, entry], shared);
    try {
      const environment = {
        ...shared,
        UPSTREAM_ENDPOINT: pair.emulator.url,
        UPSTREAM_CALLS_PER_SECOND: "0",
        RATE_LIMIT_PER_MINUTE: "120",
      };
      expect(await check(environment)).toMatch(
        /ok 2 processes run on this Redis \(version [\d.]+\), with the same settings/,
      );
      const other = await check({
        ...environment,
        VERIFICATION_COOLDOWN_SECONDS: "5",
        ALIBABA_CLOUD_ACCESS_KEY_SECRET: "canary",
      });
      expect(other).toContain(
        "with other values of VERIFICATION_COOLDOWN_SECONDS, ALIBABA_CLOUD_ACCESS_KEY_SECRET.",
      );
      expect(other).not.toContain("canary");
    } finally {
      await pair.stop();
      await redis.kill();
    }
  }, 180_000);
});
