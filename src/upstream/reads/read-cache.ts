import { LRUCache } from "lru-cache";
import type { Operation } from "../operations.js";
import type { ReadSubject } from "./read-subject.js";

/** Lifetimes of cached reads, in milliseconds. */
export interface ReadCacheLimits {
  /** Lifetime; 0 switches the cache off. */
  readonly lifetimeMs: number;
  /** Lifetime while more than half of the vendor's rate is used; at least `lifetimeMs`. */
  readonly maxLifetimeMs: number;
}

/** A response of the vendor and when it was requested. */
export interface CachedRead {
  /** A `GatewayError` if the vendor reported that there is nothing. */
  readonly answer: object;
  /** Time when the request was sent, on the monotonic clock. */
  readonly sentAtMs: number;
  /** `WriteGenerations.current` when the request was sent. */
  readonly generation: number;
  readonly subject: ReadSubject;
  /** Times that the entry was served. */
  hits: number;
}

/**
 * Lifetime of an operation's responses, as a multiple of `lifetimeMs`. Pending
 * verifications and deletions change when a person or the vendor acts, which takes
 * longer, and each contact costs one call. Pages of the directory are not stored:
 * `DirectoryService` keeps the whole tree, and reads inconsistent pages again.
 */
const LIFETIMES: Readonly<Partial<Record<Operation, number>>> = {
  listMessageContactVerifications: 1.5,
  getMessageContactDeletionStatus: 1.5,
  getResourceDirectory: 0,
  listAccounts: 0,
  listFoldersForParent: 0,
  getFolder: 0,
};

/** Bounds of the cache of one directory, in contacts and pending verifications. */
const MAX_SIZE = 20_000;

/**
 * Responses of the vendor to the reads of one directory, before masking. They contain
 * personal data and stay in memory.
 */
export class ReadCache {
  private readonly entries: LRUCache<string, CachedRead>;

  constructor(
    private readonly limits: ReadCacheLimits,
    now: () => number,
  ) {
    this.entries = new LRUCache({
      maxSize: MAX_SIZE,
      sizeCalculation: ({ answer }) => sizeOf(answer),
      ttl: Math.max(1, limits.maxLifetimeMs),
      ttlResolution: 0,
      perf: { now },
    });
  }

  get isOn(): boolean {
    return this.limits.lifetimeMs > 0;
  }

  get maxLifetimeMs(): number {
    return this.limits.maxLifetimeMs;
  }

  /** Lifetime of an operation's responses without pressure. */
  lifetimeMs(operation: Operation): number {
    const { lifetimeMs, maxLifetimeMs } = this.limits;
    return Math.min(maxLifetimeMs, lifetimeMs * (LIFETIMES[operation] ?? 1));
  }

  has(key: string): boolean {
    return this.isOn && this.entries.has(key);
  }

  get(key: string): CachedRead | undefined {
    return this.isOn ? this.entries.get(key) : undefined;
  }

  /** Stores a response unless a newer one is present. */
  set(key: string, read: CachedRead): void {
    if (!this.isOn) return;
    const present = this.entries.peek(key);
    if (present !== undefined && present.sentAtMs > read.sentAtMs) return;
    this.entries.set(key, read);
  }

  delete(key: string): void {
    this.entries.delete(key);
  }

  /** Removes expired responses, which contain personal data. */
  purge(): void {
    this.entries.purgeStale();
  }
}

function sizeOf(answer: object): number {
  const { Contacts, ContactVerifications } = answer as {
    Contacts?: readonly unknown[];
    ContactVerifications?: readonly unknown[];
  };
  return 1 + (Contacts?.length ?? 0) + (ContactVerifications?.length ?? 0);
}
