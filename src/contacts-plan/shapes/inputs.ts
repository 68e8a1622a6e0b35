import { InputType } from "@nestjs/graphql";
import type {
  ContactTitle,
  MessageType,
} from "../../message-contacts/shapes/enums.js";
import {
  ContactEmailAddress,
  ContactName,
  ContactPhoneNumber,
  ContactTitleField,
  inputField,
  MessageTypes,
  RetainContactInMembers,
} from "../../message-contacts/shapes/input-fields.js";
import * as rules from "../../message-contacts/shapes/rules/rules.js";
import { ShapeField } from "../../message-contacts/shapes/shape-field.js";
import { MAX_CONTACTS } from "../files/file-limits.js";
import { KnownContactId, Prune, Targets } from "./input-fields.js";

/** A contact as it should be. */
@InputType({
  description:
    "A contact as it should be. The name identifies it, because it is unique in the directory. An omitted field stays as it is; a new contact needs `emailAddress`, `title` and `messageTypes`.",
})
export class PlannedContactInput {
  /** An omitted field keeps its value; null would mean to clear it. */
  static readonly refusesNull = true;

  @KnownContactId()
  id?: string;

  @ContactName()
  name!: string;

  @ContactEmailAddress({ optional: true })
  emailAddress?: string;

  @ContactPhoneNumber({ optional: true })
  phoneNumber?: string;

  @ContactTitleField({ optional: true })
  title?: ContactTitle;

  @MessageTypes({ optional: true, description: "Replaces the whole set." })
  messageTypes?: MessageType[];

  @Targets()
  targets?: string[];
}

/** The contacts that a directory should have. */
@InputType({ description: "The contacts that a directory should have." })
export class ContactsPlanInput {
  /** A switch is true or false; null would be the default by accident. */
  static readonly refusesNull = true;

  @inputField(
    ShapeField(() => PlannedContactInput, {
      list: true,
      description: `Up to ${MAX_CONTACTS} contacts. Each name and each ID may occur once.`,
      openapi: { maxItems: MAX_CONTACTS },
    }),
    false,
    [...rules.listRules(), ...rules.listLengthRules(0, MAX_CONTACTS)],
  )
  contacts!: PlannedContactInput[];

  @Prune()
  prune?: boolean;

  @RetainContactInMembers()
  retainContactInMembers?: boolean;
}
