import { Inject, Injectable } from "@nestjs/common";
import { Config } from "../../config/config.js";
import type { RequestContext } from "../../context/request-context.js";
import { requireCalls } from "../../graphql/upstream-cost.js";
import { AllContacts } from "../all-contacts.js";
import {
  MessageContactsService,
  type Etags,
} from "../message-contacts.service.js";
import type { ContactOrder } from "../shapes/enums.js";
import { pageOf } from "../page.js";
import { DEFAULT_PAGE_SIZE } from "../shapes/input-fields.js";
import type {
  MessageContact,
  MessageContactPage,
} from "../shapes/message-contact.js";
import { readPendingPages } from "../verifications/pending-pages.js";
import { meets, ordered, type ContactFilter } from "./contact-filter.js";

/** What a list of contacts shows. */
export interface ContactQuery extends ContactFilter {
  readonly boundTo?: string | undefined;
  readonly hasPending?: boolean | undefined;
  readonly orderBy?: ContactOrder | undefined;
  readonly pageNumber?: number | undefined;
  readonly pageSize?: number | undefined;
}

/** Lists contacts by conditions that the vendor does not know. */
@Injectable()
export class ContactSearch {
  constructor(
    @Inject(MessageContactsService)
    private readonly service: MessageContactsService,
    @Inject(AllContacts) private readonly contacts: AllContacts,
    @Inject(Config)
    private readonly config: Pick<Config, "MAX_UPSTREAM_CALLS_PER_REQUEST">,
  ) {}

  /**
   * Resolves with one page of the contacts that meet all conditions.
   *
   * Without a condition or an order that is one call. Otherwise the whole directory is
   * read, one call per 100 contacts, so that the page and its total are exact;
   * `hasPending` needs one more call for each contact that meets the other conditions.
   *
   * @throws {GatewayError} REQUEST_TOO_COSTLY before the calls for `hasPending`, or the
   *   error of a call
   */
  async listMessageContacts(
    query: ContactQuery,
    context: RequestContext,
    etags?: Etags,
  ): Promise<MessageContactPage> {
    const { boundTo } = query;
    if (!needsAllContacts(query)) {
      const { pageNumber = 1, pageSize = DEFAULT_PAGE_SIZE } = query;
      return this.service.listMessageContacts(
        { ...(boundTo === undefined ? {} : { boundTo }), pageNumber, pageSize },
        context,
        etags,
      );
    }
    const contacts = await this.contacts.read(context, boundTo);
    const found = contacts.filter((contact) =>
      meets(query, contact, context.caller.personal),
    );
    const matches = ordered(
      await this.withPending(query.hasPending, found, context),
      query.orderBy,
    );
    return pageOf(matches, query);
  }

  private async withPending(
    hasPending: boolean | undefined,
    contacts: readonly MessageContact[],
    context: RequestContext,
  ): Promise<readonly MessageContact[]> {
    if (hasPending === undefined) return contacts;
    requireCalls(contacts.length + 1, this.config);
    const pages = await readPendingPages(
      this.service,
      contacts.map(({ id }) => id),
      context,
    );
    return contacts.filter((_contact, index) => {
      const page = pages[index] ?? null;
      return page !== null && hasPending === page.totalCount > 0;
    });
  }
}

function needsAllContacts({
  boundTo: _boundTo,
  pageNumber: _pageNumber,
  pageSize: _pageSize,
  ...conditions
}: ContactQuery): boolean {
  return Object.values(conditions).some((value) => value !== undefined);
}
