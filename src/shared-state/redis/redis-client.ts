import { Redis } from "ioredis";

/** Command timeout: a request with an idempotency key must be answered within 500 ms. */
const COMMAND_TIMEOUT_MS = 400;

/** Maximum pause between two connection attempts; recovery takes little longer. */
const RECONNECT_CAP_MS = 1_000;

/** Socket timeout: a connection without any data for this long is closed. */
const DEAD_AFTER_MS = 5_000;

/** Opens a connection that rejects commands at once while it is not established. */
export function connect(url: string): Redis {
  return new Redis(url, {
    commandTimeout: COMMAND_TIMEOUT_MS,
    socketTimeout: DEAD_AFTER_MS,
    connectTimeout: 2_000,
    keepAlive: 10_000,
    enableOfflineQueue: false,
    // Our probe replaces it, and does not need permission for INFO.
    enableReadyCheck: false,
    // With client information, ioredis reports `ready` after a connection that was closed
    // at once, as by a load balancer without a server, and never connects again.
    disableClientInfo: true,
    autoResendUnfulfilledCommands: false,
    autoResubscribe: false,
    maxRetriesPerRequest: 0,
    retryStrategy: (times) =>
      Math.min(RECONNECT_CAP_MS, 50 * 2 ** Math.min(times, 8)) *
      (0.5 + Math.random() / 2),
  });
}
