import { ID, ObjectType } from "@nestjs/graphql";
import { DeletionProblem } from "../shapes/contact-deletion.js";
import { ContactStatus } from "../shapes/enums.js";
import { ShapeField } from "../shapes/shape-field.js";

/** Why the current status of a contact could not be read. */
@ObjectType({
  description:
    "Why the current status of a contact could not be read. The gateway tries again; the problem becomes null after the next successful read.",
})
export class ContactStatusProblem extends DeletionProblem {}

/** Status of a watched contact. */
@ObjectType({
  description: "Status of a watched contact. Scope: `contacts:read`.",
})
export class ContactStatusUpdate {
  @ShapeField(() => ID, {
    description: "ID of the contact.",
    example: "c-X1vOq7bK3tJyW8Ln",
  })
  contactId!: string;

  @ShapeField(() => ContactStatus, {
    nullable: true,
    description:
      "Current status; null when the directory has no such contact, or when no status was read yet.",
    example: ContactStatus.VERIFYING,
  })
  status!: ContactStatus | null;

  @ShapeField(() => String, {
    nullable: true,
    description: "Status as the vendor spells it.",
    example: "Verifying",
  })
  statusRaw!: string | null;

  @ShapeField(() => Boolean, {
    description:
      "Whether the contact is active or does not exist. Subscriptions end after it. False while `problem` is set.",
    example: false,
  })
  isFinal!: boolean;

  @ShapeField(() => ContactStatusProblem, {
    nullable: true,
    description:
      "Why the current status could not be read; `status` is then the last known one. Null when the last read succeeded.",
  })
  problem!: ContactStatusProblem | null;
}
