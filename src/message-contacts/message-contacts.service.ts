import { Inject, Injectable } from "@nestjs/common";
import { Config } from "../config/config.js";
import type { RequestContext } from "../context/request-context.js";
import { Upstream } from "../upstream/upstream.js";
import type { VendorContact } from "../upstream/vendor/vendor-types.js";
import { ContactBodies, type ContactBody } from "./contact-bodies.js";
import { nullIfNotFound } from "./null-if-not-found.js";
import { toContactDeletion } from "./deletions/deletion-report.js";
import { Deletions } from "./deletions/deletions.js";
import * as mapper from "./message-contacts.mapper.js";
import type { ContactDeletion } from "./shapes/contact-deletion.js";
import type * as inputs from "./shapes/inputs.js";
import type {
  MessageContact,
  MessageContactPage,
  PendingVerificationPage,
} from "./shapes/message-contact.js";
import type { BindingChange, KnownContact } from "./shapes/payloads.js";
import {
  VERIFICATION_HISTORY,
  type VerificationHistory,
} from "./verifications/verification-history.js";
import {
  VerificationMessages,
  type SentMessage,
} from "./verifications/verification-messages.js";

/** Whether the etags of contacts are computed at once, or are functions. */
export type Etags = "eager" | "lazy";

/**
 * One method per operation: maps the input, calls the vendor, maps the response. The input
 * must be validated.
 */
@Injectable()
export class MessageContactsService {
  private readonly bodies = new ContactBodies();

  /**
   * The contact of `getMessageContact` as a JSON text, masked for the caller. A property,
   * because the methods are the operations.
   */
  readonly getMessageContactBody = (
    id: string,
    context: RequestContext,
  ): Promise<ContactBody | null> =>
    nullIfNotFound(
      this.upstream.call("getMessageContact", { ContactId: id }, context),
      ({ Contact: contact }) =>
        this.bodies.of(contact, context, (one) =>
          this.upstream.versionOf(one, context),
        ),
    );

  constructor(
    @Inject(Upstream) private readonly upstream: Upstream,
    @Inject(Deletions) private readonly deletions: Deletions,
    @Inject(VerificationMessages)
    private readonly messages: VerificationMessages,
    @Inject(Config) private readonly config: Config,
    @Inject(VERIFICATION_HISTORY)
    private readonly history: VerificationHistory,
  ) {}

  async addMessageContact(
    input: inputs.AddMessageContactInput,
    context: RequestContext,
  ): Promise<KnownContact> {
    const params = mapper.toAddParams(input, this.config);
    const { Contact: contact } = await this.upstream.call(
      "addMessageContact",
      params,
      context,
    );
    const { ContactId: id, CreateDate: date } = contact;
    for (const target of targetsOf(params)) {
      this.history.recordChange(context.directory, { contactId: id, target });
    }
    // Omit `createdAt` when the vendor sent none, so that selecting it triggers a read.
    const hasDate = date !== undefined && date !== null && date !== "";
    return hasDate ? { id, createdAt: mapper.toLocalDateTime(date) } : { id };
  }

  /**
   * Resolves with null when the directory has no such contact.
   *
   * @param etags `lazy`: each etag is a function, because computing it takes as long as
   *   mapping the contact
   */
  getMessageContact(
    id: string,
    context: RequestContext,
    etags: Etags = "eager",
  ): Promise<MessageContact | null> {
    return nullIfNotFound(
      this.upstream.call("getMessageContact", { ContactId: id }, context),
      ({ Contact: contact }) =>
        mapper.toMessageContact(
          contact,
          etagOf(this.upstream, contact, context, etags),
        ),
    );
  }

  async listMessageContacts(
    { boundTo, pageNumber = 1, pageSize = 10 }: inputs.MessageContactsArgs,
    context: RequestContext,
    etags: Etags = "eager",
  ): Promise<MessageContactPage> {
    const params = {
      Member: boundTo,
      PageNumber: pageNumber,
      PageSize: pageSize,
    };
    const answer = await this.upstream.call(
      "listMessageContacts",
      params,
      context,
    );
    return mapper.toMessageContactPage(answer, params, (contact) =>
      etagOf(this.upstream, contact, context, etags),
    );
  }

  async updateMessageContact(
    input: inputs.UpdateMessageContactInput,
    context: RequestContext,
  ): Promise<KnownContact> {
    const params = mapper.toUpdateParams(input, this.config);
    await this.upstream.call("updateMessageContact", params, context, {
      ifMatch: input.ifMatch,
    });
    for (const target of targetsOf(params)) {
      const pending = { contactId: input.contactId, target };
      this.history.recordChange(context.directory, pending);
    }
    return { id: input.contactId };
  }

  async cancelMessageContactUpdate(
    input: inputs.CancelMessageContactUpdateInput,
    context: RequestContext,
  ): Promise<KnownContact> {
    const params = mapper.toCancelParams(input, this.config);
    await this.upstream.call("cancelMessageContactUpdate", params, context, {
      ifMatch: input.ifMatch,
    });
    for (const target of targetsOf(params)) {
      const pending = { contactId: input.contactId, target };
      this.history.forget(context.directory, pending);
    }
    return { id: input.contactId };
  }

  /** Resolves with `DELETED`, or `IN_PROGRESS` when it runs in the background. */
  async deleteMessageContact(
    {
      contactId,
      retainContactInMembers = true,
      ifMatch,
    }: inputs.DeleteMessageContactInput,
    context: RequestContext,
  ): Promise<ContactDeletion> {
    const { Status: status } = await this.upstream.call(
      "deleteMessageContact",
      { ContactId: contactId, RetainContactInMembers: retainContactInMembers },
      context,
      { ifMatch, admit: () => this.deletions.reserve(contactId, context) },
    );
    const report = await this.deletions.recordStart(contactId, status, context);
    return toContactDeletion(report, context.language);
  }

  /** Current state of a deletion, with texts in the caller's language. */
  async getMessageContactDeletionStatus(
    contactId: string,
    context: RequestContext,
  ): Promise<ContactDeletion> {
    const report = await this.deletions.status(contactId, context);
    return toContactDeletion(report, context.language);
  }

  /** Never retried automatically; see `VerificationMessages`. */
  sendEmailVerificationForMessageContact(
    {
      contactId,
      emailAddress,
    }: inputs.SendEmailVerificationForMessageContactInput,
    context: RequestContext,
  ): Promise<SentMessage> {
    return this.messages.send(
      "sendEmailVerificationForMessageContact",
      { ContactId: contactId, EmailAddress: emailAddress },
      context,
    );
  }

  /** Never retried automatically; see `VerificationMessages`. */
  sendPhoneVerificationForMessageContact(
    input: inputs.SendPhoneVerificationForMessageContactInput,
    context: RequestContext,
  ): Promise<SentMessage> {
    return this.messages.send(
      "sendPhoneVerificationForMessageContact",
      mapper.toPhoneParams(input, this.config),
      context,
    );
  }

  /** Resolves with null when the directory has no such contact. */
  listMessageContactVerifications(
    {
      contactId,
      pageNumber = 1,
      pageSize = 10,
    }: inputs.MessageContactVerificationsArgs,
    context: RequestContext,
  ): Promise<PendingVerificationPage | null> {
    const params = {
      ContactId: contactId,
      PageNumber: pageNumber,
      PageSize: pageSize,
    };
    return nullIfNotFound(
      this.upstream.call("listMessageContactVerifications", params, context),
      (answer) => mapper.toPendingVerificationPage(answer, params),
    );
  }

  async associateMembers(
    { contactId, targetIds, ifMatch }: inputs.AssociateMembersInput,
    context: RequestContext,
  ): Promise<BindingChange[]> {
    const { Members: changes } = await this.upstream.call(
      "associateMembers",
      { ContactId: contactId, Members: targetIds },
      context,
      { ifMatch },
    );
    return changes.map(mapper.toBindingChange);
  }

  async disassociateMembers(
    { contactId, targetIds, ifMatch }: inputs.DisassociateMembersInput,
    context: RequestContext,
  ): Promise<BindingChange[]> {
    const { Members: changes } = await this.upstream.call(
      "disassociateMembers",
      { ContactId: contactId, Members: targetIds },
      context,
      { ifMatch },
    );
    return changes.map(mapper.toBindingChange);
  }
}

function etagOf(
  upstream: Upstream,
  contact: VendorContact,
  context: RequestContext,
  etags: Etags,
): string {
  const compute = (): string => upstream.versionOf(contact, context);
  // The middleware of the GraphQL field calls the function.
  return etags === "lazy" ? (compute as unknown as string) : compute();
}

interface Channels {
  readonly EmailAddress?: string | undefined;
  readonly PhoneNumber?: string | undefined;
}

function targetsOf({ EmailAddress, PhoneNumber }: Channels): string[] {
  return [EmailAddress, PhoneNumber].filter((target) => target !== undefined);
}
