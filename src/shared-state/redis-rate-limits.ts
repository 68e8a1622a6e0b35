import { createHmac } from "node:crypto";
import { RateLimiterMemory, RateLimiterRedis } from "rate-limiter-flexible";
import type { LimiterMaker } from "../access/rate-limits.js";
import type { RedisConnection } from "./redis-connection.js";

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
): LimiterMaker {
  const nameOf = (key: string): string =>
    createHmac("sha256", secret).update(key).digest("base64url").slice(0, 22);
  return (options) => {
    const local = new RateLimiterMemory(options);
    const shared = new RateLimiterRedis({
      ...options,
      keyPrefix: `${connection.keyPrefix}${options.keyPrefix}`,
      storeClient: connection.client,
      rejectIfRedisNotReady: true,
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
