import { Int, ObjectType } from "@nestjs/graphql";
import { MessageType } from "../../message-contacts/shapes/enums.js";
import {
  MessageContact,
  PendingVerification,
} from "../../message-contacts/shapes/message-contact.js";
import { DateTime } from "../../message-contacts/shapes/scalars.js";
import { ShapeField } from "../../message-contacts/shapes/shape-field.js";

/** A pending verification, with its contact and its history. */
@ObjectType({
  description:
    "An address or number whose owner has not confirmed it yet, with its contact and what the gateway knows of its history. Scope: `contacts:read`.",
})
export class ContactVerification extends PendingVerification {
  @ShapeField(() => DateTime, {
    description:
      "Time at which this gateway first saw the pending verification. The vendor reports no time, so it can be pending for longer. Without Redis, a restart forgets it.",
    example: "2026-01-31T08:30:00.000Z",
  })
  firstSeenAt!: string;

  @ShapeField(() => DateTime, {
    nullable: true,
    description:
      "Time at which the vendor last accepted a message that this gateway sent; null when there is none.",
    example: "2026-01-31T08:30:00.000Z",
  })
  lastSentAt!: string | null;

  @ShapeField(() => MessageContact, {
    description: "The contact.",
  })
  contact!: MessageContact;

  @ShapeField(() => MessageType, {
    list: true,
    description:
      "Message types of the contact that no active contact of the directory receives while this one is not verified.",
    example: [MessageType.SECURITY_MESSAGE],
  })
  unreceivedMessageTypes!: MessageType[];
}

/** All pending verifications of a directory. */
@ObjectType({
  description:
    "All pending verifications of the directory, the longest known one first. Scope: `contacts:read`.",
})
export class PendingVerificationReport {
  @ShapeField(() => ContactVerification, {
    list: true,
    description: "The pending verifications.",
  })
  items!: ContactVerification[];

  @ShapeField(() => Int, {
    description: "Number of the pending verifications.",
    example: 1,
    openapi: { minimum: 0 },
  })
  totalCount!: number;
}
