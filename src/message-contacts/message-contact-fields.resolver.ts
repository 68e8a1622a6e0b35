import { Inject } from "@nestjs/common";
import { Parent, ResolveField, Resolver } from "@nestjs/graphql";
import { MAX_PAGE_SIZE } from "./shapes/input-fields.js";
import { MessageContactsService } from "./message-contacts.service.js";
import { DeletionState } from "./shapes/enums.js";
import {
  ContactDeletion,
  MessageContact,
  PendingVerification,
} from "./shapes/message-contact.js";

const READ = "One upstream call per contact. Scope: `contacts:read`.";

/** Fields of a contact that cost a call of their own, made only when selected. */
@Resolver(() => MessageContact)
export class MessageContactFieldsResolver {
  constructor(
    @Inject(MessageContactsService)
    private readonly service: MessageContactsService,
  ) {}

  @ResolveField(() => [PendingVerification], {
    nullable: true,
    description: `Addresses and numbers that still wait for verification. ${READ}`,
  })
  async pendingVerifications(
    @Parent() { id }: MessageContact,
  ): Promise<PendingVerification[]> {
    const page = await this.service.listMessageContactVerifications({
      contactId: id,
      pageSize: MAX_PAGE_SIZE,
    });
    return page?.items ?? [];
  }

  @ResolveField(() => ContactDeletion, {
    nullable: true,
    description: `State of a deletion; null when none was asked for. ${READ}`,
  })
  async deletion(
    @Parent() { id }: MessageContact,
  ): Promise<ContactDeletion | null> {
    const deletion = await this.service.getMessageContactDeletionStatus(id);
    return deletion.state === DeletionState.UNKNOWN ? null : deletion;
  }
}
