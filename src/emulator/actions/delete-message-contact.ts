import { readContactId } from "../contacts/contact-rules.js";
import { BOOLEAN, REQUIRED_TEXT, type RpcAction } from "./action.js";
import { rpcError } from "../wire/rpc-errors.js";
import { findContact } from "../contacts/contact-lookup.js";

/**
 * Deletes a contact in any status. The deletion is synchronous when members retain the
 * contact, and asynchronous otherwise (documented).
 */
export const deleteMessageContact: RpcAction = {
  name: "DeleteMessageContact",
  isWrite: true,
  parameters: { ContactId: REQUIRED_TEXT, RetainContactInMembers: BOOLEAN },
  prepare(params, settings) {
    const contactId = readContactId(params);
    const isRetained = params.flag("RetainContactInMembers") ?? true;
    return ({ store }) => {
      const contact = findContact(store, contactId);
      if (contact.deletion?.status === "Deleting") {
        if (settings.deleteWhileDeleting === "succeed") {
          return { Status: "Deleting" };
        }
        throw rpcError("ConcurrentCallNotSupported");
      }
      const isUnbound = contact.bindings.size === 0;
      if (isRetained || (isUnbound && settings.deleteUnboundAtOnce)) {
        store.remove(contact);
        return { Status: "Deleted" };
      }
      store.beginDeletion(contact);
      return { Status: "Deleting" };
    };
  },
};
