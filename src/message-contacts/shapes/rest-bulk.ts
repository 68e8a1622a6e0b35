import { ID, Int } from "@nestjs/graphql";
import { referenceTo } from "../../openapi/schemas.js";
import { OpenApiProperty } from "../../openapi/shape-properties.js";
import type { Problem } from "../../http/problem-details.js";
import { MAX_ITEMS } from "../bulk/run-in-order.js";
import { ItemStatus } from "./enums.js";
import { UpdateMessageContactInput } from "./inputs.js";
import { BindingChange } from "./payloads.js";
import { ShapeField } from "./shape-field.js";

/** Body of `POST /batch-update`. */
export class BatchUpdateBody {
  @ShapeField(() => UpdateMessageContactInput, {
    list: true,
    description: `1 to ${MAX_ITEMS} changes. Each contact and each name may occur once.`,
    openapi: { minItems: 1, maxItems: MAX_ITEMS },
  })
  inputs!: UpdateMessageContactInput[];
}

export const Status = (): PropertyDecorator =>
  ShapeField(() => ItemStatus, {
    description:
      "`DONE`, `FAILED`, or `NOT_ATTEMPTED`. An item that was not attempted was not sent; send it again.",
    example: ItemStatus.DONE,
  });

export const HttpStatus = (): PropertyDecorator =>
  ShapeField(() => Int, {
    description:
      "HTTP status that a request for this item alone would have had; 424 when the item was not attempted.",
    example: 200,
    openapi: { minimum: 200, maximum: 599 },
  });

export const ItemProblem = (): PropertyDecorator =>
  OpenApiProperty({
    description:
      "Problem document that a request for this item alone would have returned; null unless `status` is `FAILED`.",
    type: () => referenceTo("Problem"),
    isList: false,
    isNullable: true,
    isOptional: false,
  });

/** Result of one change of a batch. */
export class BatchUpdateResult {
  @ShapeField(() => ID, {
    description: "ID of the contact that the item changes.",
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

export const IsComplete = (): PropertyDecorator =>
  ShapeField(() => Boolean, {
    description: "Whether every item was completed.",
    example: true,
  });

/** Results of a batch. */
export class BatchUpdateResults {
  @IsComplete()
  isComplete!: boolean;

  @ShapeField(() => BatchUpdateResult, {
    list: true,
    description: "One result per item, in the order of `inputs`.",
  })
  results!: BatchUpdateResult[];
}

/** Result for one target. */
export class BoundTarget {
  @ShapeField(() => ID, {
    description: "ID of the target.",
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

/** Bindings that were created or removed. */
export class BindingChanges {
  @IsComplete()
  isComplete!: boolean;

  @ShapeField(() => BindingChange, {
    list: true,
    description: "Changes that the vendor reported.",
  })
  changes!: BindingChange[];

  @ShapeField(() => BoundTarget, {
    list: true,
    description: "One result per target, in the order of the request.",
  })
  results!: BoundTarget[];
}
