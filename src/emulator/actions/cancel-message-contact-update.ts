import type { Channel, ContactRecord } from "../contacts/contact-record.js";
import {
  checkExistingEmailAddress,
  checkPhoneNumber,
  readContactId,
} from "../contacts/contact-rules.js";
import { TEXT, type RpcAction } from "./action.js";
import { rpcError } from "../wire/rpc-errors.js";
import type { EmulatorSettings } from "../settings.js";
import { findChangeableContact } from "../contacts/contact-lookup.js";

/** Cancels the pending changes to the given targets: all of them or none. */
export const cancelMessageContactUpdate: RpcAction = {
  name: "CancelMessageContactUpdate",
  isWrite: true,
  parameters: { ContactId: TEXT, PhoneNumber: TEXT, EmailAddress: TEXT },
  prepare(params, settings) {
    const contactId = readContactId(params);
    const phoneNumber = params.text("PhoneNumber");
    const emailAddress = params.text("EmailAddress");
    const targets: [Channel, string][] = [];
    if (phoneNumber !== undefined) {
      targets.push(["phone", checkPhoneNumber(phoneNumber, settings)]);
    }
    if (emailAddress !== undefined) {
      targets.push([
        "email",
        checkExistingEmailAddress(emailAddress, settings),
      ]);
    }
    const { cancelWithoutTarget } = settings;
    if (targets.length === 0 && cancelWithoutTarget !== "succeed") {
      throw rpcError(cancelWithoutTarget);
    }
    return ({ store }) => {
      const contact = findChangeableContact(store, contactId);
      const dropped = targets.filter(([channel, target]) =>
        canDrop(contact, channel, target, settings),
      );
      for (const [channel] of dropped) store.dropPending(contact, channel);
      return {};
    };
  },
};

/** @throws {RpcError} ContactStatusMismatchAction, depending on the settings */
function canDrop(
  contact: ContactRecord,
  channel: Channel,
  target: string,
  settings: EmulatorSettings,
): boolean {
  const { value, pending } = contact[channel];
  if (pending?.target !== target) {
    if (settings.cancelWithoutPending === "succeed") return false;
    throw rpcError("ContactStatusMismatchAction");
  }
  if (value === target && settings.cancelNeverVerified !== "drop") {
    throw rpcError("ContactStatusMismatchAction");
  }
  return true;
}
