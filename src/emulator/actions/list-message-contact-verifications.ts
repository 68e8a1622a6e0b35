import { CHANNELS } from "../contacts/contact-record.js";
import { readContactId } from "../contacts/contact-rules.js";
import { INTEGER, TEXT, type RpcAction } from "./action.js";
import { findContact } from "../contacts/contact-lookup.js";
import {
  describePage,
  readPage,
  maskIfEnabled,
} from "../contacts/contact-response.js";

/** Lists pending verifications: at most one address and one number per contact (inferred). */
export const listMessageContactVerifications: RpcAction = {
  name: "ListMessageContactVerifications",
  isWrite: false,
  parameters: { ContactId: TEXT, PageNumber: INTEGER, PageSize: INTEGER },
  prepare(params, settings) {
    const isDirectoryWide =
      params.text("ContactId") === undefined &&
      settings.verificationsWithoutContactId === "directory";
    const contactId = isDirectoryWide ? undefined : readContactId(params);
    const page = readPage(params, settings);
    return ({ store, slip }) => {
      const contacts =
        contactId === undefined ? store.all() : [findContact(store, contactId)];
      const records = contacts.flatMap((contact) =>
        CHANNELS.flatMap((channel) => {
          const { pending } = contact[channel];
          return pending === undefined
            ? []
            : [{ contactId: contact.contactId, target: pending.target }];
        }),
      );
      return describePage(
        "ContactVerifications",
        records,
        page,
        slip,
        (record) => ({
          ContactId: record.contactId,
          Target: maskIfEnabled(record.target, settings),
        }),
      );
    };
  },
};
