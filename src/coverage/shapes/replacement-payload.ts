import { ID, ObjectType } from "@nestjs/graphql";
import { ContactDeletion } from "../../message-contacts/shapes/contact-deletion.js";
import { ItemStatus } from "../../message-contacts/shapes/enums.js";
import {
  Contact,
  type KnownContact,
  type OnDemand,
} from "../../message-contacts/shapes/payloads.js";
import { ShapeField } from "../../message-contacts/shapes/shape-field.js";
import {
  Errors,
  ItemErrors,
  type UserError,
} from "../../message-contacts/shapes/user-errors.js";
import { ReplacementStepKind } from "./enums.js";

export const StepKind = (): PropertyDecorator =>
  ShapeField(() => ReplacementStepKind, {
    description: "What the step changes.",
    example: ReplacementStepKind.BIND,
  });

export const StepTargets = (): PropertyDecorator =>
  ShapeField(() => ID, {
    list: true,
    description:
      "Targets to which the replacement is bound; empty for the deletion.",
    example: ["fd-ZDNPiT7a4K"],
  });

export const Deletion = (): PropertyDecorator =>
  ShapeField(() => ContactDeletion, {
    nullable: true,
    description:
      "State of the deletion of the replaced contact; null when it was not started.",
  });

/** Result of one step of `replaceMessageContact`. */
@ObjectType({ description: "Result of one step of `replaceMessageContact`." })
export class ReplacementResult {
  @StepKind()
  kind!: ReplacementStepKind;

  @StepTargets()
  targetIds!: string[];

  @ShapeField(() => ItemStatus, {
    description: "Whether the change was made.",
  })
  status!: ItemStatus;

  @ItemErrors()
  errors!: UserError[];
}

@ObjectType({ description: "Result of `replaceMessageContact`." })
export class ReplaceMessageContactPayload {
  @ShapeField(() => Boolean, {
    graphqlOnly: true,
    description:
      "Whether the contact was replaced. If false, check `errors` and each entry of `results`.",
  })
  isComplete!: boolean;

  @ShapeField(() => ReplacementResult, {
    list: true,
    graphqlOnly: true,
    description:
      "One result per step, in order: the bindings of the replacement, then the deletion. After the first failed step, the others are not attempted. Empty when the request was rejected as a whole.",
  })
  results!: ReplacementResult[];

  @Deletion()
  deletion!: ContactDeletion | null;

  @Contact()
  contact!: OnDemand<KnownContact | null> | null;

  @Errors()
  errors!: UserError[];
}
