import {
  Body,
  Controller,
  Delete,
  Headers,
  HttpCode,
  Inject,
  Param,
  Post,
  Query,
  Res,
} from "@nestjs/common";
import type { FastifyReply } from "fastify";
import { Config } from "../../config/config.js";
import type { RequestContext } from "../../context/request-context.js";
import { CallContext } from "../../http/call-context.decorator.js";
import { withFieldNames, type FieldNames } from "../../http/field-names.js";
import { BulkChanges, type TargetOutcome } from "../bulk/bulk-changes.js";
import { changesOf } from "../graphql/bulk.resolver.js";
import { checkUpdates, toItemError } from "../bulk/check-updates.js";
import { withError } from "../bulk/run-in-order.js";
import {
  AssociateMembers,
  BatchUpdateMessageContacts,
  BIND_FIELD_NAMES,
  DisassociateMembers,
  UNBIND_FIELD_NAMES,
} from "./bulk.decorators.js";
import { itemsOf } from "./list-body.js";
import { resultOf, withCompletion } from "./item-results.js";
import {
  fromPath,
  fromTargets,
  type RawQuery,
  rejectBody,
} from "./rest-input.js";
import * as inputs from "../shapes/inputs.js";
import type {
  BatchUpdateResults,
  BindingChanges,
} from "../shapes/rest-bulk.js";

/** REST routes for changes that need several vendor calls. */
@Controller("/v1/message-contacts")
export class BulkController {
  constructor(
    @Inject(BulkChanges) private readonly bulk: BulkChanges,
    @Inject(Config) private readonly config: Config,
  ) {}

  @Post("batch-update")
  @HttpCode(200)
  @BatchUpdateMessageContacts()
  async batchUpdateMessageContacts(
    @Body() body: unknown,
    @Res({ passthrough: true }) reply: FastifyReply,
    @CallContext() context: RequestContext,
  ): Promise<BatchUpdateResults> {
    const items = checkUpdates(itemsOf(body, "inputs"), context, this.config);
    const outcomes = await this.bulk.updateMessageContacts(items, context);
    const results = outcomes.map((outcome, index) => ({
      contactId: items[index]?.contactId ?? "",
      ...resultOf(
        withError(outcome, (error) => toItemError(error, index)),
        context,
      ),
    }));
    return withCompletion(reply, { results });
  }

  @Post(":id/bindings")
  @HttpCode(200)
  @AssociateMembers()
  async associateMembers(
    @Param("id") id: string,
    @Body() body: unknown,
    @Headers("if-match") ifMatch: string | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
    @CallContext() context: RequestContext,
  ): Promise<BindingChanges> {
    const outcomes = await this.bulk.associateMembers(
      fromPath(inputs.AssociateMembersInput, id, body, undefined, ifMatch),
      context,
    );
    return withCompletion(
      reply,
      toBindingChanges(outcomes, context, BIND_FIELD_NAMES),
    );
  }

  @Delete(":id/bindings")
  @DisassociateMembers()
  async disassociateMembers(
    @Param("id") id: string,
    @Query() query: RawQuery,
    @Body() body: unknown,
    @Headers("if-match") ifMatch: string | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
    @CallContext() context: RequestContext,
  ): Promise<BindingChanges> {
    rejectBody(body, "targetId=181761095690****");
    const outcomes = await this.bulk.disassociateMembers(
      fromTargets(inputs.DisassociateMembersInput, query, id, ifMatch),
      context,
    );
    return withCompletion(
      reply,
      toBindingChanges(outcomes, context, UNBIND_FIELD_NAMES),
    );
  }
}

/**
 * Throws the error of the first call when no binding was changed. Otherwise returns a
 * result for each target.
 */
function toBindingChanges(
  outcomes: readonly TargetOutcome[],
  context: RequestContext,
  fieldNames: FieldNames,
): Omit<BindingChanges, "isComplete"> {
  const [first] = outcomes;
  if (first?.outcome.status === "FAILED") throw first.outcome.error;
  return {
    changes: changesOf(outcomes),
    results: outcomes.map(({ targetId, outcome }) => ({
      targetId,
      ...resultOf(
        withError(outcome, (error) => withFieldNames(error, fieldNames)),
        context,
      ),
    })),
  };
}
