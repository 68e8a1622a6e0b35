import type { Scope } from "../context/caller.js";

/** Properties of an operation that cannot be derived from its name. */
export interface OperationRow {
  /** Reads may be retried and coalesced; writes may not. */
  readonly kind: "read" | "write";
  /** Scope that a caller needs, over GraphQL and REST alike. */
  readonly scope: Scope;
}

/**
 * The operation catalogue: the twelve operations on message contacts, and four reads of
 * the directory. The key is the vendor's action name with a lower-case first letter.
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
  getResourceDirectory: { kind: "read", scope: "directory:read" },
  listAccounts: { kind: "read", scope: "directory:read" },
  listFoldersForParent: { kind: "read", scope: "directory:read" },
  getFolder: { kind: "read", scope: "directory:read" },
} as const satisfies Record<string, OperationRow>;

/** Name of an operation; the same in every file. */
export type Operation = keyof typeof OPERATIONS;

/** A read of the directory. The features of the gateway use it; no API offers it as such. */
export type DirectoryRead = {
  [O in Operation]: (typeof OPERATIONS)[O]["scope"] extends "directory:read"
    ? O
    : never;
}[Operation];

/** An operation on message contacts, which both APIs offer one to one. */
export type ContactOperation = Exclude<Operation, DirectoryRead>;

/** The twelve operations on message contacts. */
export const CONTACT_OPERATIONS = (
  Object.keys(OPERATIONS) as Operation[]
).filter(
  (operation): operation is ContactOperation => !isDirectoryRead(operation),
);

/** Whether an operation reads the directory. */
export function isDirectoryRead(
  operation: Operation,
): operation is DirectoryRead {
  return OPERATIONS[operation].scope === "directory:read";
}

/** An operation that changes something. */
export type WriteOperation = {
  [O in Operation]: (typeof OPERATIONS)[O]["kind"] extends "write" ? O : never;
}[Operation];

/** Returns the vendor's action name: the operation with an upper-case first letter. */
export function actionOf(operation: Operation): string {
  return operation.charAt(0).toUpperCase() + operation.slice(1);
}
