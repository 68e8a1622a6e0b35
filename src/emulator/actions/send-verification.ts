import type { Channel } from "../contacts/contact-record.js";
import type { ActionContext } from "./action.js";
import type { ResponseBody } from "../wire/rpc-response.js";
import { rpcError } from "../wire/rpc-errors.js";
import { findContact } from "../contacts/contact-lookup.js";

/**
 * Sends a verification message to a pending target.
 *
 * @throws {RpcError} EntityNotExists.Contact.Verification when the target is not pending, or
 *   the code of an exceeded sending limit
 */
export function sendVerification(
  { store, outbox }: ActionContext,
  contactId: string,
  channel: Channel,
  target: string,
): ResponseBody {
  const contact = findContact(store, contactId);
  if (contact[channel].pending?.target !== target) {
    throw rpcError("EntityNotExists.Contact.Verification");
  }
  outbox.send(contact, channel, target);
  return {};
}
