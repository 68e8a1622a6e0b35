import { toVendorDate } from "../clock.js";
import { readContactId, readMembers } from "../contacts/contact-rules.js";
import { LIST, TEXT, type RpcAction } from "./action.js";
import { rpcError } from "../wire/rpc-errors.js";
import { findChangeableContact } from "../contacts/contact-lookup.js";

/** Binds a contact to targets. An existing binding is reported like a new one (inferred). */
export const associateMembers: RpcAction = {
  name: "AssociateMembers",
  isWrite: true,
  parameters: { ContactId: TEXT, Members: LIST },
  prepare(params, settings) {
    const contactId = readContactId(params);
    const members = readMembers(params, settings);
    return ({ store }) => {
      const contact = findChangeableContact(store, contactId);
      if (contact.status === "Verifying" && !settings.bindWhileVerifying) {
        throw rpcError("ContactStatusMismatchAction");
      }
      const known = members.filter((id) => store.directory.has(id));
      const isComplete = known.length === members.length;
      if (!isComplete && settings.bindAllOrNothing) {
        throw rpcError("InvalidMember");
      }
      const targets = new Set([...contact.bindings.keys(), ...known]);
      if (targets.size > settings.targetsPerContact) {
        throw rpcError("LimitExceeded.ContactMembers");
      }
      const bound = known.map((id) => ({
        ContactId: contactId,
        MemberId: id,
        ModifyDate: toVendorDate(store.bind(contact, id)),
      }));
      if (!isComplete) throw rpcError("InvalidMember");
      return { Members: bound };
    };
  },
};
