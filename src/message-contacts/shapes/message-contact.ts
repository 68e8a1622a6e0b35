import {
  ID,
  InterfaceType,
  ObjectType,
  type FieldMiddleware,
  type NextFn,
} from "@nestjs/graphql";
import { RepeatableField } from "../../graphql/executor/repeatable-field.decorator.js";
import { PageOf } from "../page.js";
import {
  BindingTargetKind,
  ContactStatus,
  ContactTitle,
  MessageType,
  VerificationChannel,
} from "./enums.js";
import { EmailAddress, LocalDateTime, PhoneNumber } from "./scalars.js";
import { ShapeField } from "./shape-field.js";

const CONTACT_ID = "c-qL4HqKONzOM7aB3d";

/** Fields of a contact that cost one vendor call each, made with the contact id. */
export const NESTED_READS = ["pendingVerifications", "deletion"] as const;

/** Fields of a contact that can be resolved without reading the contact itself. */
export const READ_BY_ID: ReadonlySet<string> = new Set([
  "__typename",
  ...NESTED_READS,
]);

/** A text, or a function that computes it when a GraphQL request selects it. */
type LazyText = string | (() => string);

const computeText: FieldMiddleware = async (_, next: NextFn<LazyText>) => {
  const text: LazyText = await next();
  return typeof text === "function" ? text() : text;
};

/** One binding of a contact. */
@ObjectType({
  description: "One binding of a contact. Scope: `contacts:read`.",
})
export class Binding {
  @ShapeField(() => ID, {
    description:
      "ID of the target: `rd-…`, `r-…`, `fd-…` or a member account ID.",
    example: "fd-ZDNPiT5a8b",
  })
  targetId!: string;

  @ShapeField(() => BindingTargetKind, {
    description: "Kind of the target.",
    example: BindingTargetKind.FOLDER,
  })
  kind!: BindingTargetKind;
}

/** An address or number that is not verified yet. */
@ObjectType({
  description:
    "An address or number whose owner has not confirmed it yet. Scope: `contacts:read`.",
})
export class PendingVerification {
  @ShapeField(() => ID, {
    description: "ID of the contact.",
    example: CONTACT_ID,
  })
  contactId!: string;

  @ShapeField(() => VerificationChannel, {
    description: "Whether `target` is an e-mail address or a phone number.",
    example: VerificationChannel.EMAIL,
  })
  channel!: VerificationChannel;

  @ShapeField(() => String, {
    description: "The address or number to verify.",
    example: "tom.new@example.com",
  })
  target!: string;
}

/**
 * Relay's interface of objects that `Query.node` can read again. Contacts are the only
 * ones: no other shape has an id.
 */
// With its name, because the bundle has another class of this name.
@InterfaceType("Node", {
  description:
    "An object that `node` can read again by its id. Contacts are the only ones.",
  resolveType: () => "MessageContact",
})
export abstract class Node {
  @ShapeField(() => ID, {
    description: "ID that is unique in the directory.",
    graphqlOnly: true,
  })
  id!: string;
}

/** A person who receives the messages of the directory's accounts. */
@ObjectType({
  implements: () => Node,
  description: `A person who receives the messages of a resource directory's accounts.

A new address or number takes effect once its owner has confirmed it. Until then the contact keeps the old one, and \`pendingVerifications\` lists the new one.

Scope: \`contacts:read\`, except for fields that a mutation returns itself.`,
})
export class MessageContact implements Node {
  @ShapeField(() => ID, {
    description: "ID that the vendor assigned, `c-…`.",
    example: CONTACT_ID,
  })
  id!: string;

  @RepeatableField()
  @ShapeField(() => String, {
    description:
      "Version of the contact's state, the same for masked and unmasked callers. Send it as `ifMatch` (GraphQL) or in `If-Match` (REST) to change the contact only if it is still in this state. Pending verifications are not part of it.",
    example: "mH5cTq0Vb2yXw8Zr4KdJ1A",
    middleware: [computeText],
  })
  etag!: string;

  @ShapeField(() => String, {
    description:
      "2 to 12 letters or Chinese characters, unique in the directory.",
    example: "tom",
  })
  name!: string;

  @ShapeField(() => EmailAddress, {
    nullable: true,
    description: "The verified e-mail address.",
    example: "tom@example.com",
  })
  emailAddress!: string | null;

  @ShapeField(() => PhoneNumber, {
    nullable: true,
    description: "The verified phone number.",
    example: "86-13900001234",
  })
  phoneNumber!: string | null;

  @ShapeField(() => ContactTitle, {
    nullable: true,
    description: "Role of the person in the organization.",
    example: ContactTitle.TECHNICAL_DIRECTOR,
  })
  title!: ContactTitle | null;

  @ShapeField(() => String, {
    nullable: true,
    description: "Title as the vendor spells it.",
    example: "TechnicalDirector",
  })
  titleRaw!: string | null;

  @ShapeField(() => MessageType, {
    list: true,
    description: "Message types that the person receives.",
    example: [MessageType.ACCOUNT_EXPENSES],
  })
  messageTypes!: MessageType[];

  @ShapeField(() => String, {
    list: true,
    description:
      "Message types as the vendor spells them, in the order of `messageTypes`.",
    example: ["AccountExpenses"],
  })
  messageTypesRaw!: string[];

  @ShapeField(() => ContactStatus, {
    description: "Lifecycle status.",
    example: ContactStatus.ACTIVE,
  })
  status!: ContactStatus;

  @ShapeField(() => String, {
    description: "Status as the vendor spells it.",
    example: "Active",
  })
  statusRaw!: string;

  @ShapeField(() => LocalDateTime, {
    nullable: true,
    description:
      "Time at which the contact was added, in the vendor's local time (no time zone).",
    example: "2023-03-27T17:19:21",
  })
  createdAt!: string | null;

  @ShapeField(() => LocalDateTime, {
    nullable: true,
    description:
      "Time at which the contact was bound, in the vendor's local time (no time zone). Null outside lists.",
    example: "2023-03-27T17:19:21",
  })
  associatedAt!: string | null;

  @ShapeField(() => Binding, {
    list: true,
    description:
      "Directory, folders and member accounts to which the contact is bound.",
  })
  bindings!: Binding[];
}

/** One page of contacts. */
@ObjectType({
  description:
    "One page of contacts. Costs exactly one upstream call. Scope: `contacts:read`.",
})
export class MessageContactPage extends PageOf(MessageContact, {
  items: "Contacts on this page.",
}) {}

/** One page of pending verifications. */
@ObjectType({
  description: "One page of pending verifications. Scope: `contacts:read`.",
})
export class PendingVerificationPage extends PageOf(PendingVerification, {
  items: "Pending verifications on this page.",
}) {}
