import { Inject } from "@nestjs/common";
import { Args, Context, Resolver, Subscription } from "@nestjs/graphql";
import { requireScope } from "../../access/rights/scopes.js";
import type { RequestContext } from "../../context/request-context.js";
import { checkInput } from "../../validation/check-input.js";
import { ContactStatusUpdate } from "../watch/contact-status-update.js";
import { ContactIdArgs } from "../shapes/inputs.js";
import { toStatusUpdate, type StatusReport } from "../watch/status-report.js";
import { StatusWatch } from "../watch/status-watch.js";

/** Subscription to the status of a contact, over WebSocket or server-sent events. */
@Resolver()
export class ContactStatusSubscription {
  constructor(@Inject(StatusWatch) private readonly watch: StatusWatch) {}

  @Subscription(() => ContactStatusUpdate, {
    description: `Current status of a contact, then each change. Completes when the contact is active or does not exist. A status that cannot be read has a \`problem\`, and the subscription continues.

Costs one upstream call every 2 to 30 seconds for all watched contacts of a directory together. Scope: \`contacts:read\`.`,
    resolve: (
      report: StatusReport,
      _args: unknown,
      { language }: RequestContext,
    ) => toStatusUpdate(report, language),
  })
  messageContactStatus(
    @Args() args: ContactIdArgs,
    @Context() context: RequestContext,
  ): AsyncIterable<StatusReport> {
    requireScope("getMessageContact", context);
    const { contactId } = checkInput(ContactIdArgs, args);
    return this.watch.watch(contactId, context);
  }
}
