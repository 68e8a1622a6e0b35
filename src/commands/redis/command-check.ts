import { randomUUID } from "node:crypto";
import { Cluster } from "ioredis";
import type { RedisAccess } from "../../config/redis/redis-access.js";
import {
  connect,
  connectToNode,
  type RedisClient,
} from "../../shared-state/redis/redis-client.js";
import {
  NEEDED_COMMANDS,
  type NeededCommand,
} from "../../shared-state/redis/redis-commands.js";
import { errorWordOf } from "../../shared-state/redis/redis-probe.js";
import { REPLICATION_WAIT_MS } from "../../shared-state/redis/replicated-scripts.js";
import type { CheckResult } from "../check-result.js";

/** Explains a problem and what to do about it. */
type Explanation = Pick<CheckResult, "sentence" | "advice">;

const READY_MS = 3_000;
const TTL_MS = 10_000;

/** Two keys in different slots. Only a node of a cluster rejects them together. */
const TWO_SLOTS = ["{a}", "{b}"] as const;

/** Replies that concern the server and not one command. */
const SERVER_PROBLEMS: Readonly<Record<string, Explanation>> = {
  CROSSSLOT: {
    sentence: "REDIS_URL names one node of a Redis Cluster.",
    advice: "Use redis+cluster:// (rediss+cluster:// with TLS).",
  },
  MOVED: {
    sentence: "REDIS_URL names one node of a Redis Cluster.",
    advice: "Use redis+cluster:// (rediss+cluster:// with TLS).",
  },
  CLUSTERDOWN: {
    sentence: "The Redis Cluster is down: not all of its slots are served.",
    advice: "Check the nodes with redis-cli --cluster check.",
  },
  READONLY: {
    sentence: "Redis is a read-only replica.",
    advice:
      "Use the address of the primary, or redis+sentinel://, which finds it.",
  },
  OOM: {
    sentence: "The memory of Redis is full.",
    advice: "Raise maxmemory, or remove the data of other programs.",
  },
  MISCONF: {
    sentence: "Redis rejects writes, because it cannot save a snapshot.",
    advice: "Check the disk of Redis and its log.",
  },
  NOREPLICAS: {
    sentence: "Redis rejects writes, because too few replicas are connected.",
    advice: "Check the replicas and min-replicas-to-write.",
  },
  LOADING: {
    sentence: "Redis is loading its data.",
    advice: "Repeat the check later.",
  },
  "DB-INDEX": {
    sentence: "The database in REDIS_URL does not exist.",
    advice: "Check the number after the host in REDIS_URL, and databases.",
  },
};

/**
 * Runs each command that the gateway needs.
 *
 * @returns why the gateway cannot use Redis; null if it can
 */
export async function commandProblem(
  access: RedisAccess,
  prefix: string,
): Promise<Explanation | null> {
  const client = connect(access);
  client.on("error", () => undefined);
  try {
    if (!(await isReady(client))) {
      return {
        sentence: "Redis is unreachable.",
        advice:
          access.target.kind === "cluster"
            ? "The nodes must be reachable at the addresses that the cluster announces, and its user needs CLUSTER SLOTS. A server that is not a cluster needs redis:// in REDIS_URL."
            : "Check REDIS_URL and the network.",
      };
    }
    return (
      (await serverProblem(client, access, prefix)) ??
      (await permissionProblem(client, access, prefix)) ??
      (await replicationProblem(client, access, prefix))
    );
  } finally {
    client.disconnect();
  }
}

async function isReady(client: RedisClient): Promise<boolean> {
  if (client.status === "ready") return true;
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve(false), READY_MS);
    client.once("ready", () => {
      clearTimeout(timer);
      resolve(true);
    });
  });
}

async function serverProblem(
  client: RedisClient,
  { target }: RedisAccess,
  prefix: string,
): Promise<Explanation | null> {
  const isCluster = client instanceof Cluster;
  const key = `${prefix}doctor:${randomUUID()}`;
  const attempts: (() => Promise<unknown>)[] = [
    ...(isCluster
      ? []
      : [
          ...(target.database === 0
            ? []
            : [() => client.select(target.database)]),
          () => client.eval("return 1", 2, ...TWO_SLOTS.map((s) => key + s)),
        ]),
    () => client.set(key, "1", "PX", TTL_MS),
  ];
  let isStored = false;
  for (const run of attempts) {
    const failure = await failureOf(run);
    const word = errorWordOf(failure) ?? "";
    const problem = SERVER_PROBLEMS[word];
    if (problem !== undefined) return problem;
    isStored = failure === null;
  }
  // Permissions are checked later.
  const found = await client.get(key).catch(() => "1");
  return !isStored || found === "1"
    ? null
    : {
        sentence: "Redis loses stored values.",
        advice: "Check its eviction policy: maxmemory-policy noeviction.",
      };
}

async function permissionProblem(
  client: RedisClient,
  access: RedisAccess,
  prefix: string,
): Promise<Explanation | null> {
  const key = `${prefix}doctor:{${randomUUID()}}`;
  const channel = `${prefix}doctor:${randomUUID()}`;
  const missing: string[] = [];
  let keyPattern = false;
  let channelPattern = false;
  const judge = (name: string, failure: unknown): void => {
    if (errorWordOf(failure) !== "NOPERM") return;
    const { message } = failure as Error;
    if (/ channels? /.test(message)) channelPattern = true;
    else if (/ keys? /.test(message)) keyPattern = true;
    else missing.push(name.toUpperCase());
  };
  for (const command of NEEDED_COMMANDS) {
    if (!isNeeded(command, access) || isSubscription(command)) continue;
    const args = command.args(key, channel);
    judge(
      command.name,
      await failureOf(() => client.call(command.name, ...args)),
    );
  }
  await checkSubscriptions(access, channel, judge);
  await Promise.all(
    [key, `${key}:hash`, `${key}:zset`].map((one) =>
      client.del(one).catch(() => undefined),
    ),
  );
  if (missing.length > 0) {
    return {
      sentence: `The user of REDIS_URL may not run ${missing.join(", ")}.`,
      advice: `Grant them: ACL SETUSER <user> ${missing.map((name) => `+${name.toLowerCase()}`).join(" ")}`,
    };
  }
  if (!keyPattern && !channelPattern) return null;
  const rules = [
    ...(keyPattern ? [`~${prefix}*`] : []),
    ...(channelPattern ? [`&${prefix}*`] : []),
  ];
  return {
    sentence: `The user of REDIS_URL may not use the ${keyPattern ? "keys" : "channels"} that begin with REDIS_KEY_PREFIX.`,
    advice: `Grant them: ACL SETUSER <user> ${rules.join(" ")}`,
  };
}

/** On a connection of its own, which accepts no other commands afterwards. */
async function checkSubscriptions(
  access: RedisAccess,
  channel: string,
  judge: (name: string, failure: unknown) => void,
): Promise<void> {
  const [host] = access.target.hosts;
  if (host === undefined) return;
  const connection =
    access.target.kind === "cluster"
      ? connectToNode(access, host)
      : connect(access);
  connection.on("error", () => undefined);
  try {
    if (!(await isReady(connection))) return;
    for (const command of NEEDED_COMMANDS.filter(isSubscription)) {
      judge(
        command.name,
        await failureOf(() =>
          command.name === "subscribe"
            ? connection.subscribe(channel)
            : connection.unsubscribe(channel),
        ),
      );
    }
  } finally {
    connection.disconnect();
  }
}

/** Whether enough replicas of Redis confirm a write. */
async function replicationProblem(
  client: RedisClient,
  { waitReplicas }: RedisAccess,
  prefix: string,
): Promise<Explanation | null> {
  if (waitReplicas === 0) return null;
  const replies = await client
    .pipeline()
    .set(`${prefix}doctor:${randomUUID()}`, "1", "PX", TTL_MS)
    .call("wait", waitReplicas, REPLICATION_WAIT_MS)
    .exec();
  const confirmed = Number(replies?.[1]?.[1] ?? 0);
  return confirmed >= waitReplicas
    ? null
    : {
        sentence: `${confirmed} of ${waitReplicas} replicas of Redis confirm a write, so changes with an Idempotency-Key are rejected.`,
        advice: "Check the replicas of Redis, or lower REDIS_WAIT_REPLICAS.",
      };
}

function isNeeded({ when }: NeededCommand, access: RedisAccess): boolean {
  switch (when) {
    case undefined:
      return true;
    case "database":
      return access.target.database !== 0;
    case "replicas":
      return access.waitReplicas > 0;
  }
}

function isSubscription({ name }: NeededCommand): boolean {
  return name === "subscribe" || name === "unsubscribe";
}

async function failureOf(run: () => Promise<unknown>): Promise<unknown> {
  try {
    await run();
    return null;
  } catch (error) {
    return error;
  }
}
