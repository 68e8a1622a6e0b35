/** A command that the gateway sends or that its scripts run, as a harmless call. */
export interface NeededCommand {
  /** Name in lower case, as in an ACL rule. */
  readonly name: string;
  /** Arguments for a key and a channel that the gateway may use. */
  readonly args: (key: string, channel: string) => readonly string[];
  /** When it is needed; absent: always. */
  readonly when?: "database" | "replicas";
}

/**
 * Every command that the user of `REDIS_URL` needs. Tests compare it with the commands of
 * the scripts and with the documented rules, and run the gateway with nothing else.
 */
export const NEEDED_COMMANDS: readonly NeededCommand[] = [
  { name: "time", args: () => [] },
  { name: "del", args: (key) => [key] },
  { name: "set", args: (key) => [key, "1", "PX", "1000"] },
  { name: "get", args: (key) => [key] },
  { name: "incr", args: (key) => [key] },
  { name: "decr", args: (key) => [key] },
  { name: "incrby", args: (key) => [key, "1"] },
  { name: "pexpire", args: (key) => [key, "1000"] },
  { name: "pttl", args: (key) => [key] },
  { name: "type", args: (key) => [key] },
  { name: "hset", args: (key) => [`${key}:hash`, "field", "1"] },
  { name: "hget", args: (key) => [`${key}:hash`, "field"] },
  { name: "hmget", args: (key) => [`${key}:hash`, "field"] },
  { name: "hgetall", args: (key) => [`${key}:hash`] },
  { name: "hlen", args: (key) => [`${key}:hash`] },
  { name: "hdel", args: (key) => [`${key}:hash`, "other"] },
  { name: "zadd", args: (key) => [`${key}:zset`, "1", "member"] },
  { name: "zrange", args: (key) => [`${key}:zset`, "0", "0"] },
  { name: "zcard", args: (key) => [`${key}:zset`] },
  { name: "zrem", args: (key) => [`${key}:zset`, "other"] },
  {
    name: "zremrangebyscore",
    args: (key) => [`${key}:zset`, "-inf", "0"],
  },
  { name: "eval", args: (key) => ["return 1", "1", key] },
  // Unknown: so it has no effect, and the reply is NOSCRIPT.
  { name: "evalsha", args: (key) => ["0".repeat(40), "1", key] },
  { name: "publish", args: (_key, channel) => [channel, ""] },
  { name: "subscribe", args: (_key, channel) => [channel] },
  { name: "unsubscribe", args: (_key, channel) => [channel] },
  { name: "select", args: () => ["0"], when: "database" },
  { name: "wait", args: () => ["0", "1"], when: "replicas" },
];

/**
 * Commands of a cluster, with their subcommand. The client names its connections, and may
 * ask a replica for the slots; it ignores a rejection of the last two, but Redis would log
 * one every two seconds.
 */
export const CLUSTER_COMMANDS: readonly string[] = [
  "cluster|slots",
  "client|setname",
  "readonly",
];

/** Commands of the user of the Sentinels. */
export const SENTINEL_COMMANDS: readonly string[] = [
  "sentinel|get-master-addr-by-name",
];
