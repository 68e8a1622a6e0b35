/** What the machinery must know of an operation and no rule can derive. */
export interface OperationRow {
  /** Reads may be repeated and shared; writes may not. */
  readonly kind: "read" | "write";
}

/**
 * The operation catalogue: twelve rows, keyed by the vendor action with a small
 * first letter.
 */
export const OPERATIONS = {
  addMessageContact: { kind: "write" },
  getMessageContact: { kind: "read" },
  listMessageContacts: { kind: "read" },
  updateMessageContact: { kind: "write" },
  cancelMessageContactUpdate: { kind: "write" },
  deleteMessageContact: { kind: "write" },
  getMessageContactDeletionStatus: { kind: "read" },
  sendEmailVerificationForMessageContact: { kind: "write" },
  sendPhoneVerificationForMessageContact: { kind: "write" },
  listMessageContactVerifications: { kind: "read" },
  associateMembers: { kind: "write" },
  disassociateMembers: { kind: "write" },
} as const satisfies Record<string, OperationRow>;

/** The one word of an operation, the same in every file. */
export type Operation = keyof typeof OPERATIONS;

/** The vendor's name of an operation: the word with a capital letter. */
export function actionOf(operation: Operation): string {
  return operation.charAt(0).toUpperCase() + operation.slice(1);
}
