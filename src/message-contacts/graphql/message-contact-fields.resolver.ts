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
  "Costs one upstream call per contact, made only when the field is selected. If the call fails, the field is null and an error names its path. Scope: `contacts:read`.";

/** Fields of a contact that cost one vendor call each, made only when selected. */
@Resolver(() => MessageContact)
export class MessageContactFieldsResolver {
  constructor(
    @Inject(ContactLoaders) private readonly loaders: ContactLoaders,
  ) {}

  @ResolveField(() => [PendingVerification], {
    nullable: true,
    description: `Addresses and numbers that are not verified yet. ${READ}`,
  })
  @CostsCalls({ calls: 1 })
  @OperationField("listMessageContactVerifications")
  pendingVerifications(
    @Parent() { id }: MessageContact,
    @Context() context: RequestContext,
  ): Promise<PendingVerification[] | null> {
    return this.loaders.of(context).pendingVerifications.load(id);
  }

  // The contact's status does not show whether a deletion failed: the vendor does not
  // document the status of such a contact. So this call is always made.
  @ResolveField(() => ContactDeletion, {
    nullable: true,
    description: `State of the deletion of this contact; null when there is no record of one. ${READ}`,
  })
  @CostsCalls({ calls: 1 })
  @OperationField("getMessageContactDeletionStatus")
  deletion(
    @Parent() { id }: MessageContact,
    @Context() context: RequestContext,
  ): Promise<ContactDeletion | null> {
    return this.loaders.of(context).deletion.load(id);
  }
}
