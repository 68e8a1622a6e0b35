import { ID, Int, ObjectType } from "@nestjs/graphql";
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
const READ = "Scope: `contacts:read`.";

/** Fields of a contact that are read by its id alone, one vendor call each. */
export const NESTED_READS = ["pendingVerifications", "deletion"] as const;

/** One binding of a contact. */
@ObjectType({ description: "One binding of a contact." })
export class Binding {
  @ShapeField(() => ID, {
    description: `\`rd-…\`, \`r-…\`, \`fd-…\` or a 16-digit account number. ${READ}`,
    example: "fd-ZDNPiT5a8b",
  })
  targetId!: string;

  @ShapeField(() => BindingTargetKind, {
    description: `What the target is. ${READ}`,
    enumName: "BindingTargetKind",
  })
  kind!: BindingTargetKind;
}

/** An address or number that waits for verification. */
@ObjectType({
  description:
    "An address or number that waits until its owner follows the verification message.",
})
export class PendingVerification {
  @ShapeField(() => ID, {
    description: `The contact it belongs to. ${READ}`,
    example: CONTACT_ID,
  })
  contactId!: string;

  @ShapeField(() => VerificationChannel, {
    description: `Whether it is an address or a number. ${READ}`,
    enumName: "VerificationChannel",
  })
  channel!: VerificationChannel;

  @ShapeField(() => String, {
    description: `The address or number. ${READ}`,
    example: "tom.new@example.com",
  })
  target!: string;
}

/** A person who receives the messages of the directory's accounts. */
@ObjectType({
  description: `A person who receives the messages of a resource directory's accounts.

A new address or number takes effect once its owner has confirmed it. Until then the contact keeps the old one, and the change is listed under \`pendingVerifications\`.`,
})
export class MessageContact {
  @ShapeField(() => ID, {
    description: `The vendor's identifier, \`c-…\`. ${READ}`,
    example: CONTACT_ID,
  })
  id!: string;

  @ShapeField(() => String, {
    description: `2 to 12 letters or Chinese characters, unique in the directory. ${READ}`,
    example: "tom",
  })
  name!: string;

  @ShapeField(() => EmailAddress, {
    nullable: true,
    description: `In force once verified. ${READ}`,
    example: "tom@example.com",
  })
  emailAddress!: string | null;

  @ShapeField(() => PhoneNumber, {
    nullable: true,
    description: `In force once verified. ${READ}`,
    example: "86-13900001234",
  })
  phoneNumber!: string | null;

  @ShapeField(() => ContactTitle, {
    nullable: true,
    description: `What the person does in the organisation. ${READ}`,
    enumName: "ContactTitle",
  })
  title!: ContactTitle | null;

  @ShapeField(() => String, {
    nullable: true,
    description: `The vendor's own word for \`title\`. ${READ}`,
    example: "TechnicalDirector",
  })
  titleRaw!: string | null;

  @ShapeField(() => MessageType, {
    list: true,
    description: `Kinds of message the person receives. ${READ}`,
    enumName: "MessageType",
  })
  messageTypes!: MessageType[];

  @ShapeField(() => String, {
    list: true,
    description: `The vendor's own words for \`messageTypes\`, in the same order. ${READ}`,
    example: ["AccountExpenses"],
  })
  messageTypesRaw!: string[];

  @ShapeField(() => ContactStatus, {
    description: `Where the contact is in its life. ${READ}`,
    enumName: "ContactStatus",
  })
  status!: ContactStatus;

  @ShapeField(() => String, {
    description: `The vendor's own word for \`status\`. ${READ}`,
    example: "Active",
  })
  statusRaw!: string;

  @ShapeField(() => LocalDateTime, {
    nullable: true,
    description: `When the contact was added; vendor's clock, no zone. ${READ}`,
    example: "2023-03-27T17:19:21",
  })
  createdAt!: string | null;

  @ShapeField(() => LocalDateTime, {
    nullable: true,
    description: `When it was bound; vendor's clock, no zone; only known in lists. ${READ}`,
    example: "2023-03-27T17:19:21",
  })
  associatedAt!: string | null;

  @ShapeField(() => Binding, {
    list: true,
    description: `Directory, folders and member accounts the contact is bound to. ${READ}`,
  })
  bindings!: Binding[];
}

/** One page of contacts. */
@ObjectType({
  description: "One page of contacts; costs exactly one upstream call.",
})
export class MessageContactPage {
  @ShapeField(() => MessageContact, {
    list: true,
    description: `The contacts of this page. ${READ}`,
  })
  items!: MessageContact[];

  @ShapeField(() => Int, {
    description: `All matches, not the page. ${READ}`,
    example: 12,
  })
  totalCount!: number;

  @ShapeField(() => Int, {
    description: `Number of this page, from 1. ${READ}`,
    example: 1,
  })
  pageNumber!: number;

  @ShapeField(() => Int, {
    description: `Most items a page holds. ${READ}`,
    example: 10,
  })
  pageSize!: number;

  @ShapeField(() => Boolean, {
    description: `Whether a next page exists. ${READ}`,
    example: true,
  })
  hasNextPage!: boolean;
}

/** One page of pending verifications. */
@ObjectType({ description: "One page of pending verifications." })
export class PendingVerificationPage {
  @ShapeField(() => PendingVerification, {
    list: true,
    description: `The pending verifications of this page. ${READ}`,
  })
  items!: PendingVerification[];

  @ShapeField(() => Int, {
    description: `All matches, not the page. ${READ}`,
    example: 1,
  })
  totalCount!: number;

  @ShapeField(() => Int, {
    description: `Number of this page, from 1. ${READ}`,
    example: 1,
  })
  pageNumber!: number;

  @ShapeField(() => Int, {
    description: `Most items a page holds. ${READ}`,
    example: 10,
  })
  pageSize!: number;

  @ShapeField(() => Boolean, {
    description: `Whether a next page exists. ${READ}`,
    example: false,
  })
  hasNextPage!: boolean;
}
