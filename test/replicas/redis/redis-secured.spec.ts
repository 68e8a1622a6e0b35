import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { Redis } from "ioredis";
import { CLUSTER_COMMANDS } from "../../../src/shared-state/redis/redis-commands.js";
import { expectAgreement, usesRedis } from "../../support/agreement.js";
import { buildGateway } from "../../support/gateway-process.js";
import { isInstalled } from "../../support/installed.js";
import { startPair } from "../../support/pair.js";
import { RedisCluster } from "../../support/redis-cluster.js";
import { redisSecurity } from "../../support/redis-security.js";
import { RedisSentinel } from "../../support/redis-sentinel.js";
import { hasRedisServer, RedisServer } from "../../support/redis-server.js";
import { makeTlsFiles, type TlsFiles } from "../../support/tls-files.js";
import { until } from "../../support/until.js";

const describeHere =
  hasRedisServer() && isInstalled("openssl", "apt-get install -y openssl")
    ? describe
    : describe.skip;

/** Connections of two replicas: for commands, for replicated ones and for subscriptions. */
const CONNECTIONS = 6;

/** Sends a command to a server, as the default user. */
async function ask(
  { url }: RedisServer,
  name: string,
  ...args: readonly string[]
): Promise<unknown> {
  const client = new Redis(url);
  try {
    return await client.call(name, ...args);
  } finally {
    client.disconnect();
  }
}

async function expectNoRejection(
  servers: readonly RedisServer[],
): Promise<void> {
  for (const server of servers) {
    expect(await ask(server, "ACL", "LOG")).toEqual([]);
  }
}

describeHere(
  "two replicas with TLS, as a user with the documented permissions",
  () => {
    let entry: string;
    let files: TlsFiles;

    beforeAll(() => {
      entry = buildGateway();
      files = makeTlsFiles();
    }, 180_000);
    afterAll(() => files.remove());

    const environment = (REDIS_URL: string): Record<string, string> => ({
      REDIS_URL,
      REDIS_CA_FILE: files.ca,
      REDIS_CLIENT_CERT_FILE: files.clientCertificate,
      REDIS_CLIENT_KEY_FILE: files.clientKey,
    });

    it("agree on a Redis with Sentinel, and use the new primary after a failover", async () => {
      const security = redisSecurity(files, "+wait");
      const redis = await RedisSentinel.start(security);
      const pair = await startPair([entry, entry], {
        ...environment(redis.url),
        REDIS_SENTINEL_USERNAME: "gateway",
        REDIS_SENTINEL_PASSWORD: security.password,
      });
      try {
        await expectAgreement(pair);
        const [, replica] = redis.servers;
        const before = await redis.primaryPort();
        // It refuses while it does not know the state of the replica.
        await until("the Sentinel begins a failover", () =>
          redis.failOver().then(
            () => true,
            () => false,
          ),
        );
        await until(
          "the Sentinel promotes the replica",
          async () => (await redis.primaryPort()) !== before,
          30_000,
        );
        await until("all connections lead to the new primary", async () => {
          const clients = await ask(replica, "CLIENT", "LIST");
          return String(clients).split("user=gateway ").length > CONNECTIONS;
        });
        for (const one of [pair.a, pair.b]) await usesRedis(one);
        await expectNoRejection(redis.servers);
      } finally {
        await pair.stop();
        await redis.stop();
      }
    }, 120_000);

    it("agree on a Redis Cluster", async () => {
      const security = redisSecurity(
        files,
        "+wait",
        ...CLUSTER_COMMANDS.map((name) => `+${name}`),
      );
      const redis = await RedisCluster.start({ security, hasReplicas: true });
      const pair = await startPair([entry, entry], environment(redis.url));
      try {
        await expectAgreement(pair);
        await expectNoRejection(redis.servers);
      } finally {
        await pair.stop();
        await redis.stop();
      }
    }, 120_000);
  },
);
