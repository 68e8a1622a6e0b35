import {
  Args,
  Mutation,
  Parent,
  Query,
  ResolveField,
  Resolver,
} from "@nestjs/graphql";
import { ContactsService } from "./contacts.service.js";
import {
  Contact,
  ContactDeletion,
  ContactPage,
  GetArgs,
  ListArgs,
  PendingVerification,
  SendPhoneVerificationForMessageContactInput,
  UpdateMessageContactInput,
  UpdatePayload,
  VerificationPayload,
} from "./contacts.shapes.js";

@Resolver(() => Contact)
export class ContactsResolver {
  constructor(private readonly contacts: ContactsService) {}

  @Query(() => Contact, { nullable: true })
  messageContact(@Args() { id }: GetArgs): Promise<Contact | null> {
    return this.contacts.get(id);
  }

  @Query(() => ContactPage)
  messageContacts(
    @Args() { pageNumber, pageSize }: ListArgs,
  ): Promise<ContactPage> {
    return this.contacts.list(pageNumber, pageSize);
  }

  @Mutation(() => UpdatePayload)
  updateMessageContact(
    @Args("input") input: UpdateMessageContactInput,
  ): Promise<UpdatePayload> {
    return this.contacts.update(input);
  }

  @Mutation(() => VerificationPayload)
  sendPhoneVerificationForMessageContact(
    @Args("input") input: SendPhoneVerificationForMessageContactInput,
  ): Promise<VerificationPayload> {
    return this.contacts.sendPhoneVerification(input);
  }

  @ResolveField(() => [PendingVerification])
  pendingVerifications(
    @Parent() { id }: Contact,
  ): Promise<PendingVerification[]> {
    return this.contacts.pendingVerifications(id);
  }

  @ResolveField(() => ContactDeletion)
  deletion(@Parent() { id }: Contact): Promise<ContactDeletion> {
    return this.contacts.deletion(id);
  }
}
