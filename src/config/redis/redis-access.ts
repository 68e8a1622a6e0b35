import { readFileSync } from "node:fs";
import type { RedisSettings } from "./redis-settings.js";
import { parseRedisUrl, type RedisTarget } from "./redis-url.js";

/** How to reach Redis. Contains passwords and keys: never log it. */
export interface RedisAccess {
  readonly url: string;
  readonly target: RedisTarget;
  /** Null without TLS. */
  readonly tls: {
    readonly ca?: Buffer;
    readonly cert?: Buffer;
    readonly key?: Buffer;
  } | null;
  readonly sentinelUsername?: string;
  readonly sentinelPassword?: string;
  /** Number of Redis replicas that must confirm a record before a change is sent. */
  readonly waitReplicas: number;
}

/**
 * Null without `REDIS_URL`. Reads the files that the settings name.
 *
 * @throws {Error} if the URL is invalid or a file cannot be read
 */
export function redisAccessOf(
  settings: Partial<RedisSettings>,
): RedisAccess | null {
  const {
    REDIS_URL: url,
    REDIS_SENTINEL_USERNAME: sentinelUsername,
    REDIS_SENTINEL_PASSWORD: sentinelPassword,
  } = settings;
  if (url === undefined) return null;
  const target = parseRedisUrl(url);
  if (target === null) throw new Error("REDIS_URL is invalid");
  return {
    url,
    target,
    tls: target.isTls
      ? {
          ...contentOf("ca", settings.REDIS_CA_FILE),
          ...contentOf("cert", settings.REDIS_CLIENT_CERT_FILE),
          ...contentOf("key", settings.REDIS_CLIENT_KEY_FILE),
        }
      : null,
    ...(sentinelUsername === undefined ? {} : { sentinelUsername }),
    ...(sentinelPassword === undefined ? {} : { sentinelPassword }),
    waitReplicas:
      settings.REDIS_WAIT_REPLICAS ?? (target.kind === "server" ? 0 : 1),
  };
}

function contentOf(
  name: "ca" | "cert" | "key",
  path: string | undefined,
): object {
  return path === undefined ? {} : { [name]: readFileSync(path) };
}
