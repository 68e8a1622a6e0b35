import { Inject } from "@nestjs/common";
import { Args, Context, Resolver, Subscription } from "@nestjs/graphql";
import { requireScope } from "../../access/rights/scopes.js";
import type { RequestContext } from "../../context/request-context.js";
import { checkInput } from "../../validation/check-input.js";
import {
  toContactDeletion,
  type DeletionReport,
} from "../deletions/deletion-report.js";
import { DeletionWatch } from "../deletions/deletion-watch.js";
import { ContactDeletion } from "../shapes/contact-deletion.js";
import { ContactIdArgs } from "../shapes/inputs.js";

/** Subscription to a deletion, over WebSocket or server-sent events. */
@Resolver()
export class DeletionStatusSubscription {
  constructor(@Inject(DeletionWatch) private readonly watch: DeletionWatch) {}

  @Subscription(() => ContactDeletion, {
    description: `Current state of a deletion, then each change. Completes after a final state (\`DELETED\`, \`FAILED\` or \`UNKNOWN\`). A state that cannot be read has a \`problem\`, and the subscription continues.

Available over WebSocket (graphql-transport-ws) at \`/graphql\`, or over server-sent events (graphql-sse, distinct connections) at \`/graphql/stream\`. Costs one upstream call every 2 to 30 seconds, regardless of the number of watchers. Scope: \`contacts:read\`.`,
    resolve: (
      report: DeletionReport,
      _args: unknown,
      { language }: RequestContext,
    ) => toContactDeletion(report, language),
  })
  messageContactDeletionStatus(
    @Args() args: ContactIdArgs,
    @Context() context: RequestContext,
  ): AsyncIterable<DeletionReport> {
    requireScope("getMessageContactDeletionStatus", context);
    const { contactId } = checkInput(ContactIdArgs, args);
    return this.watch.watch(contactId, context);
  }
}
