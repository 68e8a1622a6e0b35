import {
  checkExistingEmailAddress,
  readContactId,
} from "../contacts/contact-rules.js";
import { TEXT, type RpcAction } from "./action.js";
import { missingParameter } from "../wire/rpc-errors.js";
import { sendVerification } from "./send-verification.js";

/** Sends a verification message to a pending address. */
export const sendEmailVerificationForMessageContact: RpcAction = {
  name: "SendEmailVerificationForMessageContact",
  isWrite: false,
  parameters: { ContactId: TEXT, EmailAddress: TEXT },
  prepare(params, settings) {
    const contactId = readContactId(params);
    const address = params.text("EmailAddress");
    if (address === undefined) throw missingParameter("EmailAddress");
    checkExistingEmailAddress(address, settings);
    return (context) => sendVerification(context, contactId, "email", address);
  },
};
