import type { RedisAccess } from "../../config/redis/redis-access.js";
import type { Logger } from "../../logging/logger.js";
import type { WriteQueue } from "../../upstream/writes/write-queue.js";
import { LeasedWriteQueue } from "../leased-write-queue.js";
import { RedisCallTokens } from "./redis-call-tokens.js";
import { RedisConnection } from "./redis-connection.js";
import { RedisDeletionLedger } from "./redis-deletion-ledger.js";
import { RedisDeletionRelay } from "./redis-deletion-relay.js";
import { RedisInvalidationBus } from "./redis-invalidation-bus.js";
import { RedisKeyStore } from "./redis-key-store.js";
import { ReplicaRegistry, type RegisteredReplica } from "./replica-registry.js";
import { sharedLimits } from "./redis-rate-limits.js";
import { RedisVerificationHistory } from "./verifications/redis-verification-history.js";
import { RedisVerificationLog } from "./verifications/redis-verification-log.js";
import type { SharedState } from "../shared-state.js";
import { WriteLease } from "../write-lease.js";

/** Maximum wait for Redis at start; after that the gateway starts without it. */
const OPEN_TIMEOUT_MS = 1_000;

/** State that all replicas share. */
export interface RedisState extends Omit<SharedState, "queues" | "writesDone"> {
  /** Extends the local write queue of a directory to all replicas. */
  readonly queueOf: (directory: string, local: WriteQueue) => WriteQueue;
}

/** Opens state in Redis, even if Redis is not reachable yet. */
export async function openRedisState(
  access: RedisAccess,
  {
    prefix,
    // All replicas have the same URL, usually with a password: usable as an HMAC key.
    secret = access.url,
    abandonedMs,
    minReplicas,
    self,
  }: {
    readonly prefix: string;
    readonly secret: string | undefined;
    readonly abandonedMs: number;
    /** Number of replicas that run at least, such as the workers of this machine. */
    readonly minReplicas: number;
    readonly self: RegisteredReplica;
  },
  logger: Logger,
): Promise<RedisState> {
  const connection = new RedisConnection(access, prefix, logger);
  await connection.waitForProbe(OPEN_TIMEOUT_MS);
  const ledger = new RedisDeletionLedger(connection);
  const registry = new ReplicaRegistry(connection, self);
  const verifications = new RedisVerificationLog(connection, secret);
  return {
    get status() {
      const { problem } = connection;
      return problem === null ? "redis" : (`redis-${problem.kind}` as const);
    },
    get problem() {
      return connection.problem?.reason ?? null;
    },
    tables: [ledger.table, verifications.table],
    keys: new RedisKeyStore(connection, abandonedMs),
    queueOf: (directory, local) =>
      new LeasedWriteQueue(local, new WriteLease(connection, directory)),
    ledger,
    relay: new RedisDeletionRelay(connection),
    tokens: (directory, operation) =>
      new RedisCallTokens(connection, `${directory}:${operation}`, minReplicas),
    invalidations: new RedisInvalidationBus(connection),
    verifications,
    verificationHistory: new RedisVerificationHistory(connection, secret),
    limits: sharedLimits(connection, secret),
    close: async () => {
      await registry.close();
      await connection.close();
    },
  };
}
