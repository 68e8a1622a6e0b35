import { maskFor } from "../../access/masking.js";
import { requireScope } from "../../access/rights/scopes.js";
import type { RequestContext } from "../../context/request-context.js";
import type { ContactLoaders } from "./contact.loaders.js";
import type { ContactDeletion } from "../shapes/contact-deletion.js";
import { ContactStatus, DeletionState } from "../shapes/enums.js";
import { READ_BY_ID } from "../shapes/message-contact.js";
import type { KnownContact, OnDemand } from "../shapes/payloads.js";
import { selectedFields } from "./selected-fields.js";

/**
 * Resolves the contact of a mutation payload. Reads it from the vendor only when the
 * selection needs fields that the mutation did not return. Nested reads run in parallel.
 */
export function lazyContact(
  known: KnownContact,
  loaders: ContactLoaders,
  context: RequestContext,
): OnDemand<KnownContact | null> {
  return async (_args, _context, info) => {
    const selected = selectedFields(info);
    const isComplete = [...selected].every(
      (name) => READ_BY_ID.has(name) || Object.hasOwn(known, name),
    );
    // Without `contacts:read`, only fields that the mutation returned are available.
    if (!isComplete) requireScope("getMessageContact", context);
    if (context.caller.scopes.has("contacts:read")) {
      loaders.startSelected(selected, known.id, context);
    }
    if (isComplete) return known;
    return maskFor(context, await loaders.of(context).contact.load(known.id));
  };
}

/** The fields of a contact that are known after its deletion has been accepted. */
export function deletedContact({
  contactId,
  state,
  stateRaw,
}: ContactDeletion): KnownContact {
  const isDone = state === DeletionState.DELETED;
  return {
    id: contactId,
    status: isDone ? ContactStatus.DELETED : ContactStatus.DELETING,
    statusRaw: stateRaw ?? "",
  };
}
