import { ArgsType, InputType } from "@nestjs/graphql";
import { ContactTitle, MessageType } from "./enums.js";
import {
  BoundTo,
  ContactEmailAddress,
  ContactId,
  ContactIdAndAnyOf,
  ContactName,
  ContactPhoneNumber,
  ContactTitleField,
  MessageTypes,
  PageNumber,
  PageSize,
  RetainContactInMembers,
  TargetIds,
} from "./input-fields.js";

/** A new contact. */
@InputType({ description: "A new contact." })
export class AddMessageContactInput {
  @ContactName()
  name!: string;

  @ContactEmailAddress()
  emailAddress!: string;

  @ContactPhoneNumber({ optional: true })
  phoneNumber?: string;

  @ContactTitleField()
  title!: ContactTitle;

  @MessageTypes()
  messageTypes!: MessageType[];
}

/** What to change of a contact. */
@InputType({
  description:
    "At least one field beside `contactId`. Omitted fields stay. `messageTypes` replaces the whole set. Null is refused: the vendor cannot clear a field.",
})
export class UpdateMessageContactInput {
  /** An omitted field stays; null would ask to clear it. */
  static readonly refusesNull = true;

  @ContactIdAndAnyOf(
    "name",
    "emailAddress",
    "phoneNumber",
    "title",
    "messageTypes",
  )
  contactId!: string;

  @ContactName({ optional: true })
  name?: string;

  @ContactEmailAddress({ optional: true })
  emailAddress?: string;

  @ContactPhoneNumber({ optional: true })
  phoneNumber?: string;

  @ContactTitleField({ optional: true })
  title?: ContactTitle;

  @MessageTypes({ optional: true, description: "Replaces the whole set." })
  messageTypes?: MessageType[];
}

/** Which contact to delete, and whether members keep it. */
@InputType({ description: "Which contact, and whether members keep it." })
export class DeleteMessageContactInput {
  @ContactId()
  contactId!: string;

  @RetainContactInMembers()
  retainContactInMembers?: boolean;
}

/** Which pending change to drop. */
@InputType({
  description: "Names the pending e-mail, the pending number, or both.",
})
export class CancelMessageContactUpdateInput {
  @ContactIdAndAnyOf("emailAddress", "phoneNumber")
  contactId!: string;

  @ContactEmailAddress({
    optional: true,
    description: "The pending address to drop.",
  })
  emailAddress?: string;

  @ContactPhoneNumber({
    optional: true,
    description: "The pending number to drop.",
  })
  phoneNumber?: string;
}

/** Where to send a verification e-mail. */
@InputType({
  description: "The address must be the one that waits for verification.",
})
export class SendEmailVerificationForMessageContactInput {
  @ContactId()
  contactId!: string;

  @ContactEmailAddress({
    description: "The address that waits for verification.",
  })
  emailAddress!: string;
}

/** Where to send a verification text message. */
@InputType({
  description: "The number must be the one that waits for verification.",
})
export class SendPhoneVerificationForMessageContactInput {
  @ContactId()
  contactId!: string;

  @ContactPhoneNumber({
    description: "The number that waits for verification.",
  })
  phoneNumber!: string;
}

/** What to bind a contact to. */
@InputType({
  description:
    "Up to 50 targets; more than five are sent to the vendor in several calls, in order.",
})
export class AssociateMembersInput {
  @ContactId()
  contactId!: string;

  @TargetIds()
  targetIds!: string[];
}

/** What to unbind a contact from. */
@InputType({
  description:
    "Up to 50 targets; more than five are sent to the vendor in several calls, in order.",
})
export class DisassociateMembersInput {
  @ContactId()
  contactId!: string;

  @TargetIds()
  targetIds!: string[];
}

/** Which contact. */
@ArgsType()
export class ContactIdArgs {
  @ContactId()
  contactId!: string;
}

/** Which contact, by its own field name. */
@ArgsType()
export class MessageContactArgs {
  @ContactId()
  id!: string;
}

/** Which page of contacts. */
@ArgsType()
export class MessageContactsArgs {
  @BoundTo()
  boundTo?: string;

  @PageNumber()
  pageNumber?: number;

  @PageSize()
  pageSize?: number;
}

/** Which page of a contact's pending verifications. */
@ArgsType()
export class MessageContactVerificationsArgs {
  @ContactId()
  contactId!: string;

  @PageNumber()
  pageNumber?: number;

  @PageSize()
  pageSize?: number;
}
