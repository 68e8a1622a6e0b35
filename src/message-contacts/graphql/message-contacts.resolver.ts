import { Inject } from "@nestjs/common";
import { Args, Context, Info, Query, Resolver } from "@nestjs/graphql";
import type { GraphQLResolveInfo } from "graphql";
import { OperationField } from "../../access/operation-field.decorator.js";
import { Config } from "../../config/config.js";
import type { RequestContext } from "../../context/request-context.js";
import { ErrorCode as E } from "../../errors/error-codes.js";
import { checkInput } from "../../validation/check-input.js";
import { NullOnlyOnError } from "../../graphql/semantic-non-null.js";
import { CostsCalls } from "../../graphql/upstream-cost.js";
import { RepeatableField } from "../../graphql/executor/repeatable-field.decorator.js";
import { deletedContact, lazyContact } from "./lazy-contact.js";
import { ContactMutation } from "./contact-mutation.decorator.js";
import { ContactLoaders } from "./contact.loaders.js";
import { checkContactsArgs } from "../search/check-contacts-args.js";
import { ContactSearch } from "../search/contact-search.js";
import { MessageContactsService } from "../message-contacts.service.js";
import { LIST_CALLS } from "./list-calls.js";
import { selectedFields } from "./selected-fields.js";
import * as inputs from "../shapes/inputs.js";
import { ContactDeletion } from "../shapes/contact-deletion.js";
import {
  MessageContact,
  MessageContactPage,
  Node,
  PendingVerificationPage,
} from "../shapes/message-contact.js";
import * as payloads from "../shapes/payloads.js";
import type { KnownContact, OnDemand } from "../shapes/payloads.js";

const READ = "Scope: `contacts:read`.";

/** GraphQL queries and mutations: one method per operation. */
@Resolver()
export class MessageContactsResolver {
  constructor(
    @Inject(MessageContactsService)
    private readonly service: MessageContactsService,
    @Inject(ContactSearch) private readonly search: ContactSearch,
    @Inject(ContactLoaders) private readonly loaders: ContactLoaders,
    @Inject(Config) readonly config: Config,
  ) {}

  @Query(() => MessageContact, {
    nullable: true,
    description: `One contact, or null when the directory has no such contact. ${READ}`,
  })
  @CostsCalls({ calls: 1 })
  @RepeatableField()
  @OperationField("getMessageContact")
  messageContact(
    @Args() args: inputs.MessageContactArgs,
    @Context() context: RequestContext,
    @Info() info: GraphQLResolveInfo,
  ): Promise<MessageContact | null> {
    const { id } = checkInput(inputs.MessageContactArgs, args);
    this.loaders.startSelected(selectedFields(info), id, context);
    return this.service.getMessageContact(id, context, "lazy");
  }

  // For Relay's `@refetchable`. The id of a node is the contact's id, so that client
  // caches have one entry for each contact.
  @Query(() => Node, {
    nullable: true,
    description: `The contact with this id, or null when the directory has none: the same as \`messageContact\`, for clients that read objects again by their id. ${READ}`,
  })
  @CostsCalls({ calls: 1 })
  @RepeatableField()
  @OperationField("getMessageContact")
  node(
    @Args() args: inputs.MessageContactArgs,
    @Context() context: RequestContext,
    @Info() info: GraphQLResolveInfo,
  ): Promise<MessageContact | null> {
    const { id } = checkInput(inputs.MessageContactArgs, args);
    this.loaders.startSelected(selectedFields(info), id, context);
    return this.service.getMessageContact(id, context, "lazy");
  }

  @Query(() => MessageContactPage, {
    nullable: true,
    description: `All contacts, or those that meet every condition. With a condition other than \`boundTo\`, or with an order, the whole directory is read: one upstream call per 100 contacts. ${READ}`,
  })
  @NullOnlyOnError()
  @CostsCalls(LIST_CALLS)
  @RepeatableField()
  @OperationField("listMessageContacts")
  messageContacts(
    @Args() args: inputs.MessageContactsArgs,
    @Context() context: RequestContext,
  ): Promise<MessageContactPage> {
    return this.search.listMessageContacts(
      checkContactsArgs(args),
      context,
      "lazy",
    );
  }

  @Query(() => PendingVerificationPage, {
    nullable: true,
    description: `Addresses and numbers of one contact that are not verified yet; null when the directory has no such contact. ${READ}`,
  })
  @CostsCalls({ calls: 1 })
  @RepeatableField()
  @OperationField("listMessageContactVerifications")
  messageContactVerifications(
    @Args() args: inputs.MessageContactVerificationsArgs,
    @Context() context: RequestContext,
  ): Promise<PendingVerificationPage | null> {
    return this.service.listMessageContactVerifications(
      checkInput(inputs.MessageContactVerificationsArgs, args),
      context,
    );
  }

  @Query(() => ContactDeletion, {
    nullable: true,
    description: `Progress of a deletion. ${READ}`,
  })
  @NullOnlyOnError()
  @CostsCalls({ calls: 1 })
  @OperationField("getMessageContactDeletionStatus")
  messageContactDeletionStatus(
    @Args() args: inputs.ContactIdArgs,
    @Context() context: RequestContext,
  ): Promise<ContactDeletion> {
    const { contactId } = checkInput(inputs.ContactIdArgs, args);
    return this.service.getMessageContactDeletionStatus(contactId, context);
  }

  @ContactMutation({
    description:
      "Adds a contact. No message is sent until you request a verification.",
    input: inputs.AddMessageContactInput,
    payload: () => payloads.AddMessageContactPayload,
    errors: [
      E.INVALID_INPUT,
      E.NAME_TAKEN,
      E.QUOTA_EXCEEDED,
      E.CONCURRENT_CHANGE,
    ],
  })
  async addMessageContact(
    @Args("input") input: inputs.AddMessageContactInput,
    context: RequestContext,
  ): Promise<payloads.AddMessageContactPayload> {
    return {
      contact: this.toContact(
        await this.service.addMessageContact(input, context),
        context,
      ),
      errors: [],
    };
  }

  @ContactMutation({
    description:
      "Changes a contact. A new address or number takes effect after its owner has confirmed it.",
    input: inputs.UpdateMessageContactInput,
    payload: () => payloads.UpdateMessageContactPayload,
    errors: [
      E.INVALID_INPUT,
      E.NAME_TAKEN,
      E.CONTACT_NOT_FOUND,
      E.STATUS_CONFLICT,
      E.CONCURRENT_CHANGE,
      E.CHANGED_MEANWHILE,
    ],
  })
  async updateMessageContact(
    @Args("input") input: inputs.UpdateMessageContactInput,
    context: RequestContext,
  ): Promise<payloads.UpdateMessageContactPayload> {
    return {
      contact: this.toContact(
        await this.service.updateMessageContact(input, context),
        context,
      ),
      errors: [],
    };
  }

  @ContactMutation({
    description:
      "Deletes a contact: at once when member accounts keep it, otherwise in the background.",
    input: inputs.DeleteMessageContactInput,
    payload: () => payloads.DeleteMessageContactPayload,
    errors: [
      E.INVALID_INPUT,
      E.CONTACT_NOT_FOUND,
      E.CONCURRENT_CHANGE,
      E.CHANGED_MEANWHILE,
    ],
  })
  async deleteMessageContact(
    @Args("input") input: inputs.DeleteMessageContactInput,
    context: RequestContext,
  ): Promise<payloads.DeleteMessageContactPayload> {
    const deletion = await this.service.deleteMessageContact(input, context);
    const contact = this.toContact(deletedContact(deletion), context);
    // `contact.deletion` is known, so it costs no call.
    this.loaders.of(context).deletion.prime(deletion.contactId, deletion);
    return { contact, deletion, errors: [] };
  }

  @ContactMutation({
    description:
      "Cancels a change of address or number that is not verified yet.",
    input: inputs.CancelMessageContactUpdateInput,
    payload: () => payloads.CancelMessageContactUpdatePayload,
    errors: [
      E.INVALID_INPUT,
      E.CONTACT_NOT_FOUND,
      E.STATUS_CONFLICT,
      E.CONCURRENT_CHANGE,
      E.CHANGED_MEANWHILE,
    ],
  })
  async cancelMessageContactUpdate(
    @Args("input") input: inputs.CancelMessageContactUpdateInput,
    context: RequestContext,
  ): Promise<payloads.CancelMessageContactUpdatePayload> {
    return {
      contact: this.toContact(
        await this.service.cancelMessageContactUpdate(input, context),
        context,
      ),
      errors: [],
    };
  }

  @ContactMutation({
    description:
      "Sends the verification e-mail to a pending address. Counts against the daily limit.",
    input: inputs.SendEmailVerificationForMessageContactInput,
    payload: () => payloads.SendEmailVerificationForMessageContactPayload,
    errors: [
      E.INVALID_INPUT,
      E.CONTACT_NOT_FOUND,
      E.VERIFICATION_NOT_PENDING,
      E.VERIFICATION_LIMIT,
      E.CONCURRENT_CHANGE,
    ],
  })
  async sendEmailVerificationForMessageContact(
    @Args("input") input: inputs.SendEmailVerificationForMessageContactInput,
    context: RequestContext,
  ): Promise<payloads.SendEmailVerificationForMessageContactPayload> {
    const sent = await this.service.sendEmailVerificationForMessageContact(
      input,
      context,
    );
    return {
      ...sent,
      contact: this.toContact({ id: input.contactId }, context),
      errors: [],
    };
  }

  @ContactMutation({
    description:
      "Sends the verification text message to a pending number. Counts against the daily limit.",
    input: inputs.SendPhoneVerificationForMessageContactInput,
    payload: () => payloads.SendPhoneVerificationForMessageContactPayload,
    errors: [
      E.INVALID_INPUT,
      E.CONTACT_NOT_FOUND,
      E.VERIFICATION_NOT_PENDING,
      E.VERIFICATION_LIMIT,
      E.CONCURRENT_CHANGE,
    ],
  })
  async sendPhoneVerificationForMessageContact(
    @Args("input") input: inputs.SendPhoneVerificationForMessageContactInput,
    context: RequestContext,
  ): Promise<payloads.SendPhoneVerificationForMessageContactPayload> {
    const sent = await this.service.sendPhoneVerificationForMessageContact(
      input,
      context,
    );
    return {
      ...sent,
      contact: this.toContact({ id: input.contactId }, context),
      errors: [],
    };
  }

  private toContact(
    contact: KnownContact,
    context: RequestContext,
  ): OnDemand<KnownContact | null> {
    // Values that an earlier mutation of the request loaded are stale.
    this.loaders.clear(context);
    return lazyContact(contact, this.loaders, context);
  }
}
