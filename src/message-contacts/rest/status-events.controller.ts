import { Controller, Get, Headers, Inject, Param, Res } from "@nestjs/common";
import type { FastifyReply } from "fastify";
import type { RequestContext } from "../../context/request-context.js";
import { CallContext } from "../../http/call-context.decorator.js";
import { toProblem } from "../../http/problem-details.js";
import { SseStreams, type SseEvent } from "../../http/sse-stream.js";
import { checkInput } from "../../validation/check-input.js";
import { ContactIdArgs } from "../shapes/inputs.js";
import {
  FINAL_PREFIX,
  statusIdentity,
  toStatusUpdate,
  type StatusReport,
} from "../watch/status-report.js";
import { StatusWatch } from "../watch/status-watch.js";
import { WatchMessageContactStatus } from "./events.decorators.js";

/** Server-sent events of a contact's status, for `EventSource`. */
@Controller("/v1/message-contacts")
export class StatusEventsController {
  constructor(
    @Inject(StatusWatch) private readonly watch: StatusWatch,
    @Inject(SseStreams) private readonly streams: SseStreams,
  ) {}

  /**
   * Sends a `message` event for each status and `complete` after the last one. A client
   * that reconnects with the id of the last one gets 204, which stops `EventSource`; with
   * any other id, it gets the statuses that differ from that id.
   */
  @Get(":id/status/events")
  @WatchMessageContactStatus()
  watchMessageContactStatus(
    @Param("id") id: string,
    @Headers("last-event-id") lastEventId: string | undefined,
    @Res() reply: FastifyReply,
    @CallContext() context: RequestContext,
  ): void {
    const { contactId } = checkInput(ContactIdArgs, { contactId: id });
    if (lastEventId?.startsWith(FINAL_PREFIX) === true) {
      void reply.code(204).send();
      return;
    }
    const events = statusEvents(
      this.watch.watch(contactId, context),
      context,
      lastEventId,
    );
    this.streams.answer(reply, events, (error) => [
      { event: "problem", data: JSON.stringify(toProblem(error, context)) },
    ]);
  }
}

/** Converts reports to server-sent events. */
function statusEvents(
  reports: AsyncIterableIterator<StatusReport>,
  { language }: RequestContext,
  lastId: string | undefined,
): AsyncIterator<SseEvent, undefined, undefined> {
  let known = lastId;
  let hasEnded = false;
  const done = { done: true, value: undefined } as const;
  return {
    async next() {
      for (;;) {
        if (hasEnded) return done;
        const next = await reports.next();
        if (next.done === true) {
          hasEnded = true;
          const isComplete = known?.startsWith(FINAL_PREFIX) === true;
          return isComplete
            ? { done: false, value: { event: "complete", data: "" } }
            : done;
        }
        const report: StatusReport = next.value;
        const id = statusIdentity(report);
        if (id === known) continue;
        known = id;
        const data = JSON.stringify(toStatusUpdate(report, language));
        return { done: false, value: { id, data } };
      }
    },
    async return() {
      hasEnded = true;
      await reports.return?.();
      return done;
    },
  };
}
