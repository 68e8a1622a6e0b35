import type { DeletionReport } from "./deletion-report.js";

/** Identifies a deletion. */
export interface RelayedDeletion {
  readonly directory: string;
  readonly contactId: string;
}

/**
 * Shares the polling of one deletion among the replicas that watch it: one replica polls
 * the vendor and publishes each report to the others. Never rejects. When the shared
 * store is unreachable, each replica polls on its own.
 */
export interface DeletionRelay {
  /** Acquires the poll lease for `ttlMs`; false when another replica holds it. */
  tryAcquire(deletion: RelayedDeletion, ttlMs: number): Promise<boolean>;
  /** Releases the poll lease. */
  release(deletion: RelayedDeletion): void;
  /** Sends a report to the other replicas and stores it as the latest one. */
  publish(deletion: RelayedDeletion, report: DeletionReport): void;
  /** The last published report, or null when there is none or it has expired. */
  latest(deletion: RelayedDeletion): Promise<DeletionReport | null>;
  /** Listens for reports of other replicas; returns a function that unsubscribes. */
  subscribe(
    deletion: RelayedDeletion,
    listener: (report: DeletionReport) => void,
  ): () => void;
}

/** Injection token of the relay in use. */
export const DELETION_RELAY = Symbol("DeletionRelay");

/** Relay of a single process, which always polls by itself. */
export const NO_RELAY: DeletionRelay = {
  tryAcquire: () => Promise.resolve(true),
  release: () => undefined,
  publish: () => undefined,
  latest: () => Promise.resolve(null),
  subscribe: () => () => undefined,
};
