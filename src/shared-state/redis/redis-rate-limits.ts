import { createHmac } from "node:crypto";
import { RateLimiterMemory, RateLimiterRedis } from "rate-limiter-flexible";
import type { CreateLimiter } from "../../access/rate-limits.js";
import type { RedisConnection } from "./redis-connection.js";

/**
 * Increments a counter like the library's own script, but replaces a value that the
 * library cannot have written: such a value could block a caller permanently.
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
 * Creates rate limiters that all replicas count together. While Redis is
 * unavailable each replica counts alone, so the effective limit is at most
 * multiplied by the number of replicas.
 *
 * @param secret HMAC key for callers and addresses: a network address is personal
 *   data and must not appear in a Redis key
 */
export function sharedLimits(
  connection: RedisConnection,
  secret: string,
): CreateLimiter {
  const hashOf = (key: string): string =>
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
    // Checked here too, because the library would wait for a slow Redis.
    const inUse = (): RateLimiterMemory | RateLimiterRedis =>
      connection.isUnavailable ? local : shared;
    return {
      consume: (key, points) => inUse().consume(hashOf(String(key)), points),
      penalty: (key, points) => inUse().penalty(hashOf(String(key)), points),
    };
  };
}
