import { ArgsType, ID, type ReturnTypeFuncValue } from "@nestjs/graphql";
import { BindingTargetKind } from "../../message-contacts/shapes/enums.js";
import {
  inputField,
  PageNumber,
  PageSize,
} from "../../message-contacts/shapes/input-fields.js";
import {
  ifText,
  toDecorator,
} from "../../message-contacts/shapes/rules/rule.js";
import * as rules from "../../message-contacts/shapes/rules/rules.js";
import {
  ShapeField,
  type ShapeFieldOptions,
} from "../../message-contacts/shapes/shape-field.js";

/** Longest search text and longest tag condition, in code points. Our choice. */
const MAX_TEXT = 300;

/** Escapes, because tools copy the published pattern into headers and logs. */
const PLAIN_TEXT = /^[^\u0000-\u001f\u007f]*$/;

const plainTextRules = (): PropertyDecorator[] => [
  ...rules.textRules(),
  ...rules.textLengthRules(1, MAX_TEXT),
  toDecorator({
    name: "format",
    holds: ifText((text) => PLAIN_TEXT.test(text)),
  }),
];

const PLAIN_TEXT_SCHEMA = {
  minLength: 1,
  maxLength: MAX_TEXT,
  pattern: PLAIN_TEXT.source,
};

function optional(
  type: () => ReturnTypeFuncValue,
  options: ShapeFieldOptions,
  ...checks: PropertyDecorator[]
): PropertyDecorator {
  return inputField(
    ShapeField(type, { ...options, optional: true }),
    true,
    checks,
  );
}

/** Which targets are listed. Omitted conditions match every target. */
@ArgsType()
export class BindingTargetsArgs {
  @optional(
    () => String,
    {
      description: "Part of the name or of the ID, in any case.",
      example: "shop",
      openapi: PLAIN_TEXT_SCHEMA,
    },
    ...plainTextRules(),
  )
  search?: string;

  @optional(
    () => BindingTargetKind,
    {
      description: "Kind of the targets.",
      example: BindingTargetKind.MEMBER_ACCOUNT,
    },
    ...rules.textRules(),
    ...rules.oneOfRules(Object.values(BindingTargetKind), false),
  )
  kind?: BindingTargetKind;

  @optional(
    () => ID,
    {
      description:
        "Only this directory or folder and what is below it, or only this account.",
      example: "fd-ZDNPiT7a4K",
      openapi: rules.TARGET_ID_SCHEMA,
    },
    ...rules.textRules(),
    ...rules.targetIdRules(),
  )
  under?: string;

  @optional(
    () => String,
    {
      description:
        "Only accounts with this tag: `key`, or `key=value`. The first `=` ends the key.",
      example: "stage=production",
      openapi: PLAIN_TEXT_SCHEMA,
    },
    ...plainTextRules(),
  )
  tag?: string;

  @PageNumber()
  pageNumber?: number;

  @PageSize()
  pageSize?: number;
}

/** The query string of the same list. */
export class BindingTargetsQuery extends BindingTargetsArgs {
  @optional(
    () => Boolean,
    {
      description:
        "Whether to return `path`, which needs one upstream call for each folder of the directory. Folders are read anyway unless `kind` is `MEMBER_ACCOUNT` or `RESOURCE_DIRECTORY`.",
      default: false,
    },
    ...rules.booleanRules(),
  )
  includePath?: boolean;
}
