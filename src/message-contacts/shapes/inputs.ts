import { ArgsType, InputType } from "@nestjs/graphql";
import {
  ContactOrder,
  ContactStatus,
  ContactTitle,
  MessageType,
} from "./enums.js";
import * as filters from "./filter-fields.js";
import {
  BoundTo,
  ContactEmailAddress,
  ContactId,
  ContactIdAndAnyOf,
  ContactName,
  ContactPhoneNumber,
  ContactTitleField,
  IfMatch,
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

/** Changes to a contact. */
@InputType({
  description:
    "Changes to a contact: at least one field besides `contactId`. Omitted fields keep their values. `messageTypes` replaces the whole set. Null is rejected, because the vendor cannot clear a field.",
})
export class UpdateMessageContactInput {
  /** An omitted field keeps its value; null would mean to clear it. */
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

  @IfMatch()
  ifMatch?: string;
}

/** The contact to delete, and whether members keep it. */
@InputType({
  description: "The contact to delete, and whether member accounts keep it.",
})
export class DeleteMessageContactInput {
  @ContactId()
  contactId!: string;

  @RetainContactInMembers()
  retainContactInMembers?: boolean;

  @IfMatch()
  ifMatch?: string;
}

/** The pending change to cancel. */
@InputType({
  description: "The pending e-mail address, the pending phone number, or both.",
})
export class CancelMessageContactUpdateInput {
  @ContactIdAndAnyOf("emailAddress", "phoneNumber")
  contactId!: string;

  @ContactEmailAddress({
    optional: true,
    description: "The pending address to cancel.",
  })
  emailAddress?: string;

  @ContactPhoneNumber({
    optional: true,
    description: "The pending number to cancel.",
  })
  phoneNumber?: string;

  @IfMatch()
  ifMatch?: string;
}

/** The address to which a verification e-mail is sent. */
@InputType({
  description: "The contact and its pending e-mail address.",
})
export class SendEmailVerificationForMessageContactInput {
  @ContactId()
  contactId!: string;

  @ContactEmailAddress({
    description: "The pending address.",
  })
  emailAddress!: string;
}

/** The number to which a verification text message is sent. */
@InputType({
  description: "The contact and its pending phone number.",
})
export class SendPhoneVerificationForMessageContactInput {
  @ContactId()
  contactId!: string;

  @ContactPhoneNumber({
    description: "The pending number.",
  })
  phoneNumber!: string;
}

/** A contact and the targets to bind it to. */
@InputType({
  description:
    "A contact and up to 50 targets. More than five targets are sent to the vendor in several calls, in order.",
})
export class AssociateMembersInput {
  @ContactId()
  contactId!: string;

  @TargetIds()
  targetIds!: string[];

  @IfMatch()
  ifMatch?: string;
}

/** A contact and the targets to unbind it from. */
@InputType({
  description:
    "A contact and up to 50 targets. More than five targets are sent to the vendor in several calls, in order.",
})
export class DisassociateMembersInput {
  @ContactId()
  contactId!: string;

  @TargetIds()
  targetIds!: string[];

  @IfMatch()
  ifMatch?: string;
}

/** The id of a contact. */
@ArgsType()
export class ContactIdArgs {
  @ContactId()
  contactId!: string;
}

/** The id of a contact, as the argument `id`. */
@ArgsType()
export class MessageContactArgs {
  @ContactId()
  id!: string;
}

/** Message types of which a contact receives some or all. */
@InputType({
  description: "Message types of which a contact receives some or all.",
})
export class MessageTypeFilter {
  @filters.AnyMessageType()
  any?: MessageType[];

  @filters.AllMessageTypes()
  all?: MessageType[];
}

/** A page of contacts, in GraphQL. */
@ArgsType()
export class MessageContactsArgs {
  @BoundTo()
  boundTo?: string;

  @filters.Search()
  search?: string;

  @filters.StatusFilter()
  status?: ContactStatus[];

  @filters.TitleFilter()
  titles?: ContactTitle[];

  @filters.MessageTypeConditions(() => MessageTypeFilter)
  messageTypes?: MessageTypeFilter;

  @filters.IsBound()
  isBound?: boolean;

  @filters.HasPending()
  hasPending?: boolean;

  @filters.OrderBy()
  orderBy?: ContactOrder;

  @PageNumber()
  pageNumber?: number;

  @PageSize()
  pageSize?: number;
}

/** A page of a contact's pending verifications. */
@ArgsType()
export class MessageContactVerificationsArgs {
  @ContactId()
  contactId!: string;

  @PageNumber()
  pageNumber?: number;

  @PageSize()
  pageSize?: number;
}
