import {
  redisAccessOf,
  type RedisAccess,
} from "../../src/config/redis/redis-access.js";
import type { RedisSettings } from "../../src/config/redis/redis-settings.js";

/** Access to the Redis at a URL, as the gateway derives it from its settings. */
export function accessTo(
  REDIS_URL: string,
  settings: Partial<RedisSettings> = {},
): RedisAccess {
  const access = redisAccessOf({ ...settings, REDIS_URL });
  if (access === null) throw new Error("no URL");
  return access;
}
