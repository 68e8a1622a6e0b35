import { ID, Int, ObjectType } from "@nestjs/graphql";
import { VerificationChannel } from "../../message-contacts/shapes/enums.js";
import { ShapeField } from "../../message-contacts/shapes/shape-field.js";
import { PlanChangeKind, PlanField, PlanProblemCode } from "./enums.js";

const COUNT = { minimum: 0 };

export const ChangeKind = (): PropertyDecorator =>
  ShapeField(() => PlanChangeKind, {
    description: "What the change does.",
    example: PlanChangeKind.BIND,
  });

export const ChangedContactId = (): PropertyDecorator =>
  ShapeField(() => ID, {
    nullable: true,
    description: "ID of the contact; null while a new contact has none.",
    example: "c-qL4HqKONzOM7aB3d",
  });

export const ChangedTargets = (): PropertyDecorator =>
  ShapeField(() => ID, {
    list: true,
    description: "IDs of the targets of a `BIND` or `UNBIND`; at most five.",
    example: ["fd-ZDNPiT7a4K"],
  });

/** A field that a plan sets. */
@ObjectType({ description: "A field that a plan sets." })
export class PlannedField {
  @ShapeField(() => PlanField, {
    description: "The field.",
    example: PlanField.TITLE,
  })
  field!: PlanField;

  @ShapeField(() => String, {
    list: true,
    description: "Current values; empty when there is none.",
    example: ["OTHER"],
  })
  before!: string[];

  @ShapeField(() => String, {
    list: true,
    description: "Values after the change.",
    example: ["CEO"],
  })
  after!: string[];
}

/** One change of a plan. */
@ObjectType({ description: "One change of a plan, which is one vendor call." })
export class PlannedContactChange {
  @ChangeKind()
  kind!: PlanChangeKind;

  @ChangedContactId()
  contactId!: string | null;

  @ShapeField(() => String, {
    description: "Current name of the contact; for an `ADD`, its new name.",
    example: "tom",
  })
  name!: string;

  @ShapeField(() => PlannedField, {
    list: true,
    description: "Fields that an `ADD` or `UPDATE` sets.",
    example: [],
  })
  fields!: PlannedField[];

  @ChangedTargets()
  targetIds!: string[];

  @ShapeField(() => VerificationChannel, {
    list: true,
    description:
      "Channels that the change leaves unverified. Applying a plan sends no verification message.",
    example: [],
  })
  verifications!: VerificationChannel[];
}

/** A contact whose difference from the input is a pending verification. */
@ObjectType({
  description:
    "A contact that already has the address or number of the input as a pending verification. This is not a change.",
})
export class WaitingPlanContact {
  @ShapeField(() => ID, {
    description: "ID of the contact.",
    example: "c-qL4HqKONzOM7aB3d",
  })
  contactId!: string;

  @ShapeField(() => String, {
    description: "Name of the contact.",
    example: "tom",
  })
  name!: string;

  @ShapeField(() => VerificationChannel, {
    list: true,
    description: "Channels with a pending verification.",
    example: [VerificationChannel.EMAIL],
  })
  channels!: VerificationChannel[];
}

/** Numbers of contacts before and after a plan, and the limits. */
@ObjectType({
  description: "Numbers of contacts before and after a plan, and the limits.",
})
export class ContactsPlanQuota {
  @ShapeField(() => Int, {
    description: "Contacts before the plan.",
    example: 9,
    openapi: COUNT,
  })
  contactsNow!: number;

  @ShapeField(() => Int, {
    description: "Contacts after the plan.",
    example: 9,
    openapi: COUNT,
  })
  contactsAfter!: number;

  @ShapeField(() => Int, {
    description: "Contacts before the deletions at the end of the plan.",
    example: 9,
    openapi: COUNT,
  })
  contactsPeak!: number;

  @ShapeField(() => Int, {
    description: "Maximum number of contacts (`CONTACT_QUOTA`).",
    example: 20,
    openapi: COUNT,
  })
  contactsLimit!: number;

  @ShapeField(() => Int, {
    description: "Maximum number of targets per contact (`TARGET_QUOTA`).",
    example: 10,
    openapi: COUNT,
  })
  targetsPerContactLimit!: number;
}

/** Why a plan cannot be applied. */
@ObjectType({ description: "Why a plan cannot be applied." })
export class ContactsPlanProblem {
  @ShapeField(() => PlanProblemCode, {
    description: "Stable code, for programs.",
    example: PlanProblemCode.UNKNOWN_TARGET,
  })
  code!: PlanProblemCode;

  @ShapeField(() => String, {
    description: "Message for people. Its wording may change at any time.",
    example: "The directory has no folder or account production.",
  })
  message!: string;

  @ShapeField(() => String, {
    list: true,
    description:
      'Path into the input, such as `["contacts", "3", "targets", "0"]`.',
    example: ["contacts", "0", "targets", "0"],
  })
  field!: string[];

  @ShapeField(() => Int, {
    nullable: true,
    description: "Line of an imported file; null when there is no file.",
    openapi: { minimum: 1 },
    example: null,
  })
  line!: number | null;
}

/** Result of `contactsPlan`. */
@ObjectType({
  description:
    "The changes that make a directory match an input. Scopes: `contacts:read`, `contacts:read-personal`, `directory:read`.",
})
export class ContactsPlan {
  @ShapeField(() => String, {
    description:
      "Identifies the changes and the state from which they were planned. Send it as `digest` (GraphQL) or in `If-Match` (REST) to apply exactly this plan.",
    example: "mH5cTq0Vb2yXw8Zr4KdJ1A",
  })
  digest!: string;

  @ShapeField(() => Boolean, {
    description: "Whether there is nothing to change.",
    example: false,
  })
  isEmpty!: boolean;

  @ShapeField(() => PlannedContactChange, {
    list: true,
    description:
      "Changes in the order in which they are made. Deletions come last.",
  })
  changes!: PlannedContactChange[];

  @ShapeField(() => WaitingPlanContact, {
    list: true,
    description:
      "Contacts that already have the address or number of the input as a pending verification. This is not a change.",
    example: [],
  })
  waiting!: WaitingPlanContact[];

  @ShapeField(() => ContactsPlanQuota, {
    description: "Numbers of contacts, and the limits.",
  })
  quota!: ContactsPlanQuota;

  @ShapeField(() => ContactsPlanProblem, {
    list: true,
    description:
      "The first 100 problems. A plan with a problem cannot be applied.",
    example: [],
  })
  problems!: ContactsPlanProblem[];
}
