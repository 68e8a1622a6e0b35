import { Inject, Injectable } from "@nestjs/common";
import type { RequestContext } from "../context/request-context.js";
import { DirectoryService } from "../directory/directory.service.js";
import type {
  DirectoryAccount,
  DirectoryTree,
} from "../directory/directory-tree.js";
import { AllContacts } from "../message-contacts/all-contacts.js";
import { pageOf } from "../message-contacts/page.js";
import type { MessageContact } from "../message-contacts/shapes/message-contact.js";
import { coverAccounts, summarize } from "./account-coverage.js";
import { BoundContacts } from "./bound-contacts.js";
import { lostRecipients } from "./lost-recipients.js";
import type { AccountRecipients } from "./shapes/account-recipients.js";
import type {
  AccountCoverage,
  CoverageFolder,
  CoverageReport,
  DeletionPreview,
} from "./shapes/coverage-report.js";
import { REQUIRED_TYPES } from "./shapes/input-fields.js";
import { DEFAULT_PAGE_SIZE } from "./shapes/inputs.js";
import type * as inputs from "./shapes/inputs.js";
import { Turns } from "./turns.js";

/** The whole report, before it is cut into pages. */
export interface WholeReport extends Pick<CoverageReport, "summary"> {
  /** Accounts in the vendor's order; without gaps only if they were requested. */
  readonly accounts: readonly AccountCoverage[];
  /** Null unless folder names were requested. */
  readonly folders: CoverageFolder[] | null;
}

/** Whether a report contains the folders; costs one vendor call per folder. */
export interface ReportOptions {
  readonly withFolders?: boolean;
}

/**
 * Reports about the contacts of accounts. Each reads the whole directory and all
 * contacts. When one of these reads fails, the report fails: a missing page must never
 * look like an account without gaps. The input must be validated.
 */
@Injectable()
export class CoverageService {
  private readonly turns = new Turns();

  constructor(
    @Inject(DirectoryService) private readonly directory: DirectoryService,
    @Inject(AllContacts) private readonly allContacts: AllContacts,
  ) {}

  /** Resolves with null when the directory has no such account. */
  async recipients(
    { accountId, messageType }: inputs.RecipientsArgs,
    context: RequestContext,
  ): Promise<AccountRecipients | null> {
    const { tree, contacts } = await this.read(context);
    const account = tree.account(accountId);
    if (account === undefined) return null;
    const path = [...account.ancestorIds, account.id];
    const bound = new BoundContacts(contacts).of(account);
    return {
      accountId,
      accountName: account.name,
      path,
      recipients: bound
        .filter(
          ({ messageTypes }) =>
            messageType === undefined || messageTypes.includes(messageType),
        )
        .map((contact) => ({
          contact,
          bindings: path.flatMap((targetId) =>
            contact.bindings.filter((binding) => binding.targetId === targetId),
          ),
        })),
    };
  }

  /** @throws {GatewayError} BINDING_TARGET_NOT_FOUND for an unknown `under` */
  async coverage(
    args: inputs.CoverageArgs,
    context: RequestContext,
    options: ReportOptions = {},
  ): Promise<CoverageReport> {
    const { accounts, ...report } = await this.wholeReport(
      args,
      context,
      options,
    );
    return { ...pageOf(accounts, args, DEFAULT_PAGE_SIZE), ...report };
  }

  /**
   * The report with all of its pages.
   *
   * @throws {GatewayError} BINDING_TARGET_NOT_FOUND for an unknown `under`
   */
  async wholeReport(
    {
      requiredTypes = REQUIRED_TYPES,
      minRecipients = 1,
      under,
      onlyGaps = true,
    }: inputs.CoverageArgs,
    context: RequestContext,
    { withFolders = false }: ReportOptions = {},
  ): Promise<WholeReport> {
    const { tree, contacts } = await this.read(context, withFolders);
    const rules = { requiredTypes, minRecipients };
    const accounts: readonly DirectoryAccount[] =
      under === undefined
        ? tree.accounts
        : await this.directory.accountsUnder(tree, under, context);
    const covered = coverAccounts(accounts, contacts, rules);
    return {
      summary: summarize(covered, rules),
      accounts: onlyGaps ? covered.filter(({ hasGap }) => hasGap) : covered,
      folders: withFolders ? foldersOf(tree) : null,
    };
  }

  /** Resolves with null when the directory has no such contact. */
  async deletionPreview(
    args: inputs.DeletionPreviewArgs,
    context: RequestContext,
  ): Promise<DeletionPreview | null> {
    const { tree, contacts } = await this.read(context);
    const contact = contacts.find(({ id }) => id === args.contactId);
    if (contact === undefined) return null;
    const lost = lostRecipients(
      tree.accounts,
      contact,
      contacts,
      contacts.filter((other) => other !== contact),
    );
    const bound = new BoundContacts([contact]);
    return {
      ...pageOf(lost, args, DEFAULT_PAGE_SIZE),
      contactId: contact.id,
      boundAccounts: tree.accounts.filter(
        (account) => bound.of(account).length > 0,
      ).length,
      isSafe: lost.length === 0,
    };
  }

  /**
   * Reads both at once; fails as a whole when one of them fails. Each report is then made
   * in a turn of its own.
   */
  private async read(
    context: RequestContext,
    folderNames = false,
  ): Promise<{
    readonly tree: DirectoryTree;
    readonly contacts: readonly MessageContact[];
  }> {
    const [tree, contacts] = await Promise.all([
      this.directory.readTree(context, { folderNames }),
      this.allContacts.read(context),
    ]);
    await this.turns.next();
    return { tree, contacts };
  }
}

function foldersOf({ folders }: DirectoryTree): CoverageFolder[] {
  return folders.map(({ id: folderId, name, parentId }) => ({
    folderId,
    name,
    parentId,
  }));
}
