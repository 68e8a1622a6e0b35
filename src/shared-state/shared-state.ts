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
 * Where state lives, and whether it can be used now: Redis may be unreachable
 * (`redis-away`), or answer and refuse the commands that are needed.
 */
export type SharedStateStatus =
  "memory" | "redis" | "redis-away" | "redis-refused";

/** State that outlives a request: of this process, or of all replicas. */
export interface SharedState {
  readonly status: SharedStateStatus;
  /** Error word of Redis, or a system code; null while state can be used. */
  readonly problem: string | null;
  /** Tables in memory that reject new entries when they are full. */
  readonly tables: readonly BoundedTable[];
  readonly keys: KeyStore;
  readonly queues: WriteQueues;
  readonly ledger: DeletionLedger;
  readonly relay: DeletionRelay;
  readonly verifications: VerificationLog;
  /** Resolves when the writes that have begun or wait are over. */
  writesDone(): Promise<void>;
  /** Absent: limits are counted in memory. */
  readonly limits?: CreateLimiter;
  close(): Promise<void>;
}

/** No write waits longer: its deadline is a minute at most. */
const LONGEST_QUEUE_MS = 60_000;

/** What the configuration names. */
export async function openSharedState(
  config: Config,
  logger: Logger,
): Promise<SharedState> {
  const { REDIS_URL: url, REDIS_KEY_PREFIX: prefix } = config;
  const abandonedMs = abandonedAfterMs(config.WRITE_DEADLINE_MS);
  if (url === undefined) return memoryState(abandonedMs);
  // Loaded only when it is used: its client is a large library.
  const { openRedisState } = await import("./redis-state.js");
  const state = await openRedisState(
    url,
    { prefix, secret: config.STATE_SECRET, abandonedMs },
    logger,
  );
  // Not spread: whether Redis is there is asked anew each time.
  return Object.assign(state, queuesOf(state.queueOf));
}

/** State of this process alone. */
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
      await Promise.all(locals.map((local) => local.drained(LONGEST_QUEUE_MS)));
    },
  };
}
