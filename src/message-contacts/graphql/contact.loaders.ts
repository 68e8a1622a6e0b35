import { Inject, Injectable } from "@nestjs/common";
import DataLoader from "dataloader";
import type { RequestContext } from "../../context/request-context.js";
import type { Sentence } from "../../errors/error-codes.js";
import { GatewayError } from "../../errors/gateway-error.js";
import { MessageContactsService } from "../message-contacts.service.js";
import type { ContactDeletion } from "../shapes/contact-deletion.js";
import { DeletionState } from "../shapes/enums.js";
import { MAX_PAGE_SIZE } from "../shapes/input-fields.js";
import {
  NESTED_READS,
  type MessageContact,
  type PendingVerification,
} from "../shapes/message-contact.js";
import { Slots } from "./concurrency-limit.js";

/** Most reads that one request has under way at the vendor at once. */
export const READS_AT_ONCE = 8;

type NestedRead = (typeof NESTED_READS)[number];

type Loader<T> = DataLoader<string, T>;

/** What one request reads of single contacts: each contact and field once. */
export interface RequestReads {
  readonly contact: Loader<MessageContact | null>;
  /** Null when the directory has no such contact. */
  readonly pendingVerifications: Loader<PendingVerification[] | null>;
  readonly deletion: Loader<ContactDeletion | null>;
}

/**
 * Reads of single contacts, shared within a request and bounded together.
 *
 * A request that reads nothing this way pays nothing: its loaders are made on
 * first use and go with its context.
 */
@Injectable()
export class ContactLoaders {
  private readonly byRequest = new WeakMap<RequestContext, RequestReads>();
  /** Requests that have carried out a change. */
  private readonly changed = new WeakSet<RequestContext>();

  constructor(
    @Inject(MessageContactsService)
    private readonly service: MessageContactsService,
  ) {}

  of(context: RequestContext): RequestReads {
    let reads = this.byRequest.get(context);
    if (reads === undefined) {
      reads = this.open(context);
      this.byRequest.set(context, reads);
    }
    return reads;
  }

  /** After a change: what was read before it must not be shown after it. */
  forget(context: RequestContext): void {
    this.byRequest.delete(context);
    this.changed.add(context);
  }

  /**
   * Starts the nested reads among the selected fields, so that they run beside
   * the read of the contact itself and not after it. Their failures belong to
   * the fields that ask for them later.
   */
  startSelected(
    selected: ReadonlySet<string>,
    contactId: string,
    context: RequestContext,
  ): void {
    for (const name of NESTED_READS) {
      if (selected.has(name)) void this.start(name, contactId, context);
    }
  }

  private start(
    name: NestedRead,
    contactId: string,
    context: RequestContext,
  ): Promise<unknown> {
    const loader: Loader<unknown> = this.of(context)[name];
    return loader.load(contactId).catch(() => undefined);
  }

  private open(context: RequestContext): RequestReads {
    const slots = new Slots(READS_AT_ONCE);
    const failed = (error: unknown): Error =>
      this.changed.has(context) ? afterChange(error) : asError(error);
    const each = <T>(read: (id: string) => Promise<T>): Loader<T> =>
      new DataLoader((ids) =>
        Promise.all(ids.map((id) => slots.run(() => read(id)).catch(failed))),
      );
    return {
      contact: each((id) => this.service.getMessageContact(id, context)),
      pendingVerifications: each(async (contactId) => {
        const page = await this.service.listMessageContactVerifications(
          { contactId, pageSize: MAX_PAGE_SIZE },
          context,
        );
        return page?.items ?? null;
      }),
      deletion: each(async (contactId) => {
        const deletion = await this.service.getMessageContactDeletionStatus(
          contactId,
          context,
        );
        return deletion.state === DeletionState.UNKNOWN ? null : deletion;
      }),
    };
  }
}

const READ_FAILED: Sentence = {
  en: "The change was carried out; only reading the contact afterwards failed. Read the contact again, and do not repeat the change.",
  zh: "变更已执行，仅随后的联系人查询失败。请重新查询联系人，不要重复变更。",
};

/** An error of a read must not advise to repeat the change before it. */
function afterChange(error: unknown): Error {
  return error instanceof GatewayError
    ? new GatewayError(error.code, { ...error.details, advice: READ_FAILED })
    : asError(error);
}

/** A loader takes errors as values, one for each key. */
function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error("no error was thrown");
}
