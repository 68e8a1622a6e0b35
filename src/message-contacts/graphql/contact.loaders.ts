import { Inject, Injectable } from "@nestjs/common";
import DataLoader from "dataloader";
import pLimit from "p-limit";
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

/** Maximum number of concurrent reads per request. */
export const MAX_CONCURRENT_READS = 8;

type NestedRead = (typeof NESTED_READS)[number];

type Loader<T> = DataLoader<string, T>;

/** Loaders of one request; each loads a contact or a nested field once. */
export interface RequestLoaders {
  readonly contact: Loader<MessageContact | null>;
  /** Loads null when the directory has no such contact. */
  readonly pendingVerifications: Loader<PendingVerification[] | null>;
  readonly deletion: Loader<ContactDeletion | null>;
}

/**
 * Loaders of single contacts. The loaders of a request share one concurrency limit. They
 * are created on first use and released together with the request context.
 */
@Injectable()
export class ContactLoaders {
  private readonly byRequest = new WeakMap<RequestContext, RequestLoaders>();
  /** Requests that have executed a mutation. */
  private readonly changed = new WeakSet<RequestContext>();

  constructor(
    @Inject(MessageContactsService)
    private readonly service: MessageContactsService,
  ) {}

  of(context: RequestContext): RequestLoaders {
    let loaders = this.byRequest.get(context);
    if (loaders === undefined) {
      loaders = this.create(context);
      this.byRequest.set(context, loaders);
    }
    return loaders;
  }

  /** Discards loaded values after a mutation, because they may be stale. */
  clear(context: RequestContext): void {
    this.byRequest.delete(context);
    this.changed.add(context);
  }

  /**
   * Starts the selected nested reads, so that they run in parallel with the read of the
   * contact. A failure is reported by the field that loads the value later.
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

  private create(context: RequestContext): RequestLoaders {
    const limit = pLimit(MAX_CONCURRENT_READS);
    const toLoaderError = (error: unknown): Error =>
      this.changed.has(context) ? withReadAdvice(error) : asError(error);
    const loaderOf = <T>(read: (id: string) => Promise<T>): Loader<T> =>
      new DataLoader((ids) =>
        Promise.all(ids.map((id) => limit(read, id).catch(toLoaderError))),
      );
    return {
      contact: loaderOf((id) =>
        this.service.getMessageContact(id, context, "lazy"),
      ),
      pendingVerifications: loaderOf(async (contactId) => {
        const page = await this.service.listMessageContactVerifications(
          { contactId, pageSize: MAX_PAGE_SIZE },
          context,
        );
        return page?.items ?? null;
      }),
      deletion: loaderOf(async (contactId) => {
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
  en: "The change was made; only the read of the contact afterwards failed. Read the contact again, and do not repeat the change.",
  zh: "变更已执行，仅随后的联系人查询失败。请重新查询联系人，不要重复变更。",
};

/** Replaces the advice of a failed read, which must not suggest repeating the mutation. */
function withReadAdvice(error: unknown): Error {
  return error instanceof GatewayError
    ? new GatewayError(error.code, { ...error.details, advice: READ_FAILED })
    : asError(error);
}

/** DataLoader expects failures as values, one per key. */
function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error("no error was thrown");
}
