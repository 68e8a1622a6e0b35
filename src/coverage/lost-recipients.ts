import type { DirectoryAccount } from "../directory/directory-tree.js";
import { coverAccounts } from "./account-coverage.js";
import type { BoundContact } from "./bound-contacts.js";
import type { AccountCoverage } from "./shapes/coverage-report.js";

/**
 * Accounts that lose their last `ACTIVE` contact for a message type when the contacts
 * change, each with the types that it loses and its state afterwards.
 *
 * @param removed contact that is in `before` and not in `after`; only its message types
 *   are compared
 */
export function lostRecipients(
  accounts: readonly DirectoryAccount[],
  removed: BoundContact,
  before: readonly BoundContact[],
  after: readonly BoundContact[],
): AccountCoverage[] {
  const rules = {
    requiredTypes: [...new Set(removed.messageTypes)],
    minRecipients: 1,
  };
  const earlier = coverAccounts(accounts, before, rules);
  return coverAccounts(accounts, after, rules).flatMap((account, at) => {
    const lost = account.messageTypes.filter(
      ({ gap }, type) =>
        gap !== null && earlier[at]?.messageTypes[type]?.gap === null,
    );
    return lost.length === 0
      ? []
      : [{ ...account, hasGap: true, messageTypes: lost }];
  });
}
