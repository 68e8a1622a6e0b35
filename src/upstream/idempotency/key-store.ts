import { ErrorCode } from "../../errors/error-codes.js";
import type { UpstreamInfo } from "../../errors/gateway-error.js";

/** How long the result of a key is kept. */
export const KEY_TTL_MS = 24 * 60 * 60 * 1_000;

/**
 * A write without an end may be taken over this long after its deadline. Its
 * owner sends nothing after the deadline, so the two cannot overlap.
 */
export const ABANDONED_MARGIN_MS = 10_000;

/** When a write that has `deadlineMs` to end counts as abandoned. */
export function abandonedAfterMs(deadlineMs: number): number {
  return deadlineMs + ABANDONED_MARGIN_MS;
}

/** Errors that are a definite result of a write; only these are stored. */
export const DEFINITE: ReadonlySet<ErrorCode> = new Set([
  ErrorCode.INVALID_INPUT,
  ErrorCode.NAME_TAKEN,
  ErrorCode.CONTACT_NOT_FOUND,
  ErrorCode.BINDING_TARGET_NOT_FOUND,
  ErrorCode.VERIFICATION_NOT_PENDING,
  ErrorCode.STATUS_CONFLICT,
  ErrorCode.QUOTA_EXCEEDED,
]);

/** A result that can be replayed. Holds no personal data: vendor answers to
 * writes are identifiers, dates and states. */
export type StoredResult =
  | { readonly answer: object }
  | { readonly code: ErrorCode; readonly upstream?: UpstreamInfo };

/**
 * Progress of a write:
 * - `waiting`: claimed, certainly not sent;
 * - `running`: may have been sent;
 * - `uncertain`: may have been sent, and no owner works on it;
 * - `settled`: its result is known.
 */
export type KeyState = "waiting" | "running" | "uncertain" | "settled";

/** What is known of one key. */
export interface KeyRecord {
  /** Keyed hash of operation and parameters. */
  readonly fingerprint: string;
  readonly state: KeyState;
  /** Token of the claim that wrote the record; no two claims share one. */
  readonly owner: string;
  /** When the write was first claimed, in milliseconds since 1970. */
  readonly startedAtMs: number;
  readonly result?: StoredResult;
}

/** A request for the right to run a write. */
export interface KeyRequest {
  /** Whose bound the record counts against. */
  readonly caller: string;
  readonly fingerprint: string;
  readonly owner: string;
  readonly startedAtMs: number;
}

/**
 * Answer to a claim:
 * - `new`: the record is `waiting` and belongs to the claimant;
 * - `takenOver`: an earlier owner may have sent the write; the record is
 *   `running` and belongs to the claimant;
 * - `held`: the record belongs to another claim, or is settled; unchanged.
 */
export type KeyAnswer =
  | { readonly kind: "new" }
  | { readonly kind: "takenOver"; readonly startedAtMs: number }
  | { readonly kind: "held"; readonly record: KeyRecord };

/** A transition; applied only to a record of `owner` in one of the states `from`. */
export interface KeyMove {
  readonly owner: string;
  readonly caller: string;
  readonly from: readonly KeyState[];
  /** Whether a record that no longer exists is written again. */
  readonly orAbsent: boolean;
  /** The new record; null removes it. */
  readonly to: KeyRecord | null;
}

/** `lost`: the record belongs to another claim or is in another state. */
export type MoveAnswer = "moved" | "lost" | "absent";

/**
 * Keeps records for `KEY_TTL_MS`: in memory, or in Redis for all replicas.
 *
 * Every method is one atomic compare-and-set. A record is never overwritten by
 * anyone but its owner, except by a claim with the same fingerprint that takes
 * over an abandoned write.
 */
export interface KeyStore {
  /**
   * @throws {GatewayError} RATE_LIMITED or GATEWAY_BUSY when no further record
   *   fits; nothing is forgotten to make room
   */
  claim(key: string, request: KeyRequest): Promise<KeyAnswer>;
  move(key: string, move: KeyMove): Promise<MoveAnswer>;
}

/** Injection token of the store in use. */
export const KEY_STORE = Symbol("KeyStore");
