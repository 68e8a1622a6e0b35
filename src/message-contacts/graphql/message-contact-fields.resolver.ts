import { Inject } from "@nestjs/common";
import { Context, Parent, ResolveField, Resolver } from "@nestjs/graphql";
import { OperationField } from "../../access/operation-field.decorator.js";
import type { RequestContext } from "../../context/request-context.js";
import { CostsCalls } from "../../graphql/upstream-cost.js";
import { ContactLoaders } from "./contact.loaders.js";
import { ContactDeletion } from "../shapes/contact-deletion.js";
import {
  MessageContact,
  PendingVerification,
} from "../shapes/message-contact.js";

const READ =
  "One upstream call per contact, made only when selected. If it fails the field is null, with an error that names its path. Scope: `contacts:read`.";

/** Fields of a contact that cost a call of their own, made only when selected. */
@Resolver(() => MessageContact)
export class MessageContactFieldsResolver {
  constructor(@Inject(ContactLoaders) private readonly reads: ContactLoaders) {}

  @ResolveField(() => [PendingVerification], {
    nullable: true,
    description: `Addresses and numbers that still wait for verification. ${READ}`,
  })
  @CostsCalls({ calls: 1 })
  @OperationField("listMessageContactVerifications")
  pendingVerifications(
    @Parent() { id }: MessageContact,
    @Context() context: RequestContext,
  ): Promise<PendingVerification[] | null> {
    return this.reads.of(context).pendingVerifications.load(id);
  }

  // A contact that reads ACTIVE can have a failed deletion that somebody else
  // started (which status it has then is not documented), so nothing that is
  // known of the contact makes this call needless.
  @ResolveField(() => ContactDeletion, {
    nullable: true,
    description: `State of a deletion; null when none is on record. ${READ}`,
  })
  @CostsCalls({ calls: 1 })
  @OperationField("getMessageContactDeletionStatus")
  deletion(
    @Parent() { id }: MessageContact,
    @Context() context: RequestContext,
  ): Promise<ContactDeletion | null> {
    return this.reads.of(context).deletion.load(id);
  }
}
