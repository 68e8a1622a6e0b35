import type { RpcAction } from "./action.js";
import { addMessageContact } from "./add-message-contact.js";
import { associateMembers } from "./associate-members.js";
import { cancelMessageContactUpdate } from "./cancel-message-contact-update.js";
import { getFolder } from "./directory/get-folder.js";
import { getResourceDirectory } from "./directory/get-resource-directory.js";
import { listAccounts } from "./directory/list-accounts.js";
import { listFoldersForParent } from "./directory/list-folders-for-parent.js";
import { deleteMessageContact } from "./delete-message-contact.js";
import { disassociateMembers } from "./disassociate-members.js";
import { getMessageContact } from "./get-message-contact.js";
import { getMessageContactDeletionStatus } from "./get-message-contact-deletion-status.js";
import { listMessageContactVerifications } from "./list-message-contact-verifications.js";
import { listMessageContacts } from "./list-message-contacts.js";
import { sendEmailVerificationForMessageContact } from "./send-email-verification-for-message-contact.js";
import { sendPhoneVerificationForMessageContact } from "./send-phone-verification-for-message-contact.js";
import { updateMessageContact } from "./update-message-contact.js";

/**
 * The operations on message contacts and the reads of the directory by action name, which is
 * case-sensitive.
 */
export const ACTIONS: ReadonlyMap<string, RpcAction> = new Map(
  [
    addMessageContact,
    getMessageContact,
    listMessageContacts,
    updateMessageContact,
    cancelMessageContactUpdate,
    deleteMessageContact,
    getMessageContactDeletionStatus,
    sendEmailVerificationForMessageContact,
    sendPhoneVerificationForMessageContact,
    listMessageContactVerifications,
    associateMembers,
    disassociateMembers,
    getResourceDirectory,
    listAccounts,
    listFoldersForParent,
    getFolder,
  ].map((action) => [action.name, action]),
);
