import { ID, ObjectType } from "@nestjs/graphql";
import { ItemStatus } from "./enums.js";
import { Contact, type KnownContact, type OnDemand } from "./payloads.js";
import { ShapeField } from "./shape-field.js";
import { Errors, ItemErrors, type UserError } from "./user-errors.js";

/** Result of one item of `updateMessageContacts`. */
@ObjectType({
  description:
    "Result of one item of `updateMessageContacts`. Scope: `contacts:write`.",
})
export class UpdateMessageContactResult {
  @ShapeField(() => ID, {
    description: "ID of the contact that the item changes.",
    example: "c-qL4HqKONzOM7aB3d",
  })
  contactId!: string;

  @ShapeField(() => ItemStatus, {
    description: "Whether the change was made.",
  })
  status!: ItemStatus;

  @Contact()
  contact!: OnDemand<KnownContact | null> | null;

  @ItemErrors()
  errors!: UserError[];
}

/** Result of `updateMessageContacts`. */
@ObjectType({
  description: "Result of `updateMessageContacts`. Scope: `contacts:write`.",
})
export class UpdateMessageContactsPayload {
  @ShapeField(() => Boolean, {
    graphqlOnly: true,
    description:
      "Whether every change was made. If false, check `errors` and each entry of `results`.",
  })
  isComplete!: boolean;

  @ShapeField(() => UpdateMessageContactResult, {
    list: true,
    graphqlOnly: true,
    description:
      "One result per item, in the order of `inputs`. Empty when the request was rejected as a whole.",
  })
  results!: UpdateMessageContactResult[];

  @Errors()
  errors!: UserError[];
}
