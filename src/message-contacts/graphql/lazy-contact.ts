import { maskFor } from "../../access/masking.js";
import { requireScope } from "../../access/scopes.js";
import type { RequestContext } from "../../context/request-context.js";
import type { ContactLoaders } from "./contact.loaders.js";
import {
  READ_BY_ID,
  type KnownContact,
  type OnDemand,
} from "../shapes/payloads.js";
import { selectedFields } from "./selected-fields.js";

/**
 * The contact of a mutation payload: what the mutation told, or one upstream
 * read when more than that is selected. Nested reads run beside it.
 */
export function lazyContact(
  known: KnownContact,
  reads: ContactLoaders,
  context: RequestContext,
): OnDemand<KnownContact | null> {
  return async (_args, _context, info) => {
    const selected = selectedFields(info);
    const isEnough = [...selected].every(
      (name) => READ_BY_ID.has(name) || Object.hasOwn(known, name),
    );
    // Whoever may change but not read gets what the change itself told.
    if (!isEnough) requireScope("getMessageContact", context);
    if (context.caller.scopes.has("contacts:read")) {
      reads.startSelected(selected, known.id, context);
    }
    if (isEnough) return known;
    return maskFor(context, await reads.of(context).contact.load(known.id));
  };
}
