import { toVendorDate } from "../clock.js";
import type { ContactRecord } from "../contacts/contact-record.js";
import { checkContactId, isTargetId } from "../contacts/contact-rules.js";
import { INTEGER, TEXT, type RpcAction } from "./action.js";
import { rpcError } from "../wire/rpc-errors.js";
import type { EmulatorSettings } from "../settings.js";
import { findContact } from "../contacts/contact-lookup.js";
import {
  describeContact,
  describePage,
  readPage,
} from "../contacts/contact-response.js";

/** Lists contacts. An unknown filter value is an error, not an empty list (inferred). */
export const listMessageContacts: RpcAction = {
  name: "ListMessageContacts",
  isWrite: false,
  parameters: {
    ContactId: TEXT,
    Member: TEXT,
    PageNumber: INTEGER,
    PageSize: INTEGER,
  },
  prepare(params, settings) {
    const contactId = params.text("ContactId");
    if (contactId !== undefined) checkContactId(contactId);
    const member = params.text("Member");
    if (member !== undefined && !isTargetId(member)) {
      throw rpcError("InvalidParameter.Member");
    }
    const page = readPage(params, settings);
    return ({ store, slip }) => {
      if (member !== undefined && !store.directory.has(member)) {
        throw rpcError("EntityNotExists.Member");
      }
      const candidates =
        contactId === undefined ? store.all() : [findContact(store, contactId)];
      const targets =
        member === undefined
          ? []
          : settings.memberFilterInherited
            ? store.directory.pathOf(member)
            : [member];
      const matches =
        member === undefined
          ? candidates
          : candidates.filter(({ bindings }) =>
              targets.some((target) => bindings.has(target)),
            );
      return describePage("Contacts", matches, page, slip, (contact) => ({
        ...describeContact(contact, settings),
        ...describeAssociation(contact, targets, settings),
      }));
    };
  },
};

/** AssociatedDate of the bindings to `targets`, or of all bindings when `targets` is empty. */
function describeAssociation(
  { bindings }: ContactRecord,
  targets: readonly string[],
  settings: EmulatorSettings,
): { AssociatedDate?: string } {
  const times = [...bindings]
    .filter(([id]) => targets.length === 0 || targets.includes(id))
    .map(([, boundAt]) => boundAt);
  if (times.length === 0) return {};
  const at =
    settings.associatedDate === "latest"
      ? Math.max(...times)
      : Math.min(...times);
  return { AssociatedDate: toVendorDate(at) };
}
