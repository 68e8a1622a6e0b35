import { Inject, Injectable } from "@nestjs/common";
import { ErrorCode } from "../errors/error-codes.js";
import { GatewayError } from "../errors/gateway-error.js";
import { UpstreamClient } from "../upstream/upstream.client.js";
import {
  MemoryDeletionLedger,
  type DeletionLedger,
} from "./deletion-ledger.js";
import * as mapper from "./message-contacts.mapper.js";
import { DeletionState } from "./shapes/enums.js";
import type * as inputs from "./shapes/inputs.js";
import type {
  ContactDeletion,
  MessageContact,
  MessageContactPage,
  PendingVerificationPage,
} from "./shapes/message-contact.js";
import type { BindingChange, KnownContact } from "./shapes/payloads.js";

/** One method per operation: map, call, map back. Takes checked input only. */
@Injectable()
export class MessageContactsService {
  constructor(
    @Inject(UpstreamClient) private readonly upstream: UpstreamClient,
    @Inject(MemoryDeletionLedger) private readonly ledger: DeletionLedger,
  ) {}

  async addMessageContact(
    input: inputs.AddMessageContactInput,
  ): Promise<KnownContact> {
    const { Contact: contact } = await this.upstream.call(
      "addMessageContact",
      mapper.toAddParams(input),
    );
    return {
      id: contact.ContactId,
      createdAt: mapper.toLocalDateTime(contact.CreateDate),
    };
  }

  /** Null when the directory has no such contact. */
  getMessageContact(id: string): Promise<MessageContact | null> {
    return absentAsNull(
      this.upstream.call("getMessageContact", { ContactId: id }),
      (answer) => mapper.toMessageContact(answer.Contact),
    );
  }

  async listMessageContacts({
    boundTo,
    pageNumber = 1,
    pageSize = 10,
  }: inputs.MessageContactsArgs): Promise<MessageContactPage> {
    const params = {
      Member: boundTo,
      PageNumber: pageNumber,
      PageSize: pageSize,
    };
    const answer = await this.upstream.call("listMessageContacts", params);
    return mapper.toMessageContactPage(answer, params);
  }

  async updateMessageContact(
    input: inputs.UpdateMessageContactInput,
  ): Promise<KnownContact> {
    await this.upstream.call(
      "updateMessageContact",
      mapper.toUpdateParams(input),
    );
    return { id: input.contactId };
  }

  async cancelMessageContactUpdate(
    input: inputs.CancelMessageContactUpdateInput,
  ): Promise<KnownContact> {
    await this.upstream.call(
      "cancelMessageContactUpdate",
      mapper.toCancelParams(input),
    );
    return { id: input.contactId };
  }

  /** `DELETED`, or `IN_PROGRESS` while members still have to release it. */
  async deleteMessageContact({
    contactId,
    retainContactInMembers = true,
  }: inputs.DeleteMessageContactInput): Promise<ContactDeletion> {
    const { Status: status } = await this.upstream.call(
      "deleteMessageContact",
      { ContactId: contactId, RetainContactInMembers: retainContactInMembers },
    );
    const { observedAt } = await this.ledger.remember(contactId);
    return mapper.deletionIn(
      status === "Deleted" ? DeletionState.DELETED : DeletionState.IN_PROGRESS,
      contactId,
      observedAt,
    );
  }

  /**
   * "Gone" and "never existed" are the same vendor answer. It counts as deleted
   * only for a deletion that this gateway has seen begin.
   */
  async getMessageContactDeletionStatus(
    contactId: string,
  ): Promise<ContactDeletion> {
    const seen = await this.ledger.find(contactId);
    const observedAt = seen?.observedAt ?? null;
    const deletion = await absentAsNull(
      this.upstream.call("getMessageContactDeletionStatus", {
        ContactId: contactId,
      }),
      (answer) => mapper.toContactDeletion(answer, contactId, observedAt),
    );
    return (
      deletion ??
      mapper.deletionIn(
        seen === null ? DeletionState.UNKNOWN : DeletionState.DELETED,
        contactId,
        observedAt,
      )
    );
  }

  /** When the vendor accepted the order to send, an RFC 3339 instant. */
  async sendEmailVerificationForMessageContact({
    contactId,
    emailAddress,
  }: inputs.SendEmailVerificationForMessageContactInput): Promise<string> {
    await this.upstream.call("sendEmailVerificationForMessageContact", {
      ContactId: contactId,
      EmailAddress: emailAddress,
    });
    return new Date().toISOString();
  }

  /** When the vendor accepted the order to send, an RFC 3339 instant. */
  async sendPhoneVerificationForMessageContact(
    input: inputs.SendPhoneVerificationForMessageContactInput,
  ): Promise<string> {
    await this.upstream.call(
      "sendPhoneVerificationForMessageContact",
      mapper.toPhoneParams(input),
    );
    return new Date().toISOString();
  }

  /** Null when the directory has no such contact. */
  listMessageContactVerifications({
    contactId,
    pageNumber = 1,
    pageSize = 10,
  }: inputs.MessageContactVerificationsArgs): Promise<PendingVerificationPage | null> {
    const params = {
      ContactId: contactId,
      PageNumber: pageNumber,
      PageSize: pageSize,
    };
    return absentAsNull(
      this.upstream.call("listMessageContactVerifications", params),
      (answer) => mapper.toPendingVerificationPage(answer, params),
    );
  }

  async associateMembers({
    contactId,
    targetIds,
  }: inputs.AssociateMembersInput): Promise<BindingChange[]> {
    const { Members: changes } = await this.upstream.call("associateMembers", {
      ContactId: contactId,
      Members: targetIds,
    });
    return changes.map(mapper.toBindingChange);
  }

  async disassociateMembers({
    contactId,
    targetIds,
  }: inputs.DisassociateMembersInput): Promise<BindingChange[]> {
    const { Members: changes } = await this.upstream.call(
      "disassociateMembers",
      { ContactId: contactId, Members: targetIds },
    );
    return changes.map(mapper.toBindingChange);
  }
}

/** Nothing found on a read is null, not an error. */
function absentAsNull<A, R>(
  read: Promise<A>,
  map: (answer: A) => R,
): Promise<R | null> {
  return read.then(map, (error: unknown) => {
    if (
      error instanceof GatewayError &&
      error.code === ErrorCode.CONTACT_NOT_FOUND
    ) {
      return null;
    }
    throw error;
  });
}
