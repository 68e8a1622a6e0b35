import type { ContactRecord } from "./contact-record.js";
import type { ContactStore } from "./contact-store.js";
import type { EmulatorSettings } from "../settings.js";
import { rpcError } from "../wire/rpc-errors.js";

/** @throws {RpcError} EntityNotExists.Contact when the contact does not exist */
export function findContact(
  store: ContactStore,
  contactId: string,
): ContactRecord {
  const contact = store.find(contactId);
  if (contact === undefined) throw rpcError("EntityNotExists.Contact");
  return contact;
}

/**
 * Finds a contact that is not being deleted.
 *
 * @throws {RpcError} EntityNotExists.Contact, ContactStatusMismatchAction
 */
export function findChangeableContact(
  store: ContactStore,
  contactId: string,
): ContactRecord {
  const contact = findContact(store, contactId);
  if (contact.status === "Deleting") {
    throw rpcError("ContactStatusMismatchAction");
  }
  return contact;
}

/** @throws {RpcError} InvalidParameter.Name.AlreadyUsed */
export function checkNameIsFree(
  store: ContactStore,
  name: string,
  settings: EmulatorSettings,
  ownId?: string,
): void {
  const key = (text: string) =>
    settings.nameCaseSensitive ? text : text.toLowerCase();
  const isTaken = store
    .all()
    .some(
      (other) => other.contactId !== ownId && key(other.name) === key(name),
    );
  if (isTaken) throw rpcError("InvalidParameter.Name.AlreadyUsed");
}
