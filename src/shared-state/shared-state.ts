import { getHeapStatistics } from "node:v8";
import type { CreateLimiter } from "../access/rate-limits.js";
import type { Config } from "../config/config.js";
import type { Logger } from "../logging/logger.js";
import {
  MemoryDeletionLedger,
  type DeletionLedger,
} from "../message-contacts/deletions/deletion-ledger.js";
import {
  NO_RELAY,
  type DeletionRelay,
} from "../message-contacts/deletions/deletion-relay.js";
import {
  MemoryVerificationLog,
  type VerificationLog,
} from "../message-contacts/verifications/verification-log.js";
import type { BoundedTable } from "../upstream/idempotency/bounded-entries.js";
import {
  abandonedAfterMs,
  type KeyStore,
} from "../upstream/idempotency/key-store.js";
import {
  keyBoundsFor,
  MemoryKeyStore,
} from "../upstream/idempotency/memory-key-store.js";
import {
  MemoryWriteQueue,
  type WriteQueue,
  type WriteQueues,
} from "../upstream/writes/write-queue.js";

/**
 * Where state is kept, and whether it can be used: `redis-away` means that Redis is
 * unreachable, `redis-refused` that it rejects required commands.
 */
export type SharedStateStatus =
  "memory" | "redis" | "redis-away" | "redis-refused";

/** State that outlives a request, of this process or of all replicas. */
export interface SharedState {
  readonly status: SharedStateStatus;
  /** Error prefix of Redis, or a system error code; null while state can be used. */
  readonly problem: string | null;
  /** Tables in memory that reject new entries when they are full. */
  readonly tables: readonly BoundedTable[];
  readonly keys: KeyStore;
  readonly queues: WriteQueues;
  readonly ledger: DeletionLedger;
  readonly relay: DeletionRelay;
  readonly verifications: VerificationLog;
  /** Resolves when all running and queued writes have finished. */
  writesDone(): Promise<void>;
  /** If absent, rate limits are counted in memory. */
  readonly limits?: CreateLimiter;
  close(): Promise<void>;
}

/** Maximum time a write can be queued: its deadline is at most one minute. */
const MAX_QUEUE_MS = 60_000;

/** Opens the state that the configuration selects: in Redis or in memory. */
export async function openSharedState(
  config: Config,
  logger: Logger,
): Promise<SharedState> {
  const { REDIS_URL: url, REDIS_KEY_PREFIX: prefix } = config;
  const abandonedMs = abandonedAfterMs(config.WRITE_DEADLINE_MS);
  if (url === undefined) return memoryState(abandonedMs);
  // Imported only when used, because the Redis client is a large library.
  const { openRedisState } = await import("./redis-state.js");
  const state = await openRedisState(
    url,
    { prefix, secret: config.STATE_SECRET, abandonedMs },
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
    verifications,
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
