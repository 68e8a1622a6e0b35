import { createHmac } from "node:crypto";
import { RateLimiterMemory, RateLimiterRedis } from "rate-limiter-flexible";
import type { CreateLimiter } from "../access/rate-limits.js";
import type { RedisConnection } from "./redis-connection.js";

/**
 * The library's own script, but a value that it cannot have written is replaced:
 * it would lock a caller out for as long as it stands.
 */
const COUNT = `
local ttl = redis.call('PTTL', KEYS[1])
local isOurs = redis.call('TYPE', KEYS[1]).ok == 'string' and ttl > 0 and ttl <= 1000 * ARGV[2]
if isOurs then
  local text = redis.call('GET', KEYS[1])
  isOurs = string.match(text, '^%d+$') and #text < 13
end
if not isOurs then
  redis.call('SET', KEYS[1], 0, 'EX', ARGV[2])
  ttl = 1000 * ARGV[2]
end
return { redis.call('INCRBY', KEYS[1], ARGV[1]), ttl }
`;

/**
 * Makes limits that all replicas count together. While the store is away each
 * replica counts for itself, which lets through at most as many times more as
 * there are replicas.
 *
 * @param secret keys the hashes of what is counted: a network address is a
 *   personal datum, and does not stand in a key
 */
export function sharedLimits(
  connection: RedisConnection,
  secret: string,
): CreateLimiter {
  const nameOf = (key: string): string =>
    createHmac("sha256", secret).update(key).digest("base64url").slice(0, 22);
  return (options) => {
    const local = new RateLimiterMemory(options);
    const shared = new RateLimiterRedis({
      ...options,
      keyPrefix: `${connection.keyPrefix}${options.keyPrefix}`,
      storeClient: connection.client,
      rejectIfRedisNotReady: true,
      customIncrTtlLuaScript: COUNT,
      insuranceLimiter: local,
    });
    // A store that is only slow is passed by as well, without waiting for it.
    const inUse = (): RateLimiterMemory | RateLimiterRedis =>
      connection.isAway ? local : shared;
    return {
      consume: (key, points) => inUse().consume(nameOf(String(key)), points),
      penalty: (key, points) => inUse().penalty(nameOf(String(key)), points),
    };
  };
}
