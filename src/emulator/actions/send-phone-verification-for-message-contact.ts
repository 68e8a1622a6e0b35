import { checkPhoneNumber, readContactId } from "../contacts/contact-rules.js";
import { TEXT, type RpcAction } from "./action.js";
import { missingParameter } from "../wire/rpc-errors.js";
import { sendVerification } from "./send-verification.js";

/** Sends a verification message to a pending number. */
export const sendPhoneVerificationForMessageContact: RpcAction = {
  name: "SendPhoneVerificationForMessageContact",
  isWrite: false,
  parameters: { ContactId: TEXT, PhoneNumber: TEXT },
  prepare(params, settings) {
    const contactId = readContactId(params);
    const number = params.text("PhoneNumber");
    if (number === undefined) throw missingParameter("PhoneNumber");
    checkPhoneNumber(number, settings);
    return (context) => sendVerification(context, contactId, "phone", number);
  },
};
