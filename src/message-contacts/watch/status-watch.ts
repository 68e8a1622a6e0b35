import { Inject, Injectable } from "@nestjs/common";
import { AccessControl } from "../../access/access-control.js";
import type { RequestContext } from "../../context/request-context.js";
import { ErrorCode } from "../../errors/error-codes.js";
import { GatewayError } from "../../errors/gateway-error.js";
import { Logger } from "../../logging/logger.js";
import { WALL_CLOCK } from "../deletions/deletions.js";
import {
  FIRST_PAUSE_MS,
  LAST_PAUSE_MS,
  SCHEDULE,
  type Schedule,
} from "../deletions/deletion-watch.js";
import { MessageContactsService } from "../message-contacts.service.js";
import { LatestValueStream } from "./latest-value-stream.js";
import { contextOfPoll } from "./poll-context.js";
import {
  isFinalStatus,
  statusIdentity,
  type StatusReport,
} from "./status-report.js";
import { WatchSlots } from "./watch-slots.js";

/** Parts that all watches share. */
interface WatchParts {
  readonly service: Pick<MessageContactsService, "getMessageContact">;
  readonly schedule: Schedule;
  readonly now: () => number;
  readonly logger: Logger;
  readonly accessControl: Pick<AccessControl, "chargeUpstreamCalls">;
}

/**
 * Streams the status of contacts until they are active.
 *
 * All watches poll at the same moments, so that their reads become one list of the
 * contacts per directory and replica, however many contacts are watched.
 */
@Injectable()
export class StatusWatch {
  constructor(
    @Inject(MessageContactsService)
    private readonly service: MessageContactsService,
    @Inject(SCHEDULE) private readonly schedule: Schedule,
    @Inject(WALL_CLOCK) private readonly now: () => number,
    @Inject(Logger) private readonly logger: Logger,
    @Inject(AccessControl)
    private readonly accessControl: Pick<AccessControl, "chargeUpstreamCalls">,
    @Inject(WatchSlots) private readonly slots: WatchSlots,
  ) {}

  /**
   * Yields the current status, then each change, and ends when the contact is active or
   * does not exist. A failed poll yields a report with a `problem`; polling continues.
   *
   * @throws {GatewayError} RATE_LIMITED when the caller has too many watches
   */
  watch(
    contactId: string,
    context: RequestContext,
  ): AsyncIterableIterator<StatusReport> {
    const release = this.slots.acquire(context.caller.id);
    return new StatusPoller(this, contactId, context, release).values;
  }

  /** The parts, for the polls. */
  get parts(): WatchParts {
    const { service, schedule, now, logger, accessControl } = this;
    return { service, schedule, now, logger, accessControl };
  }
}

/** Polls one contact for one watcher. */
class StatusPoller {
  readonly values: LatestValueStream<StatusReport>;
  private readonly parts: WatchParts;
  private last: StatusReport;
  private pauseMs = FIRST_PAUSE_MS;
  private cancel: (() => void) | null = null;
  private isOver = false;

  constructor(
    { parts }: StatusWatch,
    private readonly contactId: string,
    private readonly context: RequestContext,
    private readonly release: () => void,
  ) {
    this.parts = parts;
    this.last = { contactId, contact: undefined, problem: null };
    this.values = new LatestValueStream(() => this.stop());
    void this.poll();
  }

  private async poll(): Promise<void> {
    const context = contextOfPoll(this.context);
    const report = await this.read(context);
    this.parts.accessControl.chargeUpstreamCalls(context);
    if (this.isOver) return;
    if (this.last.problem !== null && report.problem === null) {
      this.pauseMs = FIRST_PAUSE_MS;
    }
    if (statusIdentity(report) !== statusIdentity(this.last)) {
      this.values.publish(report);
    }
    this.last = report;
    if (isFinalStatus(report)) {
      this.stop();
      this.values.end();
      return;
    }
    this.cancel = this.parts.schedule(() => void this.poll(), this.nextMs());
    this.pauseMs = Math.min(this.pauseMs * 2, LAST_PAUSE_MS);
  }

  private async read(context: RequestContext): Promise<StatusReport> {
    const { service, logger } = this.parts;
    const { contactId } = this;
    try {
      const contact = await service.getMessageContact(contactId, context);
      return { contactId, contact, problem: null };
    } catch (error) {
      const cause =
        error instanceof GatewayError
          ? error
          : new GatewayError(ErrorCode.INTERNAL);
      if (cause !== error) logger.fault(error, context);
      const retryAfterSeconds = Math.ceil(this.pauseMs / 1_000);
      const problem = new GatewayError(cause.code, {
        ...cause.details,
        retryAfterSeconds,
      });
      return { ...this.last, problem };
    }
  }

  /** Time until the first common moment after the pause. */
  private nextMs(): number {
    const nowMs = this.parts.now();
    const atMs = Math.ceil((nowMs + this.pauseMs) / FIRST_PAUSE_MS);
    return atMs * FIRST_PAUSE_MS - nowMs;
  }

  private stop(): void {
    if (this.isOver) return;
    this.isOver = true;
    this.cancel?.();
    this.release();
  }
}
