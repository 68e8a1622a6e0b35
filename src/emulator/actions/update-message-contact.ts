import {
  checkEmailAddress,
  checkMessageTypes,
  checkName,
  checkPhoneNumber,
  checkTitle,
  readContactId,
} from "../contacts/contact-rules.js";
import { LIST, TEXT, type RpcAction } from "./action.js";
import type { RpcErrorCode } from "../wire/rpc-error-table.js";
import { rpcError } from "../wire/rpc-errors.js";
import type { RpcParams } from "../wire/rpc-params.js";
import type { EmulatorSettings } from "../settings.js";
import {
  checkNameIsFree,
  findChangeableContact,
} from "../contacts/contact-lookup.js";

/**
 * Changes a contact. Omitted fields keep their values. A new address or number stays pending
 * until its owner confirms it (documented).
 */
export const updateMessageContact: RpcAction = {
  name: "UpdateMessageContact",
  isWrite: true,
  parameters: {
    ContactId: TEXT,
    Name: TEXT,
    EmailAddress: TEXT,
    PhoneNumber: TEXT,
    Title: TEXT,
    MessageTypes: LIST,
  },
  prepare(params, settings) {
    const contactId = readContactId(params);
    if (settings.emptyUpdateValue === "invalid") rejectEmptyValues(params);
    const changes = readChanges(params, settings);
    return ({ store }) => {
      const contact = findChangeableContact(store, contactId);
      const { name, emailAddress, phoneNumber } = changes;
      if (name !== undefined) {
        checkNameIsFree(store, name, settings, contactId);
      }
      store.update(contact, changes);
      if (emailAddress !== undefined) {
        store.changeTarget(contact, "email", emailAddress);
      }
      if (phoneNumber !== undefined) {
        store.changeTarget(contact, "phone", phoneNumber);
      }
      return {};
    };
  },
};

function readChanges(params: RpcParams, settings: EmulatorSettings) {
  const name = params.text("Name");
  const emailAddress = params.text("EmailAddress");
  const phoneNumber = params.text("PhoneNumber");
  const title = params.text("Title");
  const messageTypes = params.list("MessageTypes");
  return {
    name: name === undefined ? undefined : checkName(name),
    emailAddress:
      emailAddress === undefined
        ? undefined
        : checkEmailAddress(emailAddress, settings),
    phoneNumber:
      phoneNumber === undefined
        ? undefined
        : checkPhoneNumber(phoneNumber, settings),
    title: title === undefined ? undefined : checkTitle(title),
    messageTypes:
      messageTypes === undefined ? undefined : checkMessageTypes(messageTypes),
  };
}

function rejectEmptyValues(params: RpcParams): void {
  const codes: [string, RpcErrorCode][] = [
    ["Name", "InvalidParameter.Name"],
    ["EmailAddress", "InvalidParameter.EmailAddress"],
    ["PhoneNumber", "InvalidParameter.PhoneNumber"],
    ["Title", "InvalidParameter.Title"],
    ["MessageTypes.1", "InvalidParameter.MessageTypes"],
  ];
  for (const [name, code] of codes) {
    if (params.has(name) && params.text(name) === undefined) {
      throw rpcError(code);
    }
  }
}
