import { toVendorDate } from "../clock.js";
import { readContactId, readMembers } from "../contacts/contact-rules.js";
import { REQUIRED_LIST, REQUIRED_TEXT, type RpcAction } from "./action.js";
import { rpcError } from "../wire/rpc-errors.js";
import { findChangeableContact } from "../contacts/contact-lookup.js";

/** Unbinds a contact from all given targets or none. An inherited target does not count as bound (inferred). */
export const disassociateMembers: RpcAction = {
  name: "DisassociateMembers",
  isWrite: true,
  parameters: { ContactId: REQUIRED_TEXT, Members: REQUIRED_LIST },
  prepare(params, settings) {
    const contactId = readContactId(params);
    const members = readMembers(params, settings);
    return ({ store, clock }) => {
      const contact = findChangeableContact(store, contactId);
      const isRefused = members.some(
        (id) =>
          !store.directory.has(id) ||
          (!contact.bindings.has(id) &&
            settings.unbindNotBound === "InvalidMember"),
      );
      if (isRefused) throw rpcError("InvalidMember");
      for (const id of members) store.unbind(contact, id);
      return {
        Members: members.map((id) => ({
          ContactId: contactId,
          MemberId: id,
          ModifyDate: toVendorDate(clock.now()),
        })),
      };
    };
  },
};
