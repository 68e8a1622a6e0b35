import { Inject, Injectable } from "@nestjs/common";
import { maskError } from "../access/masking.js";
import { Config } from "../config/config.js";
import type { RequestContext } from "../context/request-context.js";
import { ErrorCode } from "../errors/error-codes.js";
import { GatewayError } from "../errors/gateway-error.js";
import { requireCalls } from "../graphql/upstream-cost.js";
import { Logger } from "../logging/logger.js";
import { toItemError } from "../message-contacts/bulk/check-updates.js";
import {
  isItemError,
  runInOrder,
  untilDeadline,
  withError,
  type ItemOutcome,
} from "../message-contacts/bulk/run-in-order.js";
import { MessageContactsService } from "../message-contacts/message-contacts.service.js";
import { VerificationChannel } from "../message-contacts/shapes/enums.js";
import { MAX_PAGE_SIZE } from "../message-contacts/shapes/input-fields.js";
import type { SentMessage } from "../message-contacts/verifications/verification-messages.js";
import type { SendVerificationInput } from "./shapes/inputs.js";
import type { VerificationResult } from "./shapes/send-verifications.js";

/** Upstream calls of one item: the lookup of the target, and the message. */
export const CALLS_PER_ITEM = 2;

/** Errors that concern one message only. */
const ONE_MESSAGE: ReadonlySet<ErrorCode> = new Set([
  ErrorCode.VERIFICATION_NOT_PENDING,
  ErrorCode.VERIFICATION_LIMIT,
]);

/** One message, with its outcome. Errors are masked, and their fields name the item. */
export interface SentItem extends Omit<VerificationResult, "status"> {
  readonly outcome: ItemOutcome<SentMessage>;
}

/** Sends several verification messages, with an outcome for each. */
@Injectable()
export class SendVerifications {
  constructor(
    @Inject(MessageContactsService)
    private readonly service: MessageContactsService,
    @Inject(Config) private readonly config: Config,
    @Inject(Logger) private readonly logger: Logger,
  ) {}

  /**
   * Sends one message per item, in order, within the cool-down and the daily limit. An
   * error that concerns one message does not stop the others; an upstream failure, an
   * unknown outcome or the deadline does.
   *
   * @throws {GatewayError} REQUEST_TOO_COSTLY before the first call
   */
  async send(
    items: readonly SendVerificationInput[],
    context: RequestContext,
  ): Promise<SentItem[]> {
    requireCalls(items.length * CALLS_PER_ITEM, this.config);
    const { idempotency } = context;
    if (idempotency !== undefined) idempotency.payload = items;
    const outcomes = await runInOrder(
      [...items.entries()],
      ([index, item]) => {
        // Each item has its own record, even when an earlier one sends nothing.
        if (idempotency !== undefined) idempotency.writes = index;
        return this.sendOne(item, context);
      },
      untilDeadline(
        this.config,
        this.logger,
        context,
        (error) => isItemError(error) || ONE_MESSAGE.has(error.code),
      ),
    );
    return outcomes.map((outcome, index) => {
      const { contactId, channel } = items[index]!;
      const sent = outcome.status === "DONE" ? outcome.value : null;
      return {
        contactId,
        channel,
        sentAt: sent?.sentAt ?? null,
        retryAfterSeconds: sent?.retryAfterSeconds ?? null,
        outcome: withError(outcome, (error) =>
          maskError(context, toItemError(error, index, "items")),
        ),
      };
    });
  }

  private async sendOne(
    { contactId, channel }: SendVerificationInput,
    context: RequestContext,
  ): Promise<SentMessage> {
    const page = await this.service.listMessageContactVerifications(
      { contactId, pageSize: MAX_PAGE_SIZE },
      context,
    );
    if (page === null) {
      throw new GatewayError(ErrorCode.CONTACT_NOT_FOUND, {
        field: ["contactId"],
        value: contactId,
      });
    }
    const pending = page.items.find((one) => one.channel === channel);
    if (pending === undefined) {
      throw new GatewayError(ErrorCode.VERIFICATION_NOT_PENDING, {
        field: ["channel"],
      });
    }
    const { target } = pending;
    return channel === VerificationChannel.EMAIL
      ? this.service.sendEmailVerificationForMessageContact(
          { contactId, emailAddress: target },
          context,
        )
      : this.service.sendPhoneVerificationForMessageContact(
          { contactId, phoneNumber: target },
          context,
        );
  }
}
