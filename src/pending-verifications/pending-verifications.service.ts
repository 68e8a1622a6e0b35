import { Inject, Injectable } from "@nestjs/common";
import { Config } from "../config/config.js";
import type { RequestContext } from "../context/request-context.js";
import { requireCalls } from "../graphql/upstream-cost.js";
import { AllContacts } from "../message-contacts/all-contacts.js";
import { WALL_CLOCK } from "../message-contacts/deletions/deletions.js";
import { MessageContactsService } from "../message-contacts/message-contacts.service.js";
import {
  ContactStatus,
  MessageType,
} from "../message-contacts/shapes/enums.js";
import { MAX_PAGE_SIZE } from "../message-contacts/shapes/input-fields.js";
import type {
  MessageContact,
  PendingVerification,
} from "../message-contacts/shapes/message-contact.js";
import { readPendingPages } from "../message-contacts/verifications/pending-pages.js";
import {
  VERIFICATION_HISTORY,
  type VerificationHistory,
  type VerificationTimes,
} from "../message-contacts/verifications/verification-history.js";
import type { PendingVerificationsArgs } from "./shapes/inputs.js";
import type { PendingVerificationReport } from "./shapes/pending-verification-report.js";

/** Reports the pending verifications of the whole directory. */
@Injectable()
export class PendingVerificationsService {
  constructor(
    @Inject(AllContacts) private readonly contacts: AllContacts,
    @Inject(MessageContactsService)
    private readonly service: MessageContactsService,
    @Inject(VERIFICATION_HISTORY) private readonly history: VerificationHistory,
    @Inject(WALL_CLOCK) private readonly now: () => number,
    @Inject(Config)
    private readonly config: Pick<Config, "MAX_UPSTREAM_CALLS_PER_REQUEST">,
  ) {}

  /**
   * Resolves with every pending verification of the directory, the longest known one
   * first. Costs one call per 100 contacts and one for each contact. If one of them
   * fails, there is no report.
   *
   * @throws {GatewayError} REQUEST_TOO_COSTLY before the calls for single contacts, or
   *   the error of a call
   */
  async pendingVerifications(
    { channel, olderThanSeconds = 0 }: PendingVerificationsArgs,
    context: RequestContext,
  ): Promise<PendingVerificationReport> {
    const readAtMs = this.now();
    const contacts = await this.contacts.read(context);
    const pending = await this.pendingOf(contacts, context);
    const times = await this.history.observeAll(
      context.directory,
      pending.map(({ verification }) => verification),
      readAtMs,
    );
    const nowMs = this.now();
    const items = pending
      .map((one, index) => ({
        ...one,
        times: times[index] ?? unknownAt(nowMs),
      }))
      .filter(
        ({ verification, times: { firstSeenAtMs } }) =>
          (channel === undefined || verification.channel === channel) &&
          nowMs - firstSeenAtMs >= olderThanSeconds * 1_000,
      )
      .sort(
        (one, other) =>
          one.times.firstSeenAtMs - other.times.firstSeenAtMs ||
          (one.contact.id < other.contact.id ? -1 : 1),
      )
      .map(
        ({
          verification,
          contact,
          times: { firstSeenAtMs, lastSentAtMs },
        }) => ({
          ...verification,
          firstSeenAt: new Date(firstSeenAtMs).toISOString(),
          lastSentAt:
            lastSentAtMs === null ? null : new Date(lastSentAtMs).toISOString(),
          contact,
          unreceivedMessageTypes: unreceivedTypes(contact, contacts),
        }),
      );
    return { items, totalCount: items.length };
  }

  private async pendingOf(
    contacts: readonly MessageContact[],
    context: RequestContext,
  ): Promise<
    readonly { contact: MessageContact; verification: PendingVerification }[]
  > {
    requireCalls(
      contacts.length + Math.ceil(contacts.length / MAX_PAGE_SIZE),
      this.config,
    );
    const pages = await readPendingPages(
      this.service,
      contacts.map(({ id }) => id),
      context,
    );
    return contacts.flatMap((contact, index) =>
      (pages[index]?.items ?? []).map((verification) => ({
        contact,
        verification,
      })),
    );
  }
}

const unknownAt = (nowMs: number): VerificationTimes => ({
  firstSeenAtMs: nowMs,
  lastSentAtMs: null,
});

/** Message types of a contact that no other active contact of the directory receives. */
function unreceivedTypes(
  contact: MessageContact,
  contacts: readonly MessageContact[],
): MessageType[] {
  if (contact.status === ContactStatus.ACTIVE) return [];
  const others = contacts.filter(
    ({ id, status }) => id !== contact.id && status === ContactStatus.ACTIVE,
  );
  return contact.messageTypes.filter(
    (type) =>
      type !== MessageType.UNRECOGNISED &&
      !others.some(({ messageTypes }) => messageTypes.includes(type)),
  );
}
