import { applyDecorators } from "@nestjs/common";
import { ID, Int } from "@nestjs/graphql";
import { ValidateIf } from "class-validator";
import { OpenApiAnyOf } from "../../openapi/shape-properties.js";
import { ContactTitle, enumerationOf, MessageType } from "./enums.js";
import * as rules from "./rules/rules.js";
import { EmailAddress, PhoneNumber } from "./scalars.js";
import { ShapeField } from "./shape-field.js";

/** Whether the property may be omitted. `null` is always rejected. */
interface InputOptions {
  readonly optional?: boolean;
  readonly description?: string;
}

/** Maximum number of targets per vendor call (documented). */
export const MAX_TARGETS_PER_CALL = 5;

/** Maximum number of targets per request; they are sent in several vendor calls. */
export const MAX_TARGETS = 50;

/** OpenAPI keywords of a list of targets. */
export const TARGET_LIST = {
  openapi: { minItems: 1, maxItems: MAX_TARGETS, uniqueItems: true },
  items: rules.TARGET_ID_SCHEMA,
} as const;

/** Maximum number of message types in a list. */
const MAX_MESSAGE_TYPES = 100;

/** Largest page number: the maximum of GraphQL's `Int`. */
const MAX_PAGE_NUMBER = 2_147_483_647;

/** Largest page of the vendor's list operations (inferred from siblings). */
export const MAX_PAGE_SIZE = 100;

/** Default page size. */
export const DEFAULT_PAGE_SIZE = 10;

const isGiven = (_input: object, value: unknown): boolean =>
  value !== undefined;

/** Composes a property of an input: its field, and the rules that it must fulfil. */
export function inputField(
  field: PropertyDecorator,
  optional: boolean | undefined,
  checks: PropertyDecorator[],
): PropertyDecorator {
  return applyDecorators(
    field,
    ...(optional === true ? [ValidateIf(isGiven)] : []),
    ...checks,
  );
}

export function ContactId(
  description = "ID of the contact, `c-…`.",
  ...more: PropertyDecorator[]
): PropertyDecorator {
  return inputField(
    ShapeField(() => ID, {
      description,
      example: "c-qL4HqKONzOM7aB3d",
      openapi: rules.CONTACT_ID_SCHEMA,
    }),
    false,
    [...rules.textRules(), ...rules.contactIdRules(), ...more],
  );
}

/** A contact id in an input that needs at least one of the named fields as well. */
export function ContactIdAndAnyOf(...names: string[]): PropertyDecorator {
  return ContactId(undefined, OpenApiAnyOf(names), ...rules.anyOfRules(names));
}

export function ContactName({
  optional,
}: InputOptions = {}): PropertyDecorator {
  return inputField(
    ShapeField(() => String, {
      description:
        "2 to 12 letters or Chinese characters, unique in the directory.",
      optional: optional ?? false,
      example: "tom",
      openapi: rules.NAME_SCHEMA,
    }),
    optional,
    [...rules.textRules(), ...rules.nameRules()],
  );
}

export function ContactEmailAddress({
  optional,
  description = "Takes effect after its owner has confirmed it.",
}: InputOptions = {}): PropertyDecorator {
  return inputField(
    ShapeField(() => EmailAddress, {
      description,
      optional: optional ?? false,
      example: "tom@example.com",
      openapi: rules.EMAIL_SCHEMA,
    }),
    optional,
    [...rules.textRules(), ...rules.emailRules()],
  );
}

export function ContactPhoneNumber({
  optional,
  description = "`86-13900001234` or `+8613900001234`. Takes effect after its owner has confirmed it.",
}: InputOptions = {}): PropertyDecorator {
  return inputField(
    ShapeField(() => PhoneNumber, {
      description,
      optional: optional ?? false,
      example: "86-13900001234",
      openapi: rules.phoneSchema,
    }),
    optional,
    [...rules.textRules(), ...rules.phoneRules()],
  );
}

/** Values of an enum that inputs accept. */
export function inputValues(type: object): string[] {
  const { values = [], resultsOnly = [] } = enumerationOf(type) ?? {};
  return values.filter((value) => !resultsOnly.includes(value));
}

export function ContactTitleField({
  optional,
}: InputOptions = {}): PropertyDecorator {
  return inputField(
    ShapeField(() => ContactTitle, {
      description: "Role of the person in the organization.",
      optional: optional ?? false,
      example: ContactTitle.TECHNICAL_DIRECTOR,
    }),
    optional,
    [
      ...rules.textRules(),
      ...rules.oneOfRules(inputValues(ContactTitle), false),
    ],
  );
}

export function MessageTypes({
  optional,
  description = "Message types that the person receives; at least one.",
}: InputOptions = {}): PropertyDecorator {
  return inputField(
    ShapeField(() => MessageType, {
      list: true,
      description,
      optional: optional ?? false,
      example: [MessageType.ACCOUNT_EXPENSES],
      openapi: { minItems: 1, maxItems: MAX_MESSAGE_TYPES },
    }),
    optional,
    [
      ...rules.listRules(),
      ...rules.listLengthRules(1, MAX_MESSAGE_TYPES),
      ...rules.oneOfRules(inputValues(MessageType), true),
    ],
  );
}

export function TargetIds(): PropertyDecorator {
  return inputField(
    ShapeField(() => ID, {
      list: true,
      description: `1 to ${MAX_TARGETS} different targets: \`rd-…\`, \`r-…\`, \`fd-…\` or member account IDs.`,
      example: ["fd-ZDNPiT5a8b"],
      ...TARGET_LIST,
    }),
    false,
    [
      ...rules.listRules(),
      ...rules.listLengthRules(1, MAX_TARGETS),
      ...rules.uniqueRules(),
      ...rules.targetIdItemRules(),
    ],
  );
}

export function BoundTo(): PropertyDecorator {
  return inputField(
    ShapeField(() => ID, {
      optional: true,
      description:
        "Return only contacts bound to this directory, folder or member account.",
      example: "fd-ZDNPiT5a8b",
      openapi: rules.TARGET_ID_SCHEMA,
    }),
    true,
    [...rules.textRules(), ...rules.targetIdRules()],
  );
}

export function PageNumber(): PropertyDecorator {
  return inputField(
    ShapeField(() => Int, {
      description: "Page number, starting at 1.",
      optional: true,
      default: 1,
      openapi: { minimum: 1, maximum: MAX_PAGE_NUMBER },
    }),
    true,
    rules.integerRules(1, MAX_PAGE_NUMBER),
  );
}

/** @param max largest page; more than the vendor's where the gateway makes the pages */
export function PageSize(
  max = MAX_PAGE_SIZE,
  defaultSize = DEFAULT_PAGE_SIZE,
): PropertyDecorator {
  return inputField(
    ShapeField(() => Int, {
      description: `Maximum number of items per page, 1 to ${max}.`,
      optional: true,
      default: defaultSize,
      openapi: { minimum: 1, maximum: max },
    }),
    true,
    rules.integerRules(1, max),
  );
}

export function RetainContactInMembers(): PropertyDecorator {
  return inputField(
    ShapeField(() => Boolean, {
      description:
        "If true, member accounts keep the contact and its messages, and the deletion finishes at once. If false, the contact is removed everywhere, in the background.",
      default: true,
    }),
    true,
    rules.booleanRules(),
  );
}

/** Maximum length of a condition; an etag has 22 characters. */
const MAX_CONDITION = 1_000;

export function IfMatch(): PropertyDecorator {
  return inputField(
    ShapeField(() => String, {
      optional: true,
      description:
        "Make the change only if the contact still has this `etag`; otherwise it fails with `CHANGED_MEANWHILE`. Needs one more upstream call.",
      example: "mH5cTq0Vb2yXw8Zr4KdJ1A",
      openapi: { pattern: `^[ -~]{1,${MAX_CONDITION}}$` },
    }),
    true,
    [...rules.textRules(), ...rules.conditionRules(MAX_CONDITION)],
  );
}
