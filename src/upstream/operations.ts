import type { Scope } from "../context/caller.js";

/** What the machinery must know of an operation and no rule can derive. */
export interface OperationRow {
  /** Reads may be repeated and shared; writes may not. */
  readonly kind: "read" | "write";
  /** The right a caller needs for it, through whichever door. */
  readonly scope: Scope;
}

/**
 * The operation catalogue: twelve rows, keyed by the vendor action with a small
 * first letter.
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

/** The one word of an operation, the same in every file. */
export type Operation = keyof typeof OPERATIONS;

/** An operation that changes something. */
export type WriteOperation = {
  [O in Operation]: (typeof OPERATIONS)[O]["kind"] extends "write" ? O : never;
}[Operation];

/** The vendor's name of an operation: the word with a capital letter. */
export function actionOf(operation: Operation): string {
  return operation.charAt(0).toUpperCase() + operation.slice(1);
}
