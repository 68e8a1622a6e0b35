import { createHash } from "node:crypto";
import { Cluster, type Redis } from "ioredis";
import { STATE_FORMATS, stateKey } from "../state-formats.js";
import type { RedisClient } from "./redis-client.js";

/**
 * Runs every command that the gateway needs, on a key in each of its namespaces. A
 * server that answers PING may still reject them (ACL, memory limit, read-only
 * replica, failed snapshot). The script leaves no key behind. SET comes first: Redis
 * checks its memory limit at the first write command of a script.
 */
const PROBE = `
redis.call('TIME')
for _, key in ipairs(KEYS) do
  redis.call('SET', key, '1', 'PX', 5000)
  redis.call('GET', key)
  redis.call('INCR', key)
  redis.call('DECR', key)
  redis.call('INCRBY', key, 1)
  redis.call('PEXPIRE', key, 5000)
  redis.call('PTTL', key)
  redis.call('TYPE', key)
  redis.call('DEL', key)
  redis.call('HSET', key, 'field', '1')
  redis.call('HGET', key, 'field')
  redis.call('HMGET', key, 'field')
  redis.call('HGETALL', key)
  redis.call('HLEN', key)
  redis.call('HDEL', key, 'other')
  redis.call('DEL', key)
  redis.call('ZADD', key, 1, 'member')
  redis.call('ZRANGE', key, 0, 0, 'WITHSCORES')
  redis.call('ZCARD', key)
  redis.call('ZREMRANGEBYSCORE', key, '-inf', 0)
  redis.call('ZREM', key, 'member')
  redis.call('DEL', key)
end
redis.call('PUBLISH', ARGV[1], '')
return 1
`;

const PROBE_SHA = createHash("sha1").update(PROBE).digest("hex");

/** Kinds of the gateway's keys, below its prefix. */
const KINDS = (
  Object.keys(STATE_FORMATS) as (keyof typeof STATE_FORMATS)[]
).map(stateKey);

/** Key prefixes of the rate limiters; the library appends the key. */
const RATE_NAMESPACES = ["rate:caller", "rate:address"];

/**
 * Resolves if Redis executes the commands that the gateway needs, in the database
 * that the URL names.
 *
 * @param subscriber the connection for subscriptions; null if it is not established
 * @throws the error of the Redis client
 */
export async function probe(
  commands: RedisClient,
  subscriber: Redis | null,
  prefix: string,
): Promise<void> {
  const isCluster = commands instanceof Cluster;
  // The client silently stays in database 0 if the server rejects the selected one.
  const db = isCluster ? 0 : (commands.options.db ?? 0);
  if (db !== 0 && !isCluster) await commands.select(db);
  const channel = `${prefix}{probe}`;
  const keys = [
    ...[...KINDS, ...RATE_NAMESPACES].map((name) => `${prefix}${name}:{probe}`),
    // In another slot: so a node of a cluster, used as a server, answers CROSSSLOT.
    ...(isCluster ? [] : [`${prefix}publish:{reads}`]),
  ];
  await commands.eval(PROBE, keys.length, ...keys, channel);
  await commands.evalsha(PROBE_SHA, keys.length, ...keys, channel);
  await subscriber?.subscribe(channel);
}

/** Error prefixes with which a server rejects valid commands. */
const REFUSALS = new Set([
  "BUSY",
  "CLUSTERDOWN",
  "CROSSSLOT",
  "LOADING",
  "MASTERDOWN",
  "MISCONF",
  "MOVED",
  "NOAUTH",
  "NOPERM",
  "NOREPLICAS",
  "OOM",
  "READONLY",
  "WRONGPASS",
]);

/**
 * The error prefix of the server, such as `NOPERM`; null if the error is not a reply
 * of the server. The rest of the message is dropped, because it may quote keys.
 */
export function errorWordOf(error: unknown): string | null {
  // The client of a cluster reports that no node could be used.
  if (error instanceof Error && "lastNodeError" in error) {
    return errorWordOf(error.lastNodeError);
  }
  if (!(error instanceof Error) || !isReply(error)) return null;
  // Older servers wrap a script's error: "ERR Error running script … -OOM …".
  const words = error.message.match(/\b[A-Z]{3,20}\b/g) ?? [];
  if (/DB index/i.test(error.message)) return "DB-INDEX";
  return words.find((word) => REFUSALS.has(word)) ?? words[0] ?? "ERR";
}

/** Whether the error concerns all commands of its kind, not just one key. */
export function isGeneralRefusal(word: string): boolean {
  return REFUSALS.has(word);
}

export function isTimeout(error: unknown): boolean {
  return error instanceof Error && error.message === "Command timed out";
}

/** The system error code of a connection error, such as `ECONNREFUSED`. */
export function connectionErrorCode(error: unknown): string {
  return typeof error === "object" &&
    error !== null &&
    "code" in error &&
    typeof error.code === "string"
    ? error.code
    : "failure";
}

function isReply(error: Error): boolean {
  return error.name === "ReplyError" || error.message.startsWith("Ready check");
}
