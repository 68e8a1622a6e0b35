import { ID, Int } from "@nestjs/graphql";
import { without } from "../../openapi/property.js";
import * as inputs from "./inputs.js";
import { DateTime, LocalDateTime } from "./scalars.js";
import { ShapeField } from "./shape-field.js";

/** Body of `PATCH /{id}`: the path names the contact. */
export class UpdateMessageContactBody extends without(
  inputs.UpdateMessageContactInput,
  ["contactId"],
) {}

/** Body of `POST /{id}/cancel-update`. */
export class CancelMessageContactUpdateBody extends without(
  inputs.CancelMessageContactUpdateInput,
  ["contactId"],
) {}

/** Body of `POST /{id}/verifications/email`. */
export class SendEmailVerificationForMessageContactBody extends without(
  inputs.SendEmailVerificationForMessageContactInput,
  ["contactId"],
) {}

/** Body of `POST /{id}/verifications/phone`. */
export class SendPhoneVerificationForMessageContactBody extends without(
  inputs.SendPhoneVerificationForMessageContactInput,
  ["contactId"],
) {}

/** Body of `POST /{id}/bindings`. */
export class AssociateMembersBody extends without(
  inputs.AssociateMembersInput,
  ["contactId"],
) {}

/** What a change of a contact tells by itself. */
export class ChangedMessageContact {
  @ShapeField(() => ID, {
    description: "The contact.",
    example: "c-qL4HqKONzOM7aB3d",
  })
  id!: string;

  @ShapeField(() => LocalDateTime, {
    nullable: true,
    description:
      "Only after adding: when it was added, vendor's clock, no zone.",
    example: "2023-03-27T17:19:21",
  })
  createdAt?: string | null;
}

/** An order to send a verification message was accepted. */
export class SentVerification {
  @ShapeField(() => ID, {
    description: "The contact.",
    example: "c-qL4HqKONzOM7aB3d",
  })
  contactId!: string;

  @ShapeField(() => DateTime, {
    description: "When the vendor accepted the order to send.",
    example: "2026-01-31T08:30:00.000Z",
  })
  sentAt!: string;

  @ShapeField(() => Int, {
    description:
      "When another message may be sent to the same target, in seconds.",
    example: 60,
  })
  retryAfterSeconds!: number;

  @ShapeField(() => Int, {
    nullable: true,
    description:
      "How many e-mails the day's cap leaves at most; null where no cap is known.",
    example: 99,
  })
  remainingToday!: number | null;
}
