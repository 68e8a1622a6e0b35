import { Inject, Injectable } from "@nestjs/common";
import { Config } from "../config/config.js";
import type { RequestContext } from "../context/request-context.js";
import { ErrorCode } from "../errors/error-codes.js";
import { GatewayError } from "../errors/gateway-error.js";
import { requireCalls } from "../graphql/upstream-cost.js";
import { MessageContactsService } from "./message-contacts.service.js";
import { MAX_PAGE_SIZE } from "./shapes/input-fields.js";
import type { MessageContact } from "./shapes/message-contact.js";

/** Reads every contact of the directory. */
@Injectable()
export class AllContacts {
  constructor(
    @Inject(MessageContactsService)
    private readonly service: MessageContactsService,
    @Inject(Config)
    private readonly config: Pick<Config, "MAX_UPSTREAM_CALLS_PER_REQUEST">,
  ) {}

  /**
   * Resolves with all contacts in the vendor's order, unmasked, without their pending
   * verifications. Costs one `listMessageContacts` call per 100 contacts.
   *
   * When the pages repeat or lack a contact, because the list changed between two calls,
   * all pages are read once more, without the cache.
   *
   * @param boundTo only contacts that are bound to this target
   * @throws {GatewayError} UPSTREAM_UNAVAILABLE when the second reading is inconsistent
   *   too, REQUEST_TOO_COSTLY when the list has too many pages, or the error of a call
   */
  async read(
    context: RequestContext,
    boundTo?: string,
  ): Promise<readonly MessageContact[]> {
    const contacts =
      (await this.readPages(context, boundTo)) ??
      (await this.readPages({ ...context, maxAgeMs: 0 }, boundTo));
    if (contacts === null) {
      throw new GatewayError(ErrorCode.UPSTREAM_UNAVAILABLE, {
        reason: "inconsistent-list",
        problem: {
          en: "The list of contacts changed while it was read page by page, twice in a row.",
          zh: "逐页读取联系人列表时，列表连续两次发生变化。",
        },
      });
    }
    return contacts;
  }

  /** Resolves with null when the pages do not form one list. */
  private async readPages(
    context: RequestContext,
    boundTo: string | undefined,
  ): Promise<readonly MessageContact[] | null> {
    const contacts = new Map<string, MessageContact>();
    let rows = 0;
    for (let pageNumber = 1, total: number | null = null; ; pageNumber++) {
      const page = await this.service.listMessageContacts(
        {
          ...(boundTo === undefined ? {} : { boundTo }),
          pageNumber,
          pageSize: MAX_PAGE_SIZE,
        },
        context,
      );
      if (total === null) {
        total = page.totalCount;
        requireCalls(Math.ceil(total / MAX_PAGE_SIZE), this.config);
      }
      for (const contact of page.items) contacts.set(contact.id, contact);
      rows += page.items.length;
      const expected = Math.min(pageNumber * MAX_PAGE_SIZE, total);
      const isConsistent =
        page.totalCount === total &&
        rows === expected &&
        // A repeated contact is once in the map.
        contacts.size === expected;
      if (!isConsistent) return null;
      if (expected === total) return [...contacts.values()];
    }
  }
}
