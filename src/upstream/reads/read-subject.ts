import type { Operation, WriteOperation } from "../operations.js";

/** Key of a read: two reads with the same key have the same response. */
export function keyOf(operation: Operation, params: object): string {
  return `${operation} ${JSON.stringify(params)}`;
}

/** What a read returns, for the writes that change it. */
export interface ReadSubject {
  /** Null for a list of contacts. */
  readonly contactId: string | null;
  /** Whether it returns pending verifications or the deletion, in place of the contact. */
  readonly isProgress: boolean;
}

/** What a write changes. */
export interface WriteScope {
  /** Null for a write that creates a contact. */
  readonly contactId: string | null;
  /** Whether pending verifications and the deletion remain as they are. */
  readonly keepsProgress?: boolean | undefined;
}

const PROGRESS: ReadonlySet<Operation> = new Set([
  "getMessageContactDeletionStatus",
  "listMessageContactVerifications",
]);

/** @param params of a read */
export function subjectOf(operation: Operation, params: object): ReadSubject {
  const { ContactId: contactId = null } = params as { ContactId?: string };
  return { contactId, isProgress: PROGRESS.has(operation) };
}

const MESSAGES: ReadonlySet<Operation> = new Set([
  "sendEmailVerificationForMessageContact",
  "sendPhoneVerificationForMessageContact",
]);

/**
 * Only a new address or number opens a pending verification (documented), so that other
 * updates and bindings keep the pending ones.
 *
 * @param params of a write
 * @returns null for a verification message, which changes nothing that a read returns
 *   (inferred: the responses of the reads have no field for it)
 */
export function scopeOf(
  operation: WriteOperation,
  params: object,
): WriteScope | null {
  if (MESSAGES.has(operation)) return null;
  const {
    ContactId: contactId = null,
    EmailAddress,
    PhoneNumber,
  } = params as {
    ContactId?: string;
    EmailAddress?: string;
    PhoneNumber?: string;
  };
  const isUpdate = operation === "updateMessageContact";
  const keepsProgress =
    (isUpdate && EmailAddress === undefined && PhoneNumber === undefined) ||
    operation === "associateMembers" ||
    operation === "disassociateMembers";
  return keepsProgress ? { contactId, keepsProgress } : { contactId };
}
