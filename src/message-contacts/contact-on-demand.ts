import type { MessageContact } from "./shapes/message-contact.js";
import type { KnownContact, OnDemand } from "./shapes/payloads.js";
import { selectedFields } from "./selection.js";

/** Fields that are resolved from the id by resolvers of their own. */
const BY_ID = ["__typename", "pendingVerifications", "deletion"];

/**
 * The contact of a mutation payload: what the mutation told, or one upstream
 * read when more than that is selected.
 */
export function contactOnDemand(
  known: KnownContact,
  read: (id: string) => Promise<MessageContact | null>,
): OnDemand<KnownContact | null> {
  return (_args, _context, info) => {
    for (const name of selectedFields(info)) {
      if (!(name in known) && !BY_ID.includes(name)) return read(known.id);
    }
    return known;
  };
}
