import { readContactId } from "../contacts/contact-rules.js";
import { TEXT, type RpcAction } from "./action.js";
import { rpcError } from "../wire/rpc-errors.js";
import { findContact } from "../contacts/contact-lookup.js";

/**
 * Returns the status of a contact's latest deletion. There is no status for success: the
 * contact no longer exists, so the call fails with EntityNotExists.Contact (inferred).
 */
export const getMessageContactDeletionStatus: RpcAction = {
  name: "GetMessageContactDeletionStatus",
  isWrite: false,
  parameters: { ContactId: TEXT },
  prepare(params, settings) {
    const contactId = readContactId(params);
    return ({ store }) => {
      const { deletion } = findContact(store, contactId);
      if (deletion === undefined) {
        if (settings.deletionStatusWithoutDeletion !== "empty") {
          throw rpcError("EntityNotExists.Contact");
        }
        return { ContactDeletionStatus: { ContactId: contactId } };
      }
      return {
        ContactDeletionStatus: {
          Status: deletion.status,
          ContactId: contactId,
          FailReasonList: deletion.failures,
        },
      };
    };
  },
};
