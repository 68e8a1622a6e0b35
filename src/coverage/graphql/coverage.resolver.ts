import { Inject } from "@nestjs/common";
import { Args, Context, Info, Query, Resolver } from "@nestjs/graphql";
import type { GraphQLResolveInfo } from "graphql";
import { OperationField } from "../../access/operation-field.decorator.js";
import { Config } from "../../config/config.js";
import type { RequestContext } from "../../context/request-context.js";
import { ErrorCode as E } from "../../errors/error-codes.js";
import { NullOnlyOnError } from "../../graphql/semantic-non-null.js";
import type { UpstreamCalls } from "../../graphql/upstream-cost.js";
import { CostsCalls } from "../../graphql/upstream-cost.js";
import { ContactMutation } from "../../message-contacts/graphql/contact-mutation.decorator.js";
import { ContactLoaders } from "../../message-contacts/graphql/contact.loaders.js";
import { resultOf } from "../../message-contacts/graphql/item-results.js";
import { lazyContact } from "../../message-contacts/graphql/lazy-contact.js";
import { selectedFields } from "../../message-contacts/graphql/selected-fields.js";
import { ItemStatus } from "../../message-contacts/shapes/enums.js";
import { checkInput } from "../../validation/check-input.js";
import { CoverageService } from "../coverage.service.js";
import { deletionOf, Replacements } from "../replacements/replacements.js";
import { AccountRecipients } from "../shapes/account-recipients.js";
import { CoverageReport, DeletionPreview } from "../shapes/coverage-report.js";
import * as inputs from "../shapes/inputs.js";
import { ReplaceMessageContactPayload } from "../shapes/replacement-payload.js";

/**
 * Calls of a report about a directory with up to 100 accounts and 100 contacts: the
 * directory, its accounts, its contacts. Reading a larger one is checked against the
 * limit of calls when its size is known.
 */
const REPORT_CALLS = 3;

/** Contacts of one account: the vendor's default quota of the directory. */
const MAX_RECIPIENTS = 20;

/** Calls of a replacement with all of the 10 targets that a contact may have (default quota). */
const REPLACEMENT_CALLS: UpstreamCalls = { calls: REPORT_CALLS + 4 };

const COST =
  "Costs one upstream call per 100 accounts, one per 100 contacts, and one more; accounts are cached for 60 seconds. If one of them fails, the field is null and an error names its path. Scopes: `contacts:read`, `directory:read`.";

/** GraphQL queries about the contacts of accounts, and the replacement of a contact. */
@Resolver()
export class CoverageResolver {
  constructor(
    @Inject(CoverageService) private readonly service: CoverageService,
    @Inject(Replacements) private readonly replacements: Replacements,
    @Inject(ContactLoaders) private readonly loaders: ContactLoaders,
    @Inject(Config) readonly config: Config,
  ) {}

  @Query(() => AccountRecipients, {
    nullable: true,
    description: `The contacts that are bound to an account, through the directory, its folders or the account itself; null when the directory has no such account. ${COST}`,
  })
  @CostsCalls({ calls: REPORT_CALLS, items: () => MAX_RECIPIENTS })
  @OperationField("recipients")
  recipients(
    @Args() args: inputs.RecipientsArgs,
    @Context() context: RequestContext,
  ): Promise<AccountRecipients | null> {
    return this.service.recipients(
      checkInput(inputs.RecipientsArgs, args),
      context,
    );
  }

  @Query(() => CoverageReport, {
    nullable: true,
    description: `For each account and message type, the number of bound contacts and the reason for each gap. ${COST}`,
  })
  @NullOnlyOnError()
  @CostsCalls({ calls: REPORT_CALLS })
  @OperationField("coverage")
  coverage(
    @Args() args: inputs.CoverageArgs,
    @Context() context: RequestContext,
    @Info() info: GraphQLResolveInfo,
  ): Promise<CoverageReport> {
    return this.service.coverage(
      checkInput(inputs.CoverageArgs, args),
      context,
      { withFolders: selectedFields(info).has("folders") },
    );
  }

  @Query(() => DeletionPreview, {
    nullable: true,
    description: `Accounts that would lose their last \`ACTIVE\` contact for a message type if this contact were deleted; null when the directory has no such contact. ${COST}`,
  })
  @CostsCalls({ calls: REPORT_CALLS })
  @OperationField("deletionPreview")
  deletionPreview(
    @Args() args: inputs.DeletionPreviewArgs,
    @Context() context: RequestContext,
  ): Promise<DeletionPreview | null> {
    return this.service.deletionPreview(
      checkInput(inputs.DeletionPreviewArgs, args),
      context,
    );
  }

  @ContactMutation({
    description:
      "Replaces a contact with another one: binds the replacement to the targets of the contact first, then deletes the contact. Stops at the first step that fails; the contact is then not deleted. Repeated with the same `Idempotency-Key`, it continues where it was interrupted. Without `force`, it is rejected with `STATUS_CONFLICT` if an account would lose its last `ACTIVE` contact for a message type.",
    input: inputs.ReplaceMessageContactInput,
    upstream: REPLACEMENT_CALLS,
    payload: () => ReplaceMessageContactPayload,
    errors: [
      E.INVALID_INPUT,
      E.CONTACT_NOT_FOUND,
      E.BINDING_TARGET_NOT_FOUND,
      E.QUOTA_EXCEEDED,
      E.STATUS_CONFLICT,
      E.CONCURRENT_CHANGE,
      E.CHANGED_MEANWHILE,
    ],
  })
  async replaceMessageContact(
    @Args("input") input: inputs.ReplaceMessageContactInput,
    context: RequestContext,
  ): Promise<ReplaceMessageContactPayload> {
    const steps = await this.replacements.replaceMessageContact(input, context);
    this.loaders.clear(context);
    const results = steps.map(({ kind, targetIds, outcome }) => ({
      kind,
      targetIds: [...targetIds],
      ...resultOf(outcome, context),
    }));
    return {
      isComplete: results.every(({ status }) => status === ItemStatus.DONE),
      results,
      deletion: deletionOf(steps),
      contact: lazyContact({ id: input.replacementId }, this.loaders, context),
      errors: results.flatMap(({ errors }) => errors),
    };
  }
}
