import type { Problem } from "../../http/problem-details.js";
import {
  inputField,
  RetainContactInMembers,
} from "../../message-contacts/shapes/input-fields.js";
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
import { FILE_FORMATS, type FileFormat } from "../files/file-formats.js";
import { StepName } from "./apply-payload.js";
import {
  ChangedContactId,
  ChangedTargets,
  ChangeKind,
} from "./contacts-plan.js";
import type { PlanChangeKind } from "./enums.js";
import { Prune } from "./input-fields.js";
import { PlannedContactInput } from "./inputs.js";

/** A contact as it is exported: without the members that an import would reject. */
export class ExportedContact extends without(PlannedContactInput, []) {}

/** An exported file. */
export class ContactsExport {
  @ShapeField(() => ExportedContact, {
    list: true,
    description: "All contacts.",
  })
  contacts!: ExportedContact[];
}

/** Query string of `GET /v1/export`. */
export class ExportQuery {
  @inputField(
    ShapeField(() => String, {
      optional: true,
      description: "Format of the file. Takes precedence over `Accept`.",
      openapi: { enum: [...FILE_FORMATS] },
    }),
    true,
    [...rules.textRules(), ...rules.oneOfRules(FILE_FORMATS, false)],
  )
  format?: FileFormat;

  @inputField(
    ShapeField(() => Boolean, {
      optional: true,
      description:
        "Whether to include addresses and numbers. They are left out without the scope `contacts:read-personal`.",
      default: true,
    }),
    true,
    rules.booleanRules(),
  )
  personal?: boolean;
}

/** Query string of `POST /v1/plan`. */
export class PlanQuery {
  @Prune()
  prune?: boolean;

  @RetainContactInMembers()
  retainContactInMembers?: boolean;
}

/** Query string of `POST /v1/import`. */
export class ImportQuery {
  @inputField(
    ShapeField(() => Boolean, {
      optional: true,
      description:
        "Whether to return the plan and change nothing. `POST /v1/plan` does the same without the scopes for changes.",
      default: false,
    }),
    true,
    rules.booleanRules(),
  )
  dryRun?: boolean;

  @Prune()
  prune?: boolean;

  @RetainContactInMembers()
  retainContactInMembers?: boolean;
}

/** Result of one change of a plan. */
export class PlanStepResult {
  @ChangeKind()
  kind!: PlanChangeKind;

  @ChangedContactId()
  contactId!: string | null;

  @StepName()
  name!: string | null;

  @ChangedTargets()
  targetIds!: string[];

  @Status()
  status!: ItemStatus;

  @HttpStatus()
  httpStatus!: number;

  @ItemProblem()
  problem!: Problem | null;
}

/** Results of the changes of a plan. */
export class PlanResults {
  @IsComplete()
  isComplete!: boolean;

  @ShapeField(() => PlanStepResult, {
    list: true,
    description:
      "One result per change, in order. After the first failed change, the others are not attempted.",
  })
  results!: PlanStepResult[];
}
