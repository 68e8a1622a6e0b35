import { ArgsType, InputType } from "@nestjs/graphql";
import type { MessageType } from "../../message-contacts/shapes/enums.js";
import {
  ContactId,
  PageNumber,
  PageSize,
} from "../../message-contacts/shapes/input-fields.js";
import {
  AccountId,
  Force,
  MessageTypeFilter,
  MinRecipients,
  OnlyGaps,
  RequiredTypes,
  Retain,
  Under,
} from "./input-fields.js";

/** Largest and default page of accounts. The gateway makes these pages itself. */
export const MAX_PAGE_SIZE = 1_000;
export const DEFAULT_PAGE_SIZE = 100;

/** An account, and optionally a message type. */
@ArgsType()
export class RecipientsArgs {
  @AccountId()
  accountId!: string;

  @MessageTypeFilter()
  messageType?: MessageType;
}

/** What every account needs, and which accounts to report. */
@ArgsType()
export class CoverageArgs {
  @RequiredTypes()
  requiredTypes?: MessageType[];

  @MinRecipients()
  minRecipients?: number;

  @Under()
  under?: string;

  @OnlyGaps()
  onlyGaps?: boolean;

  @PageNumber()
  pageNumber?: number;

  @PageSize(MAX_PAGE_SIZE, DEFAULT_PAGE_SIZE)
  pageSize?: number;
}

/** A contact, and a page of accounts. */
@ArgsType()
export class DeletionPreviewArgs {
  @ContactId()
  contactId!: string;

  @PageNumber()
  pageNumber?: number;

  @PageSize(MAX_PAGE_SIZE, DEFAULT_PAGE_SIZE)
  pageSize?: number;
}

/** The contact to replace, and its replacement. */
@InputType({
  description: "The contact to replace, and its replacement.",
})
export class ReplaceMessageContactInput {
  @ContactId("ID of the contact to replace, `c-…`.")
  contactId!: string;

  @ContactId("ID of another contact, `c-…`, which gets the bindings.")
  replacementId!: string;

  @Force()
  force?: boolean;

  @Retain()
  retainContactInMembers?: boolean;
}
