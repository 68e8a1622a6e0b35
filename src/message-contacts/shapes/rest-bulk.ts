import { ID, Int } from "@nestjs/graphql";
import { OpenApiProperty } from "../../openapi/property.js";
import type { Problem } from "../../http/problem-details.js";
import { ItemStatus } from "./enums.js";
import { UpdateMessageContactInput } from "./inputs.js";
import { BindingChange } from "./payloads.js";
import { ShapeField } from "./shape-field.js";

/** Body of `POST /batch-update`. */
export class BatchUpdateBody {
  @ShapeField(() => UpdateMessageContactInput, {
    list: true,
    description: "1 to 50 changes, each of another contact.",
    openapi: { minItems: 1, maxItems: 50 },
  })
  inputs!: UpdateMessageContactInput[];
}

const Status = (): PropertyDecorator =>
  ShapeField(() => ItemStatus, {
    description:
      "`DONE`, `FAILED`, or `NOT_ATTEMPTED`: nothing was sent, send it again.",
    enumName: "ItemStatus",
    example: ItemStatus.DONE,
  });

const HttpStatus = (): PropertyDecorator =>
  ShapeField(() => Int, {
    description:
      "The status that this item alone would have had; 424 when it was not attempted.",
    example: 200,
  });

const ItemProblem = (): PropertyDecorator =>
  OpenApiProperty({
    description:
      "Only with `FAILED`: what a single change would have answered.",
    required: false,
    allOf: [{ $ref: "#/components/schemas/Problem" }],
  });

/** What became of one change of a batch. */
export class BatchUpdateResult {
  @ShapeField(() => ID, {
    description: "The contact of the item.",
    example: "c-qL4HqKONzOM7aB3d",
  })
  contactId!: string;

  @Status()
  status!: ItemStatus;

  @HttpStatus()
  httpStatus!: number;

  @ItemProblem()
  problem!: Problem | null;
}

const IsComplete = (): PropertyDecorator =>
  ShapeField(() => Boolean, {
    description: "Whether every item was done.",
    example: true,
  });

/** What became of a batch. */
export class BatchUpdateResults {
  @IsComplete()
  isComplete!: boolean;

  @ShapeField(() => BatchUpdateResult, {
    list: true,
    description: "One for each item, in the order of `inputs`.",
  })
  results!: BatchUpdateResult[];
}

/** What became of one target. */
export class BoundTarget {
  @ShapeField(() => ID, {
    description: "The target.",
    example: "fd-ZDNPiT5a8b",
  })
  targetId!: string;

  @Status()
  status!: ItemStatus;

  @HttpStatus()
  httpStatus!: number;

  @ItemProblem()
  problem!: Problem | null;
}

/** Bindings made or undone. */
export class BindingChanges {
  @IsComplete()
  isComplete!: boolean;

  @ShapeField(() => BindingChange, {
    list: true,
    description: "What changed, as the vendor reports it.",
  })
  changes!: BindingChange[];

  @ShapeField(() => BoundTarget, {
    list: true,
    description: "One for each target, in the order given.",
  })
  results!: BoundTarget[];
}
