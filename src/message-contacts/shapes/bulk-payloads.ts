import { ID, ObjectType } from "@nestjs/graphql";
import { ItemStatus } from "./enums.js";
import {
  Contact,
  Errors,
  ItemErrors,
  type KnownContact,
  type OnDemand,
} from "./payloads.js";
import { ShapeField } from "./shape-field.js";
import type { UserError } from "./user-errors.js";

const WRITE = "Scope: `contacts:write`.";

/** What became of one item of `updateMessageContacts`. */
@ObjectType({
  description: `What became of one item of \`updateMessageContacts\`. ${WRITE}`,
})
export class UpdateMessageContactResult {
  @ShapeField(() => ID, {
    description: `The contact of the item. ${WRITE}`,
    example: "c-qL4HqKONzOM7aB3d",
  })
  contactId!: string;

  @ShapeField(() => ItemStatus, {
    description: `Whether the change was made. ${WRITE}`,
    enumName: "ItemStatus",
  })
  status!: ItemStatus;

  @Contact()
  contact!: OnDemand<KnownContact | null> | null;

  @ItemErrors()
  errors!: UserError[];
}

/** Result of `updateMessageContacts`. */
@ObjectType({
  description: `Result of \`updateMessageContacts\`. ${WRITE}`,
})
export class UpdateMessageContactsPayload {
  @ShapeField(() => Boolean, {
    graphqlOnly: true,
    description: `Whether every item was done. False: look at \`errors\` and at each of \`results\`. ${WRITE}`,
  })
  isComplete!: boolean;

  @ShapeField(() => UpdateMessageContactResult, {
    list: true,
    graphqlOnly: true,
    description: `One for each item, in the order of \`inputs\`; empty when the whole was refused. ${WRITE}`,
  })
  results!: UpdateMessageContactResult[];

  @Errors()
  errors!: UserError[];
}
