import { createHmac } from "node:crypto";
import { ErrorCode } from "../errors/error-codes.js";
import { GatewayError, type UpstreamInfo } from "../errors/gateway-error.js";

/** How long the result of a key is kept. */
export const KEY_TTL_MS = 24 * 60 * 60 * 1_000;

/**
 * A write that was begun and never ended is taken up by the next try this long
 * after the deadline it had: nobody can be working on it any more.
 */
export const ABANDONED_MARGIN_MS = 10_000;

/** When a write is abandoned that has `deadlineMs` to end. */
export function abandonedAfterMs(deadlineMs: number): number {
  return deadlineMs + ABANDONED_MARGIN_MS;
}

/** A result that can be given again. Holds no personal data: vendor answers to
 * writes are identifiers, dates and states. */
export type StoredResult =
  | { readonly answer: object }
  | { readonly code: ErrorCode; readonly upstream?: UpstreamInfo };

/**
 * How far a write has got: it `waits` for its turn, is `running` from before
 * its first byte is sent, and is `uncertain` when nobody knows what became of
 * it. One that was abandoned while it waited has done nothing.
 */
export type KeyState = "waiting" | "running" | "uncertain" | "settled";

/** What is known of one key. */
export interface KeyRecord {
  /** Keyed hash of operation and parameters. */
  readonly fingerprint: string;
  readonly state: KeyState;
  /** When the write was first begun, in milliseconds since 1970. */
  readonly startedAtMs: number;
  readonly result?: StoredResult;
}

/** Keeps records for `KEY_TTL_MS`; memory by default, shared where replicas are. */
export interface KeyStore {
  /**
   * Puts `record` if the key is unknown, or its write was abandoned before
   * anything was sent; takes over a write that is uncertain. Atomic.
   *
   * @returns what stood there before, null when `record` was put
   */
  claim(key: string, record: KeyRecord): Promise<KeyRecord | null>;
  put(key: string, record: KeyRecord): Promise<void>;
  forget(key: string): Promise<void>;
}

/** Under this token the store in use is injected. */
export const KEY_STORE = Symbol("KeyStore");

const CAPACITY = 10_000;

/** The store of one process; the oldest record goes when it is full. */
export class MemoryKeyStore implements KeyStore {
  private readonly records = new Map<
    string,
    { readonly record: KeyRecord; readonly at: number }
  >();

  constructor(
    private readonly abandonedMs = abandonedAfterMs(20_000),
    private readonly now: () => number = Date.now,
  ) {}

  claim(key: string, record: KeyRecord): Promise<KeyRecord | null> {
    const before = this.found(key, record.fingerprint);
    if (before !== null) {
      // Another payload must not take the write over: it will be refused.
      if (
        before.state === "uncertain" &&
        before.fingerprint === record.fingerprint
      ) {
        this.set(key, { ...before, state: "running" });
      }
      return Promise.resolve(before);
    }
    this.set(key, record);
    return Promise.resolve(null);
  }

  private found(key: string, fingerprint: string): KeyRecord | null {
    const known = this.records.get(key);
    if (known === undefined) return null;
    const { record, at } = known;
    const ageMs = this.now() - at;
    if (ageMs >= KEY_TTL_MS) return null;
    if (ageMs < this.abandonedMs) return record;
    if (record.state === "running") return { ...record, state: "uncertain" };
    return record.state === "waiting" && record.fingerprint === fingerprint
      ? null
      : record;
  }

  put(key: string, record: KeyRecord): Promise<void> {
    this.set(key, record);
    return Promise.resolve();
  }

  forget(key: string): Promise<void> {
    this.records.delete(key);
    return Promise.resolve();
  }

  private set(key: string, record: KeyRecord): void {
    this.records.delete(key);
    this.records.set(key, { record, at: this.now() });
    if (this.records.size <= CAPACITY) return;
    for (const oldest of this.records.keys()) {
      this.records.delete(oldest);
      return;
    }
  }
}

/** What a caller's idempotency key guards. */
export interface KeyedWrite {
  /** Caller, directory, operation and the caller's key. */
  readonly scope: readonly string[];
  readonly params: object;
}

/** Either run it, settle it first, or give the earlier result again. */
export type Claim =
  | { readonly kind: "run" }
  | { readonly kind: "settle"; readonly startedAtMs: number }
  | {
      readonly kind: "replay";
      readonly startedAtMs: number;
      readonly result: StoredResult;
    };

/** Makes "at most once" of a key, over any store. */
export class IdempotencyKeys {
  /** @param secret keys the hashes, so that a phone number cannot be guessed from one */
  constructor(
    private readonly store: KeyStore,
    private readonly secret: string,
    private readonly now: () => number = Date.now,
  ) {}

  /**
   * @throws {GatewayError} IDEMPOTENCY_KEY_REUSED for another payload,
   *   IDEMPOTENCY_IN_PROGRESS while the first runs, STATE_UNAVAILABLE when
   *   the store cannot be asked: a keyed write is never silently unprotected
   */
  async claim(write: KeyedWrite): Promise<Claim> {
    const fingerprint = this.hash(JSON.stringify(write.params));
    const before = await guarded(
      this.store.claim(this.keyOf(write), {
        fingerprint,
        state: "waiting",
        startedAtMs: this.now(),
      }),
    );
    if (before === null) return { kind: "run" };
    if (before.fingerprint !== fingerprint) {
      throw new GatewayError(ErrorCode.IDEMPOTENCY_KEY_REUSED);
    }
    switch (before.state) {
      case "waiting":
      case "running":
        throw new GatewayError(ErrorCode.IDEMPOTENCY_IN_PROGRESS, {
          retryAfterSeconds: 1,
        });
      case "uncertain":
        return { kind: "settle", startedAtMs: before.startedAtMs };
      case "settled": {
        const { startedAtMs, result } = before;
        return result === undefined
          ? { kind: "settle", startedAtMs }
          : { kind: "replay", startedAtMs, result };
      }
    }
  }

  /**
   * Notes that from now on the write may have been sent.
   *
   * @throws {GatewayError} STATE_UNAVAILABLE when that cannot be noted;
   *   sending it all the same could make it happen twice
   */
  async begin(write: KeyedWrite, startedAtMs: number): Promise<void> {
    const fingerprint = this.hash(JSON.stringify(write.params));
    await guarded(
      this.store.put(this.keyOf(write), {
        fingerprint,
        state: "running",
        startedAtMs,
      }),
    );
  }

  /** Remembers a definite result for the next try. */
  async settle(
    write: KeyedWrite,
    startedAtMs: number,
    result: StoredResult,
  ): Promise<void> {
    await this.record(write, { state: "settled", startedAtMs, result });
  }

  /** The outcome is unknown: the next try reads back first. */
  async leaveOpen(write: KeyedWrite, startedAtMs: number): Promise<void> {
    await this.record(write, { state: "uncertain", startedAtMs });
  }

  /** Nothing was carried out: the key is free again. */
  async release(write: KeyedWrite): Promise<void> {
    // A record that cannot be removed turns uncertain, which is safe.
    await this.store.forget(this.keyOf(write)).catch(() => undefined);
  }

  private async record(
    write: KeyedWrite,
    record: Omit<KeyRecord, "fingerprint">,
  ): Promise<void> {
    const fingerprint = this.hash(JSON.stringify(write.params));
    // The write is over: a store that fails now must not turn it into an error.
    // Its "running" record turns uncertain and is settled on the next try.
    await this.store
      .put(this.keyOf(write), { ...record, fingerprint })
      .catch(() => undefined);
  }

  private keyOf({ scope }: KeyedWrite): string {
    return this.hash(JSON.stringify(scope));
  }

  private hash(text: string): string {
    return createHmac("sha256", this.secret).update(text).digest("base64url");
  }
}

async function guarded<T>(asked: Promise<T>): Promise<T> {
  try {
    return await asked;
  } catch {
    throw new GatewayError(ErrorCode.STATE_UNAVAILABLE, {
      retryAfterSeconds: 1,
    });
  }
}
