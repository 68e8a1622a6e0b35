import { toVendorDate } from "../clock.js";
import {
  checkEmailAddress,
  checkMessageTypes,
  checkName,
  checkPhoneNumber,
  checkTitle,
} from "../contacts/contact-rules.js";
import {
  REQUIRED_LIST,
  REQUIRED_TEXT,
  TEXT,
  type RpcAction,
} from "./action.js";
import { missingParameter, rpcError } from "../wire/rpc-errors.js";
import type { RpcParams } from "../wire/rpc-params.js";
import { checkNameIsFree } from "../contacts/contact-lookup.js";

/** Creates a contact with status Verifying. Sends no message. */
export const addMessageContact: RpcAction = {
  name: "AddMessageContact",
  isWrite: true,
  parameters: {
    Name: REQUIRED_TEXT,
    EmailAddress: REQUIRED_TEXT,
    PhoneNumber: TEXT,
    Title: REQUIRED_TEXT,
    MessageTypes: REQUIRED_LIST,
  },
  prepare(params, settings) {
    const given = {
      name: required(params, "Name"),
      emailAddress: required(params, "EmailAddress"),
      phoneNumber: params.text("PhoneNumber"),
      title: required(params, "Title"),
      messageTypes: params.list("MessageTypes"),
    };
    if (given.messageTypes === undefined) {
      throw missingParameter("MessageTypes");
    }
    if (given.phoneNumber === undefined && settings.phoneRequiredOnAdd) {
      throw missingParameter("PhoneNumber");
    }
    const fields = {
      name: checkName(given.name),
      emailAddress: checkEmailAddress(given.emailAddress, settings),
      ...(given.phoneNumber === undefined
        ? {}
        : { phoneNumber: checkPhoneNumber(given.phoneNumber, settings) }),
      title: checkTitle(given.title),
      messageTypes: checkMessageTypes(given.messageTypes),
    };
    return ({ store }) => {
      checkNameIsFree(store, fields.name, settings);
      if (store.all().length >= settings.contactsPerDirectory) {
        throw rpcError("LimitExceeded.Contacts");
      }
      const { contactId, createdAt } = store.add(fields);
      return {
        Contact: { ContactId: contactId, CreateDate: toVendorDate(createdAt) },
      };
    };
  },
};

function required(params: RpcParams, name: string): string {
  const value = params.text(name);
  if (value === undefined) throw missingParameter(name);
  return value;
}
