import { readFileSync, writeFileSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import { Redis } from "ioredis";
import type { RedisServer } from "../support/redis-server.js";
import { bearer } from "../support/signed-in.js";
import { until } from "../support/until.js";
import { SPEED } from "./rules.js";
import { TOM } from "./scene.js";
import type { Step } from "./step.js";

const HOUR_MS = 60 * 60_000;

/** Runs commands on a Redis server, without the gateway. */
async function onRedis(
  url: string,
  run: (redis: Redis) => Promise<unknown>,
): Promise<void> {
  const redis = new Redis(url);
  try {
    await run(redis);
  } finally {
    redis.disconnect();
  }
}

/** Makes a server a replica of another one, and waits until it has its data. */
async function attach(
  standby: RedisServer,
  primary: RedisServer,
): Promise<void> {
  await onRedis(standby.url, async (client) => {
    await client.replicaof("127.0.0.1", primary.port);
    await until("the standby is in sync", async () =>
      (await client.info("replication")).includes("master_link_status:up"),
    );
  });
}

/** Steps in which a service fails that the gateway needs. */
export const FAILING_SERVICES: readonly Step[] = [
  {
    title: "Redis fails over to its replica, behind one address, in 2 s",
    alerts: [],
    log: "shared state is unreachable",
    run: async (scene) => {
      const { redis, standby, redisAddress } = scene;
      await attach(standby, redis);
      await redis.kill();
      await redisAddress.refuse();
      await delay(2_000);
      await onRedis(standby.url, (client) => client.replicaof("NO", "ONE"));
      await redisAddress.accept(standby.port);
      scene.redis = standby;
      scene.standby = redis;
      await delay(5_000);
    },
  },
  {
    title: "Redis is down",
    alerts: ["MessageContactsSharedStateAway"],
    log: "shared state is unreachable",
    seconds: 10,
    run: async ({ redis }) => {
      await redis.kill();
      return () => redis.restart();
    },
  },
  {
    title: "The disk of the audit files is full",
    alerts: ["MessageContactsLogLost"],
    log: "the audit log cannot be written (ENOSPC)",
    obstacle: ({ disk }) =>
      disk === null ? "needs the right to mount a small file system" : null,
    seconds: 10,
    run: ({ disk }) => {
      disk?.fill();
      return Promise.resolve(() => Promise.resolve(disk?.free()));
    },
  },
  {
    title: "The API key file is invalid",
    alerts: ["MessageContactsApiKeyFileFailing"],
    log: "key file",
    run: ({ keyFile }) => {
      const before = readFileSync(keyFile);
      writeFileSync(keyFile, "{");
      return Promise.resolve(() =>
        Promise.resolve(writeFileSync(keyFile, before)),
      );
    },
  },
  {
    title: "The keys of the token issuer cannot be fetched",
    alerts: ["MessageContactsIssuerKeysFailing"],
    log: "an issuer's keys cannot be fetched",
    run: async ({ issuer, issuerAddress, a, b }) => {
      const ask = async (credential: string): Promise<boolean> => {
        const responses = await Promise.all(
          [a, b].map((pod) =>
            fetch(`${pod.url}/v1/message-contacts/${TOM}`, {
              headers: bearer(credential),
            }),
          ),
        );
        return responses.every(({ status }) => status === 200);
      };
      await ask(await issuer.token());
      await issuer.addKey("second");
      await issuerAddress.refuse();
      const token = await issuer.token({}, { kid: "second" });
      const asking = setInterval(() => void ask(token), 1_000);
      return async () => {
        await issuerAddress.accept();
        // The gateway waits 30 s before it fetches keys again.
        await until(
          "the new key is accepted",
          () => delay(500).then(() => ask(token)),
          60_000,
        );
        clearInterval(asking);
      };
    },
  },
  {
    title: "The trace collector is down",
    alerts: ["MessageContactsTracesLost"],
    log: "traces cannot be exported to the collector",
    run: async ({ collectorAddress }) => {
      await collectorAddress.refuse();
      return () => collectorAddress.accept();
    },
  },
  {
    title: "A deletion makes no progress for an hour",
    alerts: ["MessageContactsDeletionStuck"],
    run: async (scene) => {
      const { emulator, keys } = scene;
      emulator.control.changeSettings({ deletionDelayMs: 2 * HOUR_MS });
      const pod = await scene.extra("deletion", {});
      const url = `${pod.url}/v1/message-contacts`;
      const headers = bearer(keys.keys.user);
      const added = await fetch(url, {
        method: "POST",
        headers: { ...headers, "content-type": "application/json" },
        body: JSON.stringify({
          name: "Stuck",
          emailAddress: "stuck@example.com",
          title: "CEO",
          messageTypes: ["SERVICE_MESSAGE"],
        }),
      });
      const { id } = (await added.json()) as { id: string };
      await fetch(`${url}/${id}?retainContactInMembers=false`, {
        method: "DELETE",
        headers,
      });
      const events = await fetch(`${url}/${id}/deletion/events`, { headers });
      await delay(HOUR_MS / SPEED);
      return async () => {
        await events.body?.cancel();
        await scene.removeExtra(pod);
      };
    },
  },
];

/** Alerts that no step drives, and why. */
export const NOT_DRIVEN: Readonly<Record<string, string>> = {};
