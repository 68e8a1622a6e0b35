import { Inject } from "@nestjs/common";
import { Args, Context, Resolver, Subscription } from "@nestjs/graphql";
import { requireScope } from "../../access/scopes.js";
import type { RequestContext } from "../../context/request-context.js";
import { checkInput } from "../../validation/check-input.js";
import {
  toContactDeletion,
  type DeletionReport,
} from "../deletions/deletion-report.js";
import { DeletionWatch } from "../deletions/deletion-watch.js";
import { ContactDeletion } from "../shapes/contact-deletion.js";
import { ContactIdArgs } from "../shapes/inputs.js";

/** Pushes over WebSocket and server-sent events. */
@Resolver()
export class DeletionStatusSubscription {
  constructor(@Inject(DeletionWatch) private readonly watch: DeletionWatch) {}

  @Subscription(() => ContactDeletion, {
    description: `How a deletion stands now, then each change; ends by itself after a final state (\`DELETED\`, \`FAILED\` or \`UNKNOWN\`). A state that cannot be looked up comes with a \`problem\`, and the subscription goes on.

Over WebSocket (graphql-transport-ws) at \`/graphql\`, or server-sent events (graphql-sse, distinct connections) at \`/graphql/stream\`. One upstream call every 2 to 30 seconds, however many watch. Scope: \`contacts:read\`.`,
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
