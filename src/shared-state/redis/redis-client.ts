import { Cluster, Redis, type RedisOptions } from "ioredis";
import type { RedisAccess } from "../../config/redis/redis-access.js";
import type { RedisHost } from "../../config/redis/redis-url.js";
import { ignoreBlockedTime } from "./command-timeout.js";

/** Command timeout: a request with an idempotency key must be answered within 500 ms. */
const COMMAND_TIMEOUT_MS = 400;

/** Maximum pause between two connection attempts; recovery takes little longer. */
const RECONNECT_CAP_MS = 1_000;

/** Socket timeout: a connection without any data for this long is closed. */
const DEAD_AFTER_MS = 5_000;

const CONNECT_TIMEOUT_MS = 2_000;

/** In a cluster, a command whose connection closed is sent again after this pause. */
const RESEND_AFTER_MS = 50;

/** A command is sent at most this often in a cluster, so that it settles in time. */
const MAX_REDIRECTIONS = 5;

/** How often the client asks which node has which slots; errors cause it as well. */
const SLOTS_REFRESH_MS = 2_000;

/** Client of a server, of the primary that Sentinel names, or of a cluster. */
export type RedisClient = Redis | Cluster;

class TimedRedis extends Redis {
  override sendCommand(
    ...[command, ...rest]: Parameters<Redis["sendCommand"]>
  ): unknown {
    ignoreBlockedTime(command);
    return super.sendCommand(command, ...rest);
  }
}

class TimedCluster extends Cluster {
  private isOver = false;

  override disconnect(reconnect = false): void {
    if (!reconnect) this.isOver = true;
    super.disconnect(reconnect);
  }

  // After a refresh, the library schedules the next one even if the client was closed
  // meanwhile. The timers would keep the process alive.
  override refreshSlotsCache(
    done?: Parameters<Cluster["refreshSlotsCache"]>[0],
  ): void {
    super.refreshSlotsCache((...result) => {
      if (!this.isOver) done?.(...result);
    });
  }

  override sendCommand(
    ...[command, ...rest]: Parameters<Cluster["sendCommand"]>
  ): unknown {
    ignoreBlockedTime(command);
    return super.sendCommand(command, ...rest);
  }
}

/** Opens connections that reject commands at once while they are not established. */
export function connect(access: RedisAccess): RedisClient {
  const { target } = access;
  switch (target.kind) {
    case "server":
      return new TimedRedis(access.url, optionsOf(access));
    case "sentinel":
      return new TimedRedis(sentinelOptions(access));
    case "cluster":
      return new TimedCluster([...target.hosts], {
        redisOptions: optionsOf(access),
        enableOfflineQueue: false,
        enableReadyCheck: false,
        clusterRetryStrategy: pauseBefore,
        maxRedirections: MAX_REDIRECTIONS,
        retryDelayOnFailover: RESEND_AFTER_MS,
        // Reported as a problem instead, because it lasts longer than a request waits.
        retryDelayOnClusterDown: 0,
        retryDelayOnTryAgain: RESEND_AFTER_MS,
        slotsRefreshTimeout: COMMAND_TIMEOUT_MS,
        slotsRefreshInterval: SLOTS_REFRESH_MS,
        // Keeps host names, which a certificate may require.
        dnsLookup: (host, done) => done(null, host),
      });
  }
}

/** Opens a connection to one node of a cluster, for subscriptions. */
export function connectToNode(access: RedisAccess, node: RedisHost): Redis {
  return new TimedRedis({ ...optionsOf(access), ...node });
}

function optionsOf({ target, tls }: RedisAccess): RedisOptions {
  return {
    // Undefined options would override those of the URL.
    ...(target.username === undefined ? {} : { username: target.username }),
    ...(target.password === undefined ? {} : { password: target.password }),
    ...(tls === null ? {} : { tls }),
    commandTimeout: COMMAND_TIMEOUT_MS,
    socketTimeout: DEAD_AFTER_MS,
    connectTimeout: CONNECT_TIMEOUT_MS,
    keepAlive: 10_000,
    enableOfflineQueue: false,
    // Our probe replaces it, and does not need permission for INFO.
    enableReadyCheck: false,
    // Client information needs another permission (CLIENT SETINFO). With it, ioredis also
    // reports `ready` after a connection that was closed at once, as by a load balancer
    // without a server, and never connects again.
    disableClientInfo: true,
    autoResendUnfulfilledCommands: false,
    autoResubscribe: false,
    maxRetriesPerRequest: 0,
    retryStrategy: pauseBefore,
  };
}

function sentinelOptions(access: RedisAccess): RedisOptions {
  const { target, tls, sentinelUsername, sentinelPassword } = access;
  return {
    ...optionsOf(access),
    db: target.database,
    sentinels: [...target.hosts],
    name: target.primaryName,
    ...(sentinelUsername === undefined ? {} : { sentinelUsername }),
    ...(sentinelPassword === undefined ? {} : { sentinelPassword }),
    ...(tls === null
      ? {}
      : { enableTLSForSentinelMode: true, sentinelTLS: tls }),
    sentinelCommandTimeout: COMMAND_TIMEOUT_MS,
    sentinelRetryStrategy: pauseBefore,
    // The list in REDIS_URL is complete, and the command needs another permission.
    updateSentinels: false,
  };
}

/** Pause before a connection attempt, with jitter. */
function pauseBefore(times: number): number {
  const pause = Math.min(RECONNECT_CAP_MS, 50 * 2 ** Math.min(times, 8));
  return pause * (0.5 + Math.random() / 2);
}
