import { ID, ObjectType } from "@nestjs/graphql";
import type { GraphQLResolveInfo } from "graphql";
import { BindingTargetKind } from "./enums.js";
import { ContactDeletion } from "./contact-deletion.js";
import { MessageContact } from "./message-contact.js";
import { DateTime, LocalDateTime } from "./scalars.js";
import { ShapeField } from "./shape-field.js";
import { UserError } from "./user-errors.js";

/** A value that graphql-js asks for only when its field is selected. */
export type OnDemand<T> = (
  args: unknown,
  context: unknown,
  info: GraphQLResolveInfo,
) => Promise<T> | T;

/** A contact of which only what the mutation itself told is known. */
export type KnownContact = Pick<MessageContact, "id"> & Partial<MessageContact>;

const Errors = (): PropertyDecorator =>
  ShapeField(() => UserError, {
    list: true,
    graphqlOnly: true,
    description: "Empty when the change was carried out.",
  });

const Contact = (): PropertyDecorator =>
  ShapeField(() => MessageContact, {
    nullable: true,
    graphqlOnly: true,
    description:
      "Null when `errors` is not empty. Fields beyond what the change itself tells cost one more upstream read.",
  });

@ObjectType({ description: "Result of `addMessageContact`." })
export class AddMessageContactPayload {
  @Contact()
  contact!: OnDemand<KnownContact | null> | null;

  @Errors()
  errors!: UserError[];
}

@ObjectType({ description: "Result of `updateMessageContact`." })
export class UpdateMessageContactPayload {
  @Contact()
  contact!: OnDemand<KnownContact | null> | null;

  @Errors()
  errors!: UserError[];
}

@ObjectType({ description: "Result of `deleteMessageContact`." })
export class DeleteMessageContactPayload {
  @ShapeField(() => ContactDeletion, {
    nullable: true,
    graphqlOnly: true,
    description:
      "`DELETED` at once or `IN_PROGRESS`; then poll `messageContactDeletionStatus`.",
  })
  deletion!: ContactDeletion | null;

  @Errors()
  errors!: UserError[];
}

@ObjectType({ description: "Result of `cancelMessageContactUpdate`." })
export class CancelMessageContactUpdatePayload {
  @Contact()
  contact!: OnDemand<KnownContact | null> | null;

  @Errors()
  errors!: UserError[];
}

const SentAt = (): PropertyDecorator =>
  ShapeField(() => DateTime, {
    nullable: true,
    description: "When the vendor accepted the order to send.",
    example: "2026-01-31T08:30:00.000Z",
  });

@ObjectType({
  description: "Result of `sendEmailVerificationForMessageContact`.",
})
export class SendEmailVerificationForMessageContactPayload {
  @SentAt()
  sentAt!: string | null;

  @Contact()
  contact!: OnDemand<KnownContact | null> | null;

  @Errors()
  errors!: UserError[];
}

@ObjectType({
  description: "Result of `sendPhoneVerificationForMessageContact`.",
})
export class SendPhoneVerificationForMessageContactPayload {
  @SentAt()
  sentAt!: string | null;

  @Contact()
  contact!: OnDemand<KnownContact | null> | null;

  @Errors()
  errors!: UserError[];
}

/** One binding made or undone. */
@ObjectType({ description: "One binding made or undone." })
export class BindingChange {
  @ShapeField(() => ID, {
    description: "The contact.",
    example: "c-qL4HqKONzOM7aB3d",
  })
  contactId!: string;

  @ShapeField(() => ID, {
    description: "What it was bound to or unbound from.",
    example: "fd-ZDNPiT5a8b",
  })
  targetId!: string;

  @ShapeField(() => BindingTargetKind, {
    description: "What the target is.",
    enumName: "BindingTargetKind",
  })
  kind!: BindingTargetKind;

  @ShapeField(() => LocalDateTime, {
    nullable: true,
    description: "Vendor's clock, no zone.",
    example: "2023-03-27T17:19:21",
  })
  changedAt!: string | null;
}

const Changes = (): PropertyDecorator =>
  ShapeField(() => BindingChange, {
    list: true,
    description: "What changed, as the vendor reports it.",
  });

@ObjectType({ description: "Result of `associateMembers`." })
export class AssociateMembersPayload {
  @Changes()
  changes!: BindingChange[];

  @Contact()
  contact!: OnDemand<KnownContact | null> | null;

  @Errors()
  errors!: UserError[];
}

@ObjectType({ description: "Result of `disassociateMembers`." })
export class DisassociateMembersPayload {
  @Changes()
  changes!: BindingChange[];

  @Contact()
  contact!: OnDemand<KnownContact | null> | null;

  @Errors()
  errors!: UserError[];
}
