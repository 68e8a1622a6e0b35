import { ID, Int, ObjectType } from "@nestjs/graphql";
import {
  ItemStatus,
  VerificationChannel,
} from "../../message-contacts/shapes/enums.js";
import { DateTime } from "../../message-contacts/shapes/scalars.js";
import { ShapeField } from "../../message-contacts/shapes/shape-field.js";
import {
  Errors,
  ItemErrors,
  type UserError,
} from "../../message-contacts/shapes/user-errors.js";

/** Result of one message, in both APIs. */
@ObjectType({ isAbstract: true })
export class VerificationResult {
  @ShapeField(() => ID, {
    description: "ID of the contact.",
    example: "c-r5IfC8dP0gNmZ4Ek",
  })
  contactId!: string;

  @ShapeField(() => VerificationChannel, {
    description: "Channel of the message.",
    example: VerificationChannel.EMAIL,
  })
  channel!: VerificationChannel;

  @ShapeField(() => ItemStatus, {
    description:
      "`DONE`: the vendor accepted the message. `FAILED`: see the error. `NOT_ATTEMPTED`: send the item again.",
    example: ItemStatus.DONE,
  })
  status!: ItemStatus;

  @ShapeField(() => DateTime, {
    nullable: true,
    description:
      "Time at which the vendor accepted the message for sending. Null when it did not.",
    example: "2026-01-31T08:30:00.000Z",
  })
  sentAt!: string | null;

  @ShapeField(() => Int, {
    nullable: true,
    description:
      "Seconds until another message may be sent to the same target. Null when no message was sent.",
    example: 60,
    openapi: { minimum: 0 },
  })
  retryAfterSeconds!: number | null;
}

/** Result of one item of `sendVerifications`. */
@ObjectType({
  description:
    "Result of one item of `sendVerifications`. Scopes: `contacts:read`, `contacts:verify`.",
})
export class SendVerificationResult extends VerificationResult {
  @ItemErrors()
  errors!: UserError[];
}

/** Result of `sendVerifications`. */
@ObjectType({
  description:
    "Result of `sendVerifications`. Scopes: `contacts:read`, `contacts:verify`.",
})
export class SendVerificationsPayload {
  @ShapeField(() => Boolean, {
    graphqlOnly: true,
    description:
      "Whether every message was sent. If false, check `errors` and each entry of `results`.",
  })
  isComplete!: boolean;

  @ShapeField(() => SendVerificationResult, {
    list: true,
    graphqlOnly: true,
    description:
      "One result per item, in the order of `items`. Empty when the request was rejected as a whole.",
  })
  results!: SendVerificationResult[];

  @Errors()
  errors!: UserError[];
}
