import { readContactId } from "../contacts/contact-rules.js";
import { REQUIRED_TEXT, type RpcAction } from "./action.js";
import { findContact } from "../contacts/contact-lookup.js";
import { describeContact } from "../contacts/contact-response.js";

/** Reads one contact. */
export const getMessageContact: RpcAction = {
  name: "GetMessageContact",
  isWrite: false,
  parameters: { ContactId: REQUIRED_TEXT },
  prepare(params, settings) {
    const contactId = readContactId(params);
    return ({ store }) => ({
      Contact: describeContact(findContact(store, contactId), settings),
    });
  },
};
