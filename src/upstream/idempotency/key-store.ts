import { ErrorCode } from "../../errors/error-codes.js";
import type { UpstreamInfo } from "../../errors/gateway-error.js";

/** Time that a record is kept. */
export const KEY_TTL_MS = 24 * 60 * 60 * 1_000;

/**
 * An unfinished write may be taken over this long after its deadline. Its owner
 * sends nothing after the deadline, so the two owners cannot overlap.
 */
export const ABANDONED_MARGIN_MS = 10_000;

/** Age at which a write with this deadline counts as abandoned. */
export function abandonedAfterMs(deadlineMs: number): number {
  return deadlineMs + ABANDONED_MARGIN_MS;
}

/** Errors that are definite results of a write; only these are stored. */
export const DEFINITE: ReadonlySet<ErrorCode> = new Set([
  ErrorCode.INVALID_INPUT,
  ErrorCode.NAME_TAKEN,
  ErrorCode.CONTACT_NOT_FOUND,
  ErrorCode.BINDING_TARGET_NOT_FOUND,
  ErrorCode.VERIFICATION_NOT_PENDING,
  ErrorCode.STATUS_CONFLICT,
  ErrorCode.QUOTA_EXCEEDED,
]);

/**
 * A result that can be replayed. Contains no personal data: vendor responses to
 * writes contain only identifiers, dates and states.
 */
export type StoredResult =
  | { readonly answer: object }
  | { readonly code: ErrorCode; readonly upstream?: UpstreamInfo };

/**
 * Progress of a write:
 * - `waiting`: claimed, certainly not sent;
 * - `running`: may have been sent;
 * - `uncertain`: may have been sent, and has no active owner;
 * - `settled`: its result is known.
 */
export type KeyState = "waiting" | "running" | "uncertain" | "settled";

/** Stored record of one key. */
export interface KeyRecord {
  /** HMAC of operation and parameters. */
  readonly fingerprint: string;
  readonly state: KeyState;
  /** Unique token of the claim that wrote the record. */
  readonly owner: string;
  /** Time of the first claim, in milliseconds since 1970. */
  readonly startedAtMs: number;
  readonly result?: StoredResult;
}

/** A claim of a key. */
export interface KeyRequest {
  /** Caller whose bound the record counts against. */
  readonly caller: string;
  readonly fingerprint: string;
  readonly owner: string;
  readonly startedAtMs: number;
}

/**
 * Result of a claim:
 * - `new`: the record is `waiting` and belongs to the claimant;
 * - `takenOver`: an earlier owner may have sent the write; the record is
 *   `running` and belongs to the claimant;
 * - `held`: the record belongs to another claim or is settled; it is unchanged.
 */
export type KeyAnswer =
  | { readonly kind: "new" }
  | { readonly kind: "takenOver"; readonly startedAtMs: number }
  | { readonly kind: "held"; readonly record: KeyRecord };

/** A transition; applies only to a record of `owner` in one of the states `from`. */
export interface KeyMove {
  readonly owner: string;
  readonly caller: string;
  readonly from: readonly KeyState[];
  /** Whether to create the record again if it no longer exists. */
  readonly orAbsent: boolean;
  /** The new record; null removes it. */
  readonly to: KeyRecord | null;
}

/** `lost`: the record belongs to another claim or is in another state. */
export type MoveAnswer = "moved" | "lost" | "absent";

/**
 * Stores records for `KEY_TTL_MS`, in memory or in Redis.
 *
 * Every method is one atomic compare-and-set. Only its owner changes a record, with
 * one exception: a claim with the same fingerprint takes over an abandoned write.
 */
export interface KeyStore {
  /**
   * @throws {GatewayError} RATE_LIMITED or GATEWAY_BUSY when the store is full; no
   *   record is evicted
   */
  claim(key: string, request: KeyRequest): Promise<KeyAnswer>;
  move(key: string, move: KeyMove): Promise<MoveAnswer>;
}

/** Injection token of the store in use. */
export const KEY_STORE = Symbol("KeyStore");
