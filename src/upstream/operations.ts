import type { Scope } from "../context/caller.js";

/** Properties of an operation that cannot be derived from its name. */
export interface OperationRow {
  /** Reads may be retried and coalesced; writes may not. */
  readonly kind: "read" | "write";
  /** Scope that a caller needs, over GraphQL and REST alike. */
  readonly scope: Scope;
}

/**
 * The operation catalogue: twelve rows. The key is the vendor's action name with
 * a lower-case first letter.
 */
export const OPERATIONS = {
  addMessageContact: { kind: "write", scope: "contacts:write" },
  getMessageContact: { kind: "read", scope: "contacts:read" },
  listMessageContacts: { kind: "read", scope: "contacts:read" },
  updateMessageContact: { kind: "write", scope: "contacts:write" },
  cancelMessageContactUpdate: { kind: "write", scope: "contacts:write" },
  deleteMessageContact: { kind: "write", scope: "contacts:delete" },
  getMessageContactDeletionStatus: { kind: "read", scope: "contacts:read" },
  sendEmailVerificationForMessageContact: {
    kind: "write",
    scope: "contacts:verify",
  },
  sendPhoneVerificationForMessageContact: {
    kind: "write",
    scope: "contacts:verify",
  },
  listMessageContactVerifications: { kind: "read", scope: "contacts:read" },
  associateMembers: { kind: "write", scope: "contacts:bind" },
  disassociateMembers: { kind: "write", scope: "contacts:bind" },
} as const satisfies Record<string, OperationRow>;

/** Name of an operation; the same in every file. */
export type Operation = keyof typeof OPERATIONS;

/** An operation that changes something. */
export type WriteOperation = {
  [O in Operation]: (typeof OPERATIONS)[O]["kind"] extends "write" ? O : never;
}[Operation];

/** Returns the vendor's action name: the operation with an upper-case first letter. */
export function actionOf(operation: Operation): string {
  return operation.charAt(0).toUpperCase() + operation.slice(1);
}
