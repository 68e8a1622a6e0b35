import { ObjectType } from "@nestjs/graphql";
import { ItemStatus } from "../../message-contacts/shapes/enums.js";
import { ShapeField } from "../../message-contacts/shapes/shape-field.js";
import {
  Errors,
  ItemErrors,
  type UserError,
} from "../../message-contacts/shapes/user-errors.js";
import {
  ChangedContactId,
  ChangedTargets,
  ChangeKind,
  ContactsPlan,
} from "./contacts-plan.js";
import type { PlanChangeKind } from "./enums.js";

export const StepName = (): PropertyDecorator =>
  ShapeField(() => String, {
    nullable: true,
    description: "Name of the contact in the input; null for a deletion.",
    example: "tom",
  });

export const ChangedPlan = (): PropertyDecorator =>
  ShapeField(() => ContactsPlan, {
    nullable: true,
    description:
      "The current plan, when the request was rejected because of the plan: the state has changed, or the plan has a problem. Otherwise null.",
  });

/** Result of one change of a plan. */
@ObjectType({ description: "Result of one change of a plan." })
export class ApplyContactsPlanResult {
  @ChangeKind()
  kind!: PlanChangeKind;

  @ChangedContactId()
  contactId!: string | null;

  @StepName()
  name!: string | null;

  @ChangedTargets()
  targetIds!: string[];

  @ShapeField(() => ItemStatus, {
    description: "Whether the change was made.",
  })
  status!: ItemStatus;

  @ItemErrors()
  errors!: UserError[];
}

/** Result of `applyContactsPlan`. */
@ObjectType({ description: "Result of `applyContactsPlan`." })
export class ApplyContactsPlanPayload {
  @ShapeField(() => Boolean, {
    graphqlOnly: true,
    description:
      "Whether every change was made. If false, check `errors` and each entry of `results`.",
  })
  isComplete!: boolean;

  @ShapeField(() => ApplyContactsPlanResult, {
    list: true,
    graphqlOnly: true,
    description:
      "One result per change, in order. After the first failed change, the others are not attempted. Empty when the request was rejected as a whole.",
  })
  results!: ApplyContactsPlanResult[];

  @ChangedPlan()
  plan!: ContactsPlan | null;

  @Errors()
  errors!: UserError[];
}
