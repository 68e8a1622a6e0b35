import { ID, Int } from "@nestjs/graphql";
import { without } from "../../openapi/shape-properties.js";
import * as inputs from "./inputs.js";
import { DateTime, LocalDateTime } from "./scalars.js";
import { ShapeField } from "./shape-field.js";

/** Body of `PATCH /{id}`: the path names the contact, `If-Match` is a header. */
export class UpdateMessageContactBody extends without(
  inputs.UpdateMessageContactInput,
  ["contactId", "ifMatch"],
) {}

/** Body of `POST /{id}/cancel-update`. */
export class CancelMessageContactUpdateBody extends without(
  inputs.CancelMessageContactUpdateInput,
  ["contactId", "ifMatch"],
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
  ["contactId", "ifMatch"],
) {}

/** Fields that the vendor returns with a change of a contact. */
export class ChangedMessageContact {
  @ShapeField(() => ID, {
    description: "ID of the contact.",
    example: "c-qL4HqKONzOM7aB3d",
  })
  id!: string;
}

/** Fields that the vendor returns with a new contact. */
export class AddedMessageContact extends ChangedMessageContact {
  @ShapeField(() => LocalDateTime, {
    nullable: true,
    description:
      "Time at which the contact was added, in the vendor's local time (no time zone). Null when the vendor returns none.",
    example: "2023-03-27T17:19:21",
  })
  createdAt!: string | null;
}

/** A verification message that the vendor accepted for sending. */
export class SentVerification {
  @ShapeField(() => ID, {
    description: "ID of the contact.",
    example: "c-qL4HqKONzOM7aB3d",
  })
  contactId!: string;

  @ShapeField(() => DateTime, {
    description: "Time at which the vendor accepted the message for sending.",
    example: "2026-01-31T08:30:00.000Z",
  })
  sentAt!: string;

  @ShapeField(() => Int, {
    description:
      "Seconds until another message may be sent to the same target.",
    example: 60,
    openapi: { minimum: 0 },
  })
  retryAfterSeconds!: number;

  @ShapeField(() => Int, {
    nullable: true,
    description:
      "Maximum number of e-mails left under the daily limit. Null when no limit is known.",
    example: 99,
    openapi: { minimum: 0 },
  })
  remainingToday!: number | null;
}
