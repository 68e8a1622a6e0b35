import type { Channel } from "../contacts/contact-record.js";
import type { ActionContext, AnswerBody } from "./action.js";
import { rpcError } from "../wire/rpc-errors.js";
import { findContact } from "../contacts/contact-answer.js";

/**
 * Sends the message for a target that waits for its owner.
 *
 * @throws {RpcError} EntityNotExists.Contact.Verification when it does not wait, or a cap's code
 */
export function sendVerification(
  { store, outbox }: ActionContext,
  contactId: string,
  channel: Channel,
  target: string,
): AnswerBody {
  const contact = findContact(store, contactId);
  if (contact[channel].pending?.target !== target) {
    throw rpcError("EntityNotExists.Contact.Verification");
  }
  outbox.send(contact, channel, target);
  return {};
}
