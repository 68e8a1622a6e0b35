/** Operation ids in the order of the README's table. A test compares them. */
export const OPERATION_ORDER: readonly string[] = [
  "getMessageContact",
  "listMessageContacts",
  "watchMessageContactStatus",
  "listMessageContactVerifications",
  "getMessageContactDeletionStatus",
  "watchMessageContactDeletion",
  "addMessageContact",
  "updateMessageContact",
  "batchUpdateMessageContacts",
  "cancelMessageContactUpdate",
  "deleteMessageContact",
  "sendEmailVerificationForMessageContact",
  "sendPhoneVerificationForMessageContact",
  "pendingVerifications",
  "sendVerifications",
  "associateMembers",
  "disassociateMembers",
  "bindingTargets",
  "recipients",
  "coverage",
  "deletionPreview",
  "replaceMessageContact",
  "contactsPlan",
  "applyContactsPlan",
  "exportContacts",
  "importContacts",
];

/** An operation as Swagger UI passes it: an immutable map. */
interface ShownOperation {
  getIn(path: readonly string[]): unknown;
}

const positionOf = (operation: ShownOperation): number => {
  const id = operation.getIn(["operation", "operationId"]);
  const at = OPERATION_ORDER.findIndex((known) => known === id);
  return at < 0 ? OPERATION_ORDER.length : at;
};

/** Sorts the operations of a tag. Unknown operations come last. */
export function byOrder(a: ShownOperation, b: ShownOperation): number {
  return positionOf(a) - positionOf(b);
}
