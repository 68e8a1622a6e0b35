import type { Problem } from "../../http/problem-details.js";
import type { ContactDeletion } from "../../message-contacts/shapes/contact-deletion.js";
import { inputField } from "../../message-contacts/shapes/input-fields.js";
import type { ItemStatus } from "../../message-contacts/shapes/enums.js";
import {
  HttpStatus,
  IsComplete,
  ItemProblem,
  Status,
} from "../../message-contacts/shapes/rest-bulk.js";
import * as rules from "../../message-contacts/shapes/rules/rules.js";
import { ShapeField } from "../../message-contacts/shapes/shape-field.js";
import { without } from "../../openapi/shape-properties.js";
import type { ReplacementStepKind } from "./enums.js";
import { AccountId } from "./input-fields.js";
import * as inputs from "./inputs.js";
import { Deletion, StepKind, StepTargets } from "./replacement-payload.js";

/** Path of `GET /v1/accounts/{id}/recipients`. */
export class AccountPath {
  @AccountId()
  id!: string;
}

/** Query string of `GET /v1/accounts/{id}/recipients`: the path names the account. */
export class RecipientsQuery extends without(inputs.RecipientsArgs, [
  "accountId",
]) {}

/** Query string of `GET /v1/message-contacts/{id}/deletion-preview`. */
export class DeletionPreviewQuery extends without(inputs.DeletionPreviewArgs, [
  "contactId",
]) {}

/** Formats of a report. */
export const FORMATS = ["json", "csv"];

/** Query string of `GET /v1/coverage`. */
export class CoverageQuery extends inputs.CoverageArgs {
  @inputField(
    ShapeField(() => Boolean, {
      optional: true,
      description:
        "Whether to return the names of all folders; costs one upstream call per folder.",
      default: false,
    }),
    true,
    rules.booleanRules(),
  )
  withFolders?: boolean;

  @inputField(
    ShapeField(() => String, {
      optional: true,
      description:
        "`json`, or `csv` with all accounts in one page, as `Accept: text/csv` does. Takes precedence over `Accept`.",
      openapi: { enum: FORMATS },
    }),
    true,
    [...rules.textRules(), ...rules.oneOfRules(FORMATS, false)],
  )
  format?: string;
}

/** Body of `POST /v1/message-contacts/{id}/replace`. */
export class ReplaceMessageContactBody extends without(
  inputs.ReplaceMessageContactInput,
  ["contactId"],
) {}

/** Result of one step of a replacement. */
export class ReplacementStepResult {
  @StepKind()
  kind!: ReplacementStepKind;

  @StepTargets()
  targetIds!: string[];

  @Status()
  status!: ItemStatus;

  @HttpStatus()
  httpStatus!: number;

  @ItemProblem()
  problem!: Problem | null;
}

/** Results of the steps of a replacement. */
export class ReplacementResults {
  @IsComplete()
  isComplete!: boolean;

  @ShapeField(() => ReplacementStepResult, {
    list: true,
    description:
      "One result per step, in order: the bindings of the replacement, then the deletion.",
  })
  results!: ReplacementStepResult[];

  @Deletion()
  deletion!: ContactDeletion | null;
}
