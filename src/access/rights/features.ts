import type { Scope } from "../../context/caller.js";
import { OPERATIONS, type Operation } from "../../upstream/operations.js";

/** Properties of a feature. */
export interface FeatureRow {
  readonly kind: "read" | "write";
  /** Scopes that a caller needs, all of them, over GraphQL and REST alike. */
  readonly scopes: readonly Scope[];
}

/**
 * What the gateway offers beyond the vendor's operations: each feature combines several
 * of them. The key is the name of the root field and of the REST operation.
 */
export const FEATURES = {
  bindingTargets: { kind: "read", scopes: ["directory:read"] },
  updateMessageContacts: { kind: "write", scopes: ["contacts:write"] },
  pendingVerifications: { kind: "read", scopes: ["contacts:read"] },
  sendVerifications: {
    kind: "write",
    scopes: ["contacts:read", "contacts:verify"],
  },
  recipients: { kind: "read", scopes: ["contacts:read", "directory:read"] },
  coverage: { kind: "read", scopes: ["contacts:read", "directory:read"] },
  deletionPreview: {
    kind: "read",
    scopes: ["contacts:read", "directory:read"],
  },
  replaceMessageContact: {
    kind: "write",
    scopes: [
      "contacts:read",
      "directory:read",
      "contacts:bind",
      "contacts:delete",
    ],
  },
  contactsPlan: {
    kind: "read",
    // A plan compares addresses, so without `contacts:read-personal` it would confirm guesses.
    scopes: ["contacts:read", "contacts:read-personal", "directory:read"],
  },
  applyContactsPlan: {
    kind: "write",
    scopes: [
      "contacts:read",
      "contacts:read-personal",
      "directory:read",
      "contacts:write",
      "contacts:bind",
    ],
  },
  exportContacts: { kind: "read", scopes: ["contacts:read"] },
} as const satisfies Record<string, FeatureRow>;

/** Name of a feature; the same in every file. */
export type Feature = keyof typeof FEATURES;

/** What a caller can be allowed to do: an operation of the vendor or a feature. */
export type Right = Operation | Feature;

const rowOf = (name: string): FeatureRow | undefined =>
  Object.hasOwn(FEATURES, name)
    ? (FEATURES as Readonly<Record<string, FeatureRow>>)[name]
    : undefined;

/** Scopes that a right needs, all of them. */
export function scopesOf(right: Right): readonly Scope[] {
  return rowOf(right)?.scopes ?? [OPERATIONS[right as Operation].scope];
}

/** Whether a right reads or changes something. */
export function kindOf(right: Right): "read" | "write" {
  return rowOf(right)?.kind ?? OPERATIONS[right as Operation].kind;
}

/** Whether a value is the name of an operation or of a feature. */
export function isRight(text: unknown): text is Right {
  return (
    typeof text === "string" &&
    (Object.hasOwn(OPERATIONS, text) || rowOf(text) !== undefined)
  );
}
