import { ID, ObjectType } from "@nestjs/graphql";
import {
  Binding,
  MessageContact,
} from "../../message-contacts/shapes/message-contact.js";
import { ShapeField } from "../../message-contacts/shapes/shape-field.js";

/** A contact that is bound to an account. */
@ObjectType({
  description:
    "A contact that is bound to an account, with the bindings that reach the account.",
})
export class Recipient {
  @ShapeField(() => MessageContact, { description: "The contact." })
  contact!: MessageContact;

  @ShapeField(() => Binding, {
    list: true,
    description:
      "Bindings that reach the account, outermost first: to the directory, to a folder above the account, or to the account itself.",
  })
  bindings!: Binding[];
}

/** Result of `recipients`. */
@ObjectType({
  description:
    "The contacts that are bound to an account. Bound does not mean that the person receives a message: the contact must be `ACTIVE`, and the account can filter messages. Scopes: `contacts:read`, `directory:read`.",
})
export class AccountRecipients {
  @ShapeField(() => ID, {
    description: "ID of the member account.",
    example: "1997968394350002",
  })
  accountId!: string;

  @ShapeField(() => String, {
    description: "Display name of the account; empty when it has none.",
    example: "shop",
  })
  accountName!: string;

  @ShapeField(() => ID, {
    list: true,
    description:
      "Targets whose bindings reach the account, outermost first: the directory, its folders, the account.",
    example: ["rd-3gqx5n", "r-Zj29gL", "fd-ZDNPiT7a4K", "1997968394350002"],
  })
  path!: string[];

  @ShapeField(() => Recipient, {
    list: true,
    description: "Bound contacts, in the vendor's order.",
  })
  recipients!: Recipient[];
}
