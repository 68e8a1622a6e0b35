import type { RequestContext } from "../context/request-context.js";
import { NESTED_READS, type ContactReads } from "./contact-reads.js";
import type { KnownContact, OnDemand } from "./shapes/payloads.js";
import { selectedFields } from "./selection.js";

/** Fields that need no read of the contact itself. */
const BY_ID: ReadonlySet<string> = new Set(["__typename", ...NESTED_READS]);

/**
 * The contact of a mutation payload: what the mutation told, or one upstream
 * read when more than that is selected. Nested reads run beside it.
 */
export function contactOnDemand(
  known: KnownContact,
  reads: ContactReads,
  context: RequestContext,
): OnDemand<KnownContact | null> {
  return (_args, _context, info) => {
    const selected = selectedFields(info);
    reads.startSelected(selected, known.id, context);
    for (const name of selected) {
      if (!BY_ID.has(name) && !Object.hasOwn(known, name)) {
        return reads.of(context).contact.load(known.id);
      }
    }
    return known;
  };
}
