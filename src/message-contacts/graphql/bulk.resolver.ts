import { Inject } from "@nestjs/common";
import { Args, Resolver } from "@nestjs/graphql";
import { Config } from "../../config/config.js";
import type { RequestContext } from "../../context/request-context.js";
import { ErrorCode as E } from "../../errors/error-codes.js";
import type { UpstreamCalls } from "../../graphql/upstream-cost.js";
import { BulkChanges, type TargetOutcome } from "../bulk/bulk-changes.js";
import { checkUpdates, toItemError } from "../bulk/check-updates.js";
import { lazyContact } from "./lazy-contact.js";
import {
  conditionalReads,
  ContactMutation,
} from "./contact-mutation.decorator.js";
import { ContactLoaders } from "./contact.loaders.js";
import { MAX_ITEMS, withError } from "../bulk/run-in-order.js";
import { UpdateMessageContactsPayload } from "../shapes/bulk-payloads.js";
import { ItemStatus } from "../shapes/enums.js";
import { MAX_TARGETS_PER_CALL } from "../shapes/input-fields.js";
import * as inputs from "../shapes/inputs.js";
import * as payloads from "../shapes/payloads.js";
import { resultOf } from "./item-results.js";

const BINDING_ERRORS = [
  E.INVALID_INPUT,
  E.CONTACT_NOT_FOUND,
  E.BINDING_TARGET_NOT_FOUND,
  E.QUOTA_EXCEEDED,
  E.STATUS_CONFLICT,
  E.CONCURRENT_CHANGE,
  E.CHANGED_MEANWHILE,
];

/** One upstream call per five targets, and one for a condition. */
const BINDING_CALLS: UpstreamCalls = {
  callsFor: ({ input }) =>
    conditionalReads(input) +
    Math.ceil(
      lengthOf((input as { targetIds?: unknown }).targetIds) /
        MAX_TARGETS_PER_CALL,
    ),
};

/** One upstream call per item, and one for each condition. */
function itemCalls({
  inputs: items,
}: Readonly<Record<string, unknown>>): number {
  const count = lengthOf(items);
  return count === 0
    ? 0
    : (items as unknown[]).reduce<number>(
        (sum, item) => sum + conditionalReads(item),
        count,
      );
}

/** Number of items. A list that is too long is rejected and costs none. */
function itemCount({
  inputs: items,
}: Readonly<Record<string, unknown>>): number {
  return lengthOf(items);
}

function lengthOf(items: unknown): number {
  return Array.isArray(items) && items.length <= MAX_ITEMS ? items.length : 0;
}

/** GraphQL mutations that need several vendor calls. */
@Resolver()
export class BulkResolver {
  constructor(
    @Inject(BulkChanges) private readonly bulk: BulkChanges,
    @Inject(ContactLoaders) private readonly loaders: ContactLoaders,
    @Inject(Config) readonly config: Config,
  ) {}

  @ContactMutation({
    description:
      "Changes up to 50 contacts, one after the other, with a result for each. All items are validated before the first one is sent; each contact may occur once. An error that concerns one item only does not stop the others; an upstream failure does.",
    upstream: { callsFor: itemCalls, items: itemCount },
    input: { check: checkUpdates },
    payload: () => UpdateMessageContactsPayload,
    errors: [
      E.INVALID_INPUT,
      E.NAME_TAKEN,
      E.CONTACT_NOT_FOUND,
      E.STATUS_CONFLICT,
      E.CONCURRENT_CHANGE,
      E.CHANGED_MEANWHILE,
    ],
  })
  async updateMessageContacts(
    @Args("inputs", { type: () => [inputs.UpdateMessageContactInput] })
    items: inputs.UpdateMessageContactInput[],
    context: RequestContext,
  ): Promise<UpdateMessageContactsPayload> {
    const outcomes = await this.bulk.updateMessageContacts(items, context);
    this.loaders.clear(context);
    return {
      isComplete: outcomes.every(({ status }) => status === "DONE"),
      results: outcomes.map((outcome, index) => ({
        contactId: items[index]?.contactId ?? "",
        contact:
          outcome.status === "DONE"
            ? lazyContact(outcome.value, this.loaders, context)
            : null,
        ...resultOf(
          withError(outcome, (error) => toItemError(error, index)),
          context,
        ),
      })),
      errors: [],
    };
  }

  @ContactMutation({
    description:
      "Binds a contact to the directory, to folders or to member accounts. Up to five targets are sent in one vendor call, which succeeds or fails as a whole. More targets are sent in several calls, in order, up to the first failure.",
    input: inputs.AssociateMembersInput,
    upstream: BINDING_CALLS,
    payload: () => payloads.AssociateMembersPayload,
    errors: BINDING_ERRORS,
  })
  async associateMembers(
    @Args("input") input: inputs.AssociateMembersInput,
    context: RequestContext,
  ): Promise<payloads.AssociateMembersPayload> {
    const outcomes = await this.bulk.associateMembers(input, context);
    return this.toPayload(input.contactId, outcomes, context);
  }

  @ContactMutation({
    description:
      "Unbinds a contact from the directory, from folders or from member accounts. Up to five targets are sent in one vendor call. More targets are sent in several calls, in order, up to the first failure.",
    input: inputs.DisassociateMembersInput,
    upstream: BINDING_CALLS,
    payload: () => payloads.DisassociateMembersPayload,
    errors: BINDING_ERRORS,
  })
  async disassociateMembers(
    @Args("input") input: inputs.DisassociateMembersInput,
    context: RequestContext,
  ): Promise<payloads.DisassociateMembersPayload> {
    const outcomes = await this.bulk.disassociateMembers(input, context);
    return this.toPayload(input.contactId, outcomes, context);
  }

  private toPayload(
    contactId: string,
    outcomes: readonly TargetOutcome[],
    context: RequestContext,
  ): payloads.AssociateMembersPayload {
    this.loaders.clear(context);
    const results = outcomes.map(({ targetId, outcome }) => ({
      targetId,
      ...resultOf(outcome, context),
    }));
    const failed = results.find(({ status }) => status === ItemStatus.FAILED);
    return {
      changes: changesOf(outcomes),
      results,
      contact: lazyContact({ id: contactId }, this.loaders, context),
      // At most one call failed; its targets share its errors.
      errors: failed?.errors ?? [],
    };
  }
}

/** Changes that the vendor reported. */
export function changesOf(
  outcomes: readonly TargetOutcome[],
): payloads.BindingChange[] {
  return outcomes.flatMap(({ outcome }) =>
    outcome.status === "DONE" && outcome.value !== null ? [outcome.value] : [],
  );
}
