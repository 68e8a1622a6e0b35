import { Inject } from "@nestjs/common";
import { Args, Context, Query, Resolver } from "@nestjs/graphql";
import { OperationField } from "../../access/operation-field.decorator.js";
import { scopesOf } from "../../access/rights/features.js";
import { Config } from "../../config/config.js";
import type { RequestContext } from "../../context/request-context.js";
import { ErrorCode as E } from "../../errors/error-codes.js";
import { NullOnlyOnError } from "../../graphql/semantic-non-null.js";
import { CostsCalls, type UpstreamCalls } from "../../graphql/upstream-cost.js";
import { MAX_ITEMS } from "../../message-contacts/bulk/run-in-order.js";
import { ContactLoaders } from "../../message-contacts/graphql/contact.loaders.js";
import { ContactMutation } from "../../message-contacts/graphql/contact-mutation.decorator.js";
import { DEFAULT_CONTACT_QUOTA } from "../../message-contacts/graphql/list-calls.js";
import { resultOf } from "../../message-contacts/graphql/item-results.js";
import { ItemStatus } from "../../message-contacts/shapes/enums.js";
import { scopeSentence } from "../../openapi/scope-sentence.js";
import { checkInput } from "../../validation/check-input.js";
import { checkItems } from "../check-items.js";
import { PendingVerificationsService } from "../pending-verifications.service.js";
import { CALLS_PER_ITEM, SendVerifications } from "../send-verifications.js";
import {
  PendingVerificationsArgs,
  SendVerificationInput,
} from "../shapes/inputs.js";
import { PendingVerificationReport } from "../shapes/pending-verification-report.js";
import { SendVerificationsPayload } from "../shapes/send-verifications.js";

/** One call for the list and one for each contact; at most two verifications of each. */
const REPORT_CALLS: UpstreamCalls = {
  calls: 1 + DEFAULT_CONTACT_QUOTA,
  items: () => DEFAULT_CONTACT_QUOTA,
};

const SEND_CALLS: UpstreamCalls = {
  callsFor: ({ items }) =>
    Array.isArray(items) && items.length <= MAX_ITEMS
      ? items.length * CALLS_PER_ITEM
      : 0,
};

/** Pending verifications of the whole directory over GraphQL. */
@Resolver()
export class PendingVerificationsResolver {
  constructor(
    @Inject(PendingVerificationsService)
    private readonly service: PendingVerificationsService,
    @Inject(SendVerifications) private readonly messages: SendVerifications,
    @Inject(ContactLoaders) private readonly loaders: ContactLoaders,
    @Inject(Config) readonly config: Config,
  ) {}

  @Query(() => PendingVerificationReport, {
    nullable: true,
    description: `All pending verifications of the directory, the longest known one first. Costs one upstream call per 100 contacts and one for each contact; when one of them fails, there is no report. ${scopeSentence(scopesOf("pendingVerifications"))}`,
  })
  @NullOnlyOnError()
  @CostsCalls(REPORT_CALLS)
  @OperationField("pendingVerifications")
  pendingVerifications(
    @Args() args: PendingVerificationsArgs,
    @Context() context: RequestContext,
  ): Promise<PendingVerificationReport> {
    return this.service.pendingVerifications(
      checkInput(PendingVerificationsArgs, args),
      context,
    );
  }

  @ContactMutation({
    description:
      "Sends up to 50 verification messages, one after the other, with a result for each. The gateway looks up the pending address or number, so the caller need not read it. An error that concerns one message only does not stop the others; an upstream failure or an unknown outcome does.",
    upstream: SEND_CALLS,
    input: { check: checkItems },
    payload: () => SendVerificationsPayload,
    errors: [
      E.INVALID_INPUT,
      E.CONTACT_NOT_FOUND,
      E.VERIFICATION_NOT_PENDING,
      E.VERIFICATION_LIMIT,
      E.CONCURRENT_CHANGE,
    ],
  })
  async sendVerifications(
    @Args("items", { type: () => [SendVerificationInput] })
    items: SendVerificationInput[],
    context: RequestContext,
  ): Promise<SendVerificationsPayload> {
    const sent = await this.messages.send(items, context);
    this.loaders.clear(context);
    const results = sent.map(({ outcome, ...item }) => ({
      ...item,
      ...resultOf(outcome, context),
    }));
    return {
      isComplete: results.every(({ status }) => status === ItemStatus.DONE),
      results,
      errors: [],
    };
  }
}
