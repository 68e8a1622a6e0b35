import { createHash } from "node:crypto";
import type { Redis } from "ioredis";

/**
 * Runs every command that this program needs, on keys in each of its
 * namespaces: a server that answers PING may still refuse them (ACL, memory
 * limit, read-only replica, failed snapshot). Leaves no key behind. SET comes
 * first: after a command that frees memory, a script may exceed the limit.
 */
const PROBE = `
redis.call('TIME')
for _, key in ipairs(KEYS) do
  redis.call('SET', key, '1', 'PX', 5000)
  redis.call('GET', key)
  redis.call('INCR', key)
  redis.call('DECR', key)
  redis.call('INCRBY', key, 1)
  redis.call('EXPIRE', key, 5)
  redis.call('PEXPIRE', key, 5000)
  redis.call('PTTL', key)
  redis.call('TYPE', key)
  redis.call('DEL', key)
  redis.call('HSET', key, 'field', '1')
  redis.call('HGET', key, 'field')
  redis.call('HMGET', key, 'field')
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

/** Namespaces of the keys that this program writes, below its prefix. */
const NAMESPACES = ["idempotency", "write", "sent", "deletion", "watch"];

/** The library of the rate limits appends its own name to this prefix. */
const RATE_NAMESPACES = ["rate:caller", "rate:address"];

/**
 * Resolves when Redis executes the commands that this program needs, in the
 * database that the URL names.
 *
 * @param listening the connection for subscriptions
 * @throws what the client rejects with
 */
export async function probe(
  commands: Redis,
  listening: Redis,
  prefix: string,
): Promise<void> {
  // The client goes on in database 0 when the server rejects another one.
  const { db = 0 } = commands.options;
  if (db !== 0) await commands.select(db);
  const channel = `${prefix}{probe}`;
  const keys = [...NAMESPACES, ...RATE_NAMESPACES].map(
    (name) => `${prefix}${name}:{probe}`,
  );
  await commands.eval(PROBE, keys.length, ...keys, channel);
  await commands.evalsha(PROBE_SHA, keys.length, ...keys, channel);
  if (listening.status === "ready") await listening.subscribe(channel);
}

/** Error words with which a server refuses commands that are correct. */
const REFUSALS = new Set([
  "BUSY",
  "CLUSTERDOWN",
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
 * The error word of the server, such as `NOPERM`; null for an error that is
 * not an answer of the server. Never a part of the message beyond the word:
 * it may quote keys.
 */
export function refusalOf(error: unknown): string | null {
  if (!(error instanceof Error) || !isReply(error)) return null;
  // Older servers wrap the error of a script: "ERR Error running script … -OOM …".
  const words = error.message.match(/\b[A-Z]{3,20}\b/g) ?? [];
  if (/DB index/i.test(error.message)) return "DB-INDEX";
  return words.find((word) => REFUSALS.has(word)) ?? words[0] ?? "ERR";
}

/** Whether the server refuses every such command, not this one key. */
export function isGeneralRefusal(word: string): boolean {
  return REFUSALS.has(word);
}

export function isTimeout(error: unknown): boolean {
  return error instanceof Error && error.message === "Command timed out";
}

/** A system code, for an error of the connection. */
export function codeOf(error: unknown): string {
  return error instanceof Error &&
    "code" in error &&
    typeof error.code === "string"
    ? error.code
    : "failure";
}

function isReply(error: Error): boolean {
  return error.name === "ReplyError" || error.message.startsWith("Ready check");
}
