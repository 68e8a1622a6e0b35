import type { DirectoryAccount } from "../directory/directory-tree.js";
import {
  ContactStatus,
  type MessageType,
} from "../message-contacts/shapes/enums.js";
import { BoundContacts, type BoundContact } from "./bound-contacts.js";
import type {
  AccountCoverage,
  CoverageSummary,
  MessageTypeCoverage,
} from "./shapes/coverage-report.js";
import { GapReason } from "./shapes/enums.js";

/** When an account has no gap. */
export interface CoverageRules {
  readonly requiredTypes: readonly MessageType[];
  /** Minimum number of `ACTIVE` contacts for each type. */
  readonly minRecipients: number;
}

/**
 * Number of contacts that are bound to each account, for each required type, with the
 * reason for each gap. In the order of the accounts and of the types.
 *
 * Counts `ACTIVE` and `VERIFYING` contacts. A contact that is being deleted counts as
 * absent.
 */
export function coverAccounts(
  accounts: readonly DirectoryAccount[],
  contacts: readonly BoundContact[],
  rules: CoverageRules,
): AccountCoverage[] {
  const bound = new BoundContacts(contacts);
  const known = new Map<readonly BoundContact[], MessageTypeCoverage[]>();
  return accounts.map((account) => {
    const recipients = bound.of(account);
    let types = known.get(recipients);
    if (types === undefined) {
      types = rules.requiredTypes.map((type) =>
        coverType(type, recipients, rules.minRecipients),
      );
      known.set(recipients, types);
    }
    return {
      accountId: account.id,
      accountName: account.name,
      folderId: account.folderId,
      hasGap: types.some(({ gap }) => gap !== null),
      messageTypes: types,
    };
  });
}

function coverType(
  messageType: MessageType,
  contacts: readonly BoundContact[],
  minRecipients: number,
): MessageTypeCoverage {
  let boundActive = 0;
  let boundVerifying = 0;
  for (const { status, messageTypes } of contacts) {
    if (!messageTypes.includes(messageType)) continue;
    if (status === ContactStatus.ACTIVE) boundActive += 1;
    else if (status === ContactStatus.VERIFYING) boundVerifying += 1;
  }
  const gap =
    boundActive >= minRecipients
      ? null
      : boundActive > 0
        ? GapReason.TOO_FEW
        : boundVerifying > 0
          ? GapReason.ONLY_UNVERIFIED
          : GapReason.NOBODY;
  return { messageType, boundActive, boundVerifying, gap };
}

/** Numbers of accounts with and without gaps. */
export function summarize(
  accounts: readonly AccountCoverage[],
  { requiredTypes }: CoverageRules,
): CoverageSummary {
  const messageTypes = requiredTypes.map((messageType, index) => {
    const counts = { NOBODY: 0, ONLY_UNVERIFIED: 0, TOO_FEW: 0 };
    let coveredAccounts = 0;
    for (const { messageTypes: types } of accounts) {
      const gap = types[index]?.gap ?? null;
      if (gap === null) coveredAccounts += 1;
      else counts[gap] += 1;
    }
    return {
      messageType,
      coveredAccounts,
      nobodyAccounts: counts.NOBODY,
      onlyUnverifiedAccounts: counts.ONLY_UNVERIFIED,
      tooFewAccounts: counts.TOO_FEW,
    };
  });
  const accountsWithGaps = accounts.filter(({ hasGap }) => hasGap).length;
  return { accounts: accounts.length, accountsWithGaps, messageTypes };
}
