import type { WriteScope } from "./read-subject.js";

/** A write that starts or ends on another replica. */
export interface RemoteWrite extends WriteScope {
  readonly directory: string;
}

/** Receives the writes of other replicas. */
export interface InvalidationListener {
  onWrite(write: RemoteWrite): void;
  /** Writes of other replicas may have been missed. */
  onGap(): void;
}

/**
 * Informs all replicas about the start and the end of each write, so that none serves
 * a cached read from before it. Never rejects.
 */
export interface InvalidationBus {
  /** Whether there can be other replicas. */
  readonly isShared: boolean;
  /** Resolves when the message was delivered, or cannot be delivered. */
  publish(write: RemoteWrite): Promise<void>;
  /**
   * Whether every write that was published before this call has been received. False
   * when that is unknown; the caller must then not use its cache.
   */
  isUpToDate(): Promise<boolean>;
  subscribe(listener: InvalidationListener): void;
}

/** Injection token of the bus in use. */
export const INVALIDATION_BUS = Symbol("InvalidationBus");

/** Bus of a single process. */
export const NO_OTHER_REPLICAS: InvalidationBus = {
  isShared: false,
  publish: () => Promise.resolve(),
  isUpToDate: () => Promise.resolve(true),
  subscribe: () => undefined,
};
