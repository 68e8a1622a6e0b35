import { getHeapStatistics } from "node:v8";
import type { Config } from "../config/config.js";
import { redisAccessOf } from "../config/redis/redis-access.js";
import { packageVersion } from "../config/version.js";
import type { Logger } from "../logging/logger.js";
import { MemoryDeletionLedger } from "../message-contacts/deletions/deletion-ledger.js";
import { NO_RELAY } from "../message-contacts/deletions/deletion-relay.js";
import { MemoryVerificationHistory } from "../message-contacts/verifications/verification-history.js";
import { MemoryVerificationLog } from "../message-contacts/verifications/verification-log.js";
import { abandonedAfterMs } from "../upstream/idempotency/key-store.js";
import {
  keyBoundsFor,
  MemoryKeyStore,
} from "../upstream/idempotency/memory-key-store.js";
import { NO_OTHER_REPLICAS } from "../upstream/reads/invalidation-bus.js";
import {
  MemoryWriteQueue,
  type WriteQueue,
} from "../upstream/writes/write-queue.js";
import { agreedSettings } from "./agreed-settings.js";
import type { SharedState } from "./shared-state.js";

/** Maximum time a write can be queued: its deadline is at most one minute. */
const MAX_QUEUE_MS = 60_000;

/** Opens the state that the configuration selects: in Redis or in memory. */
export async function openSharedState(
  config: Config,
  logger: Logger,
): Promise<SharedState> {
  const access = redisAccessOf(config);
  const abandonedMs = abandonedAfterMs(config.WRITE_DEADLINE_MS);
  if (access === null) return memoryState(abandonedMs);
  // Imported only when used, because the Redis client is a large library.
  const { openRedisState } = await import("./redis/redis-state.js");
  const state = await openRedisState(
    access,
    {
      prefix: config.REDIS_KEY_PREFIX,
      secret: config.STATE_SECRET,
      abandonedMs,
      minReplicas: config.WEB_CONCURRENCY,
      self: { version: packageVersion(), settings: agreedSettings(config) },
    },
    logger,
  );
  // Object.assign keeps the getters of `state`; a spread would freeze their values.
  return Object.assign(state, queuesOf(state.queueOf));
}

/** State of this process only. */
function memoryState(abandonedMs: number): SharedState {
  const keys = new MemoryKeyStore(
    abandonedMs,
    Date.now,
    keyBoundsFor(getHeapStatistics().heap_size_limit),
  );
  const ledger = new MemoryDeletionLedger();
  const verifications = new MemoryVerificationLog();
  return {
    status: "memory",
    problem: null,
    tables: [keys.table, ledger.table, verifications.table],
    keys,
    ...queuesOf((_directory, local) => local),
    ledger,
    relay: NO_RELAY,
    invalidations: NO_OTHER_REPLICAS,
    verifications,
    verificationHistory: new MemoryVerificationHistory(),
    close: () => Promise.resolve(),
  };
}

function queuesOf(
  make: (directory: string, local: WriteQueue) => WriteQueue,
): Pick<SharedState, "queues" | "writesDone"> {
  const locals: MemoryWriteQueue[] = [];
  return {
    queues: (directory) => {
      const local = new MemoryWriteQueue();
      locals.push(local);
      return make(directory, local);
    },
    writesDone: async () => {
      await Promise.all(locals.map((local) => local.drained(MAX_QUEUE_MS)));
    },
  };
}
