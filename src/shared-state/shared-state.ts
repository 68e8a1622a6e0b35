import type { CreateLimiter } from "../access/rate-limits.js";
import type { DeletionLedger } from "../message-contacts/deletions/deletion-ledger.js";
import type { DeletionRelay } from "../message-contacts/deletions/deletion-relay.js";
import type { VerificationHistory } from "../message-contacts/verifications/verification-history.js";
import type { VerificationLog } from "../message-contacts/verifications/verification-log.js";
import type { BoundedTable } from "../upstream/idempotency/bounded-entries.js";
import type { KeyStore } from "../upstream/idempotency/key-store.js";
import type { CreateCallTokens } from "../upstream/pacing/call-tokens.js";
import type { InvalidationBus } from "../upstream/reads/invalidation-bus.js";
import type { WriteQueues } from "../upstream/writes/write-queue.js";

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
  readonly invalidations: InvalidationBus;
  /** If absent, each process paces its calls alone. */
  readonly tokens?: CreateCallTokens;
  readonly verifications: VerificationLog;
  readonly verificationHistory: VerificationHistory;
  /** Resolves when all running and queued writes have finished. */
  writesDone(): Promise<void>;
  /** If absent, rate limits are counted in memory. */
  readonly limits?: CreateLimiter;
  close(): Promise<void>;
}
