import { Controller, Get, Headers, Inject, Param, Res } from "@nestjs/common";
import type { FastifyReply } from "fastify";
import { maskFor } from "../../access/masking.js";
import type { RequestContext } from "../../context/request-context.js";
import { CallContext } from "../../http/call-context.decorator.js";
import { checkInput } from "../../validation/check-input.js";
import { toProblem } from "../../http/problem-details.js";
import { SseStreams, type SseEvent } from "../../http/sse-stream.js";
import {
  identityOf,
  isDeletedIdentity,
  isFinalIdentity,
  toContactDeletion,
  type DeletionReport,
} from "../deletions/deletion-report.js";
import { Deletions } from "../deletions/deletions.js";
import { DeletionWatch } from "../deletions/deletion-watch.js";
import { ContactIdArgs } from "../shapes/inputs.js";
import { WatchMessageContactDeletion } from "./events.decorators.js";

/** Server-sent events of a deletion, for `EventSource`. */
@Controller("/v1/message-contacts")
export class DeletionEventsController {
  constructor(
    @Inject(DeletionWatch) private readonly watch: DeletionWatch,
    @Inject(SseStreams) private readonly streams: SseStreams,
    @Inject(Deletions) private readonly deletions: Deletions,
  ) {}

  /**
   * Sends a `message` event for each state and `complete` after a final one. A client
   * that reconnects with the id of a final state gets 204, which stops `EventSource`.
   * With any other id, it gets the states that differ from that id. When the credential
   * expires or is revoked, the last event is `problem` with a problem document; a
   * reconnecting client then gets 401 and stops.
   */
  @Get(":id/deletion/events")
  @WatchMessageContactDeletion()
  async watchMessageContactDeletion(
    @Param("id") id: string,
    @Headers("last-event-id") lastEventId: string | undefined,
    @Res() reply: FastifyReply,
    @CallContext() context: RequestContext,
  ): Promise<void> {
    const { contactId } = checkInput(ContactIdArgs, { contactId: id });
    if (
      lastEventId !== undefined &&
      isFinalIdentity(lastEventId) &&
      (await this.isCurrent(lastEventId, contactId, context))
    ) {
      void reply.code(204).send();
      return;
    }
    const reports = this.watch.watch(contactId, context);
    this.streams.answer(
      reply,
      new DeletionEvents(reports, context, lastEventId),
      (error) => [
        { event: "problem", data: JSON.stringify(toProblem(error, context)) },
      ],
    );
  }

  /** Verifies a DELETED id, because the contact may exist again. Other final ids are current. */
  private async isCurrent(
    identity: string,
    contactId: string,
    context: RequestContext,
  ): Promise<boolean> {
    if (!isDeletedIdentity(identity)) return true;
    const report = await this.deletions
      .status(contactId, context)
      .catch(() => null);
    return report !== null && identityOf(report) === identity;
  }
}

/** Converts reports to server-sent events. */
class DeletionEvents implements AsyncIterator<SseEvent, undefined, undefined> {
  private hasEnded = false;

  constructor(
    private readonly reports: AsyncIterableIterator<DeletionReport>,
    private readonly context: RequestContext,
    private lastId: string | undefined,
  ) {}

  async next(): Promise<IteratorResult<SseEvent, undefined>> {
    for (;;) {
      const next: IteratorResult<DeletionReport, undefined> =
        await this.reports.next();
      if (next.done === true) return this.finish();
      const id = identityOf(next.value);
      if (id === this.lastId) continue;
      this.lastId = id;
      return { done: false, value: this.eventOf(next.value, id) };
    }
  }

  async return(): Promise<IteratorResult<SseEvent, undefined>> {
    this.hasEnded = true;
    await this.reports.return?.();
    return { done: true, value: undefined };
  }

  private eventOf(report: DeletionReport, id: string): SseEvent {
    const deletion = toContactDeletion(report, this.context.language);
    return { id, data: JSON.stringify(maskFor(this.context, deletion)) };
  }

  /** Ends with a `complete` event, but only after a final state. */
  private finish(): IteratorResult<SseEvent, undefined> {
    const wasFinal = this.lastId !== undefined && isFinalIdentity(this.lastId);
    if (this.hasEnded || !wasFinal) return { done: true, value: undefined };
    this.hasEnded = true;
    return { done: false, value: { event: "complete", data: "" } };
  }
}
