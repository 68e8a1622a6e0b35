import pLimit from "p-limit";
import type { RequestContext } from "../../context/request-context.js";
import { MAX_CONCURRENT_READS } from "../graphql/contact.loaders.js";
import type { MessageContactsService } from "../message-contacts.service.js";
import { MAX_PAGE_SIZE } from "../shapes/input-fields.js";
import type { PendingVerificationPage } from "../shapes/message-contact.js";

/**
 * Reads the pending verifications of several contacts, in the order of the ids; null for
 * a contact that the directory does not have, such as one deleted meanwhile. One vendor
 * call per contact, a few at a time.
 *
 * @throws {GatewayError} the error of the first call that fails
 */
export function readPendingPages(
  service: MessageContactsService,
  contactIds: readonly string[],
  context: RequestContext,
): Promise<(PendingVerificationPage | null)[]> {
  const limit = pLimit(MAX_CONCURRENT_READS);
  return Promise.all(
    contactIds.map((contactId) =>
      limit(() =>
        service.listMessageContactVerifications(
          // A contact has at most two.
          { contactId, pageSize: MAX_PAGE_SIZE },
          context,
        ),
      ),
    ),
  );
}
