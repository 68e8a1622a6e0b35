import type { DeletionReport } from "./deletion-report.js";

/** The deletion that a relay is asked about. */
export interface RelayedDeletion {
  readonly directory: string;
  readonly contactId: string;
}

/**
 * Lets the replicas that watch one deletion share its looks at the vendor: one
 * looks, all learn. Never rejects; a relay that cannot reach the others leaves
 * each replica to look for itself.
 */
export interface DeletionRelay {
  /** Whether this replica is the one that looks, for the next `forMs`. */
  tryAcquire(deletion: RelayedDeletion, forMs: number): Promise<boolean>;
  /** Leaves looking to the others. */
  stopLooking(deletion: RelayedDeletion): void;
  /** Tells the others, now and when they ask for the latest. */
  publish(deletion: RelayedDeletion, report: DeletionReport): void;
  /** What was told last; null when nothing was, or long ago. */
  latest(deletion: RelayedDeletion): Promise<DeletionReport | null>;
  /** Hears what others tell; gives back what ends it. */
  subscribe(
    deletion: RelayedDeletion,
    listener: (report: DeletionReport) => void,
  ): () => void;
}

/** Under this token the relay in use is injected. */
export const DELETION_RELAY = Symbol("DeletionRelay");

/** One process, which looks for itself. */
export const NO_RELAY: DeletionRelay = {
  tryAcquire: () => Promise.resolve(true),
  stopLooking: () => undefined,
  publish: () => undefined,
  latest: () => Promise.resolve(null),
  subscribe: () => () => undefined,
};
