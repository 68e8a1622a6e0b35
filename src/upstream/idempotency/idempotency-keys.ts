import { createHmac, randomUUID } from "node:crypto";
import { ErrorCode } from "../../errors/error-codes.js";
import { GatewayError } from "../../errors/gateway-error.js";
import type {
  KeyAnswer,
  KeyMove,
  KeyState,
  KeyStore,
  StoredResult,
} from "./key-store.js";

/** A write with an idempotency key. */
export interface KeyedWrite {
  readonly caller: string;
  /** Directory, key, and index of the write within its request. */
  readonly scope: readonly string[];
  /** Operation and parameters; must be equal when the key is used again. */
  readonly payload: object;
  /** Whether a stored result is valid for this write. */
  readonly isReadable: (result: StoredResult) => boolean;
}

/** Either the exclusive right to run the write, or its earlier result. */
export type Claim =
  | { readonly kind: "own"; readonly hold: KeyHold }
  | {
      readonly kind: "replay";
      readonly startedAtMs: number;
      readonly result: StoredResult;
    };

/** States in which the owner is still working. */
const OWNED: readonly KeyState[] = ["waiting", "running"];

/**
 * Grants each key to at most one write at a time, over any store.
 *
 * The store records which claim owns a key. This process also keeps the keys of its
 * running writes, so that a store that lost its data cannot make it run the same
 * key twice at the same time.
 */
export class IdempotencyKeys {
  /** Fingerprints of this process's running writes, by key. */
  private readonly running = new Map<string, string>();

  /** @param secret HMAC key, so that phone numbers cannot be guessed from hashes */
  constructor(
    private readonly store: KeyStore,
    private readonly secret: string,
    private readonly now: () => number = Date.now,
  ) {}

  /**
   * @throws {GatewayError} IDEMPOTENCY_KEY_REUSED for another payload;
   *   IDEMPOTENCY_IN_PROGRESS while the first write runs; STATE_UNAVAILABLE when the
   *   store is unreachable, because a keyed write never runs unprotected;
   *   RATE_LIMITED or GATEWAY_BUSY when the store is full
   */
  async claim(write: KeyedWrite): Promise<Claim> {
    const { caller } = write;
    const key = this.hash(JSON.stringify([caller, ...write.scope]));
    const fingerprint = this.hash(JSON.stringify(write.payload));
    this.rejectIfRunning(key, fingerprint);
    const request = {
      caller,
      fingerprint,
      owner: randomUUID(),
      startedAtMs: this.now(),
    };
    const answer = await orStateUnavailable(this.store.claim(key, request));
    if (answer.kind !== "held") {
      return this.grant(key, request, answer);
    }
    const { record } = answer;
    if (record.fingerprint !== fingerprint) {
      throw new GatewayError(ErrorCode.IDEMPOTENCY_KEY_REUSED);
    }
    if (record.state !== "settled") throw inProgress();
    const { result, startedAtMs } = record;
    if (result !== undefined && write.isReadable(result)) {
      return { kind: "replay", startedAtMs, result };
    }
    // The stored result is invalid: take the record over and read back.
    const { owner } = request;
    const moved = await orStateUnavailable(
      this.store.move(key, {
        owner: record.owner,
        caller,
        from: ["settled"],
        orAbsent: false,
        to: { fingerprint, state: "running", owner, startedAtMs },
      }),
    );
    if (moved !== "moved") throw inProgress();
    return this.grant(key, request, { kind: "takenOver", startedAtMs });
  }

  private async grant(
    key: string,
    { caller, fingerprint, owner, startedAtMs }: KeyOwner,
    answer: Exclude<KeyAnswer, { kind: "held" }>,
  ): Promise<Claim> {
    const wasSent = answer.kind === "takenOver";
    let isRegistered = false;
    const hold = new KeyHold(
      this.store,
      key,
      {
        caller,
        fingerprint,
        owner,
        startedAtMs: wasSent ? answer.startedAtMs : startedAtMs,
      },
      wasSent,
      () => {
        if (isRegistered) this.running.delete(key);
      },
    );
    try {
      // The store lost the record of a write that this process still runs.
      this.rejectIfRunning(key, fingerprint);
    } catch (error) {
      await (wasSent ? hold.markUncertain() : hold.release());
      throw error;
    }
    this.running.set(key, fingerprint);
    isRegistered = true;
    return { kind: "own", hold };
  }

  private rejectIfRunning(key: string, fingerprint: string): void {
    const running = this.running.get(key);
    if (running === undefined) return;
    throw running === fingerprint
      ? inProgress()
      : new GatewayError(ErrorCode.IDEMPOTENCY_KEY_REUSED);
  }

  private hash(text: string): string {
    return createHmac("sha256", this.secret).update(text).digest("base64url");
  }
}

interface KeyOwner {
  readonly caller: string;
  readonly fingerprint: string;
  readonly owner: string;
  readonly startedAtMs: number;
}

/**
 * The exclusive right to run one write. It ends with `settle`, `markUncertain` or
 * `release`. When another claim takes the record over, the hold is lost: `confirm`
 * throws, and the other methods change nothing.
 */
export class KeyHold {
  /**
   * @param wasSent whether an earlier owner may have sent the write, so that it must
   *   be settled by reading back before anything is sent
   */
  constructor(
    private readonly store: KeyStore,
    /** HMAC that identifies the write. */
    readonly id: string,
    private readonly own: KeyOwner,
    readonly wasSent: boolean,
    private readonly onEnd: () => void,
  ) {}

  /** Time of the first claim, in milliseconds since 1970. */
  get startedAtMs(): number {
    return this.own.startedAtMs;
  }

  /**
   * Records, immediately before an attempt, that the write may have been sent.
   *
   * @throws {GatewayError} IDEMPOTENCY_IN_PROGRESS when another claim owns the
   *   record, STATE_UNAVAILABLE when ownership cannot be verified; in both cases
   *   the attempt must not be made
   */
  async confirm(): Promise<void> {
    const moved = await orStateUnavailable(
      this.store.move(this.id, {
        ...this.asOwner(),
        orAbsent: false,
        to: this.record("running"),
      }),
    );
    if (moved === "moved") return;
    throw moved === "lost" ? inProgress() : stateUnavailable();
  }

  /** Stores the definite result for later requests with this key. */
  async settle(result: StoredResult): Promise<void> {
    await this.end({ ...this.record("settled"), result }, true);
  }

  /** Marks the outcome as unknown: the next request with this key reads back first. */
  async markUncertain(): Promise<void> {
    await this.end(this.record("uncertain"), true);
  }

  /** Frees the key of a write that was certainly not carried out. */
  async release(): Promise<void> {
    await this.end(null, false);
  }

  private asOwner(): Pick<KeyMove, "owner" | "caller" | "from"> {
    const { owner, caller } = this.own;
    return { owner, caller, from: OWNED };
  }

  private record(state: KeyState): NonNullable<KeyMove["to"]> {
    const { fingerprint, owner, startedAtMs } = this.own;
    return { fingerprint, state, owner, startedAtMs };
  }

  private async end(to: KeyMove["to"], orAbsent: boolean): Promise<void> {
    try {
      await this.store.move(this.id, { ...this.asOwner(), orAbsent, to });
    } catch {
      // The write has ended, so a failing store must not turn it into an error. The
      // record later counts as abandoned and is settled by the next request.
    } finally {
      this.onEnd();
    }
  }
}

function inProgress(): GatewayError {
  return new GatewayError(ErrorCode.IDEMPOTENCY_IN_PROGRESS, {
    retryAfterSeconds: 1,
  });
}

function stateUnavailable(): GatewayError {
  return new GatewayError(ErrorCode.STATE_UNAVAILABLE, {
    retryAfterSeconds: 1,
  });
}

async function orStateUnavailable<T>(operation: Promise<T>): Promise<T> {
  try {
    return await operation;
  } catch (error) {
    throw error instanceof GatewayError ? error : stateUnavailable();
  }
}
