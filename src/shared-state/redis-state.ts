import type { Logger } from "../logging/logger.js";
import type { WriteQueue } from "../upstream/writes/write-queue.js";
import { LeasedWriteQueue } from "./leased-write-queue.js";
import { RedisConnection } from "./redis-connection.js";
import { RedisDeletionLedger } from "./redis-deletion-ledger.js";
import { RedisDeletionRelay } from "./redis-deletion-relay.js";
import { RedisKeyStore } from "./redis-key-store.js";
import { sharedLimits } from "./redis-rate-limits.js";
import { RedisVerificationLog } from "./redis-verification-log.js";
import type { SharedState } from "./shared-state.js";
import { WriteLease } from "./write-lease.js";

/** Longest wait for Redis at start; the gateway starts without it as well. */
const OPEN_TIMEOUT_MS = 1_000;

/** What all replicas share, and how a directory's queue is one of them all. */
export interface RedisState extends Omit<SharedState, "queues" | "writesDone"> {
  readonly queueOf: (directory: string, local: WriteQueue) => WriteQueue;
}

/** State in Redis; opened even if it does not answer yet. */
export async function openRedisState(
  url: string,
  {
    prefix,
    // Replicas share the address and mostly its password: fit to key a hash.
    secret = url,
    abandonedMs,
  }: {
    readonly prefix: string;
    readonly secret: string | undefined;
    readonly abandonedMs: number;
  },
  logger: Logger,
): Promise<RedisState> {
  const connection = new RedisConnection(url, prefix, logger);
  await connection.opened(OPEN_TIMEOUT_MS);
  const ledger = new RedisDeletionLedger(connection);
  const verifications = new RedisVerificationLog(connection, secret);
  return {
    get status() {
      const { problem } = connection;
      return problem === null ? "redis" : (`redis-${problem.kind}` as const);
    },
    get problem() {
      return connection.problem?.word ?? null;
    },
    tables: [ledger.table, verifications.table],
    keys: new RedisKeyStore(connection, abandonedMs),
    queueOf: (directory, local) =>
      new LeasedWriteQueue(local, new WriteLease(connection, directory)),
    ledger,
    relay: new RedisDeletionRelay(connection),
    verifications,
    limits: sharedLimits(connection, secret),
    close: () => connection.close(),
  };
}
