import { ValidateBy } from "class-validator";
import { EXPECTED } from "../../../errors/expected-forms.js";
import type { RuleContext } from "../../../validation/check-input.js";
import { hasAtMost, ifText, isText, toDecorator } from "./rule.js";

export * from "./phone-rules.js";

// Escapes, because tools copy the published pattern into headers and logs.
const NAME_LETTERS = /^[A-Za-z\u4e00-\u9fa5]*$/;

/** Length of a name in code points. */
const NAME_LENGTH = { min: 2, max: 12 };

/** OpenAPI keywords of a name. */
export const NAME_SCHEMA = {
  minLength: NAME_LENGTH.min,
  maxLength: NAME_LENGTH.max,
  pattern: NAME_LETTERS.source,
};

/** Letters A-Z, a-z and U+4E00-U+9FA5; 2 to 12 of them (documented; range inferred). */
export const nameRules = (): PropertyDecorator[] => [
  toDecorator({
    name: "letters-only",
    holds: ifText((name) => NAME_LETTERS.test(name)),
  }),
  toDecorator({
    name: "length",
    ...NAME_LENGTH,
    unit: "characters",
    holds: ifText(
      (name) =>
        hasAtMost(NAME_LENGTH.max, name) &&
        !hasAtMost(NAME_LENGTH.min - 1, name),
    ),
  }),
];

/**
 * Text that can be an e-mail address: an unquoted or a quoted local part, and an address
 * literal or a domain (RFC 5321, section 4.1.2), also internationalized (RFC 6531),
 * without control characters. The vendor does not document which of them it accepts, so
 * it has the final decision.
 *
 * Escapes `[` in character classes: clients in other languages use the pattern, too.
 */
const EMAIL =
  /^(?:[^\s()<>\[\]:;@\\,"\x00-\x1f\x7f-\x9f]+|"(?:[^"\\\x00-\x1f\x7f-\x9f]|\\[^\x00-\x1f\x7f-\x9f])*")@(?:\[[^\s\[\]\\@\x00-\x1f\x7f-\x9f]+\]|[^\s()<>\[\]:;@\\,".\x00-\x1f\x7f-\x9f]{1,63}(?:\.[^\s()<>\[\]:;@\\,".\x00-\x1f\x7f-\x9f]{1,63})*)$/u;

/** A surrogate without its pair, which UTF-8 cannot encode. */
const LONE_SURROGATE = /\p{Cs}/u;

/**
 * Maximum length of an address in code points. The vendor's limit is not documented; 254
 * is the longest path that SMTP can carry (RFC 5321).
 */
const EMAIL_MAX_LENGTH = 254;

/** OpenAPI keywords of an address. `format: email` would reject addresses that EMAIL accepts. */
export const EMAIL_SCHEMA = {
  maxLength: EMAIL_MAX_LENGTH,
  pattern: EMAIL.source,
};

export const emailRules = (): PropertyDecorator[] => [
  toDecorator({
    name: "format",
    expected: EXPECTED.emailAddress,
    holds: ifText(
      (address) =>
        !hasAtMost(EMAIL_MAX_LENGTH, address) ||
        (EMAIL.test(address) && !LONE_SURROGATE.test(address)),
    ),
  }),
  toDecorator({
    name: "length",
    max: EMAIL_MAX_LENGTH,
    unit: "characters",
    holds: ifText((address) => hasAtMost(EMAIL_MAX_LENGTH, address)),
  }),
];

/** Checks prefix and character set only: the length is known from masked samples only. */
const CONTACT_ID = /^c-[A-Za-z0-9]{1,64}$/;

/** OpenAPI keywords of a contact id. */
export const CONTACT_ID_SCHEMA = { pattern: CONTACT_ID.source };

export const contactIdRules = (): PropertyDecorator[] => [
  toDecorator({
    name: "format",
    expected: EXPECTED.contactId,
    holds: ifText((id) => CONTACT_ID.test(id)),
  }),
];

const PRINTABLE = /^[ -~]*$/;

/** A condition as in an `If-Match` header: printable ASCII, so that it can be one. */
export const conditionRules = (maxLength: number): PropertyDecorator[] => [
  toDecorator({
    name: "length",
    min: 1,
    max: maxLength,
    holds: ifText((text) => text.length <= maxLength),
  }),
  toDecorator({
    name: "format",
    holds: ifText((text) => PRINTABLE.test(text.slice(0, maxLength))),
  }),
];

/** Account ids have 16 digits in samples, and 8 in older accounts. */
const TARGET_ID = /^(?:(?:rd|r|fd)-[A-Za-z0-9]{1,64}|[0-9]{1,20})$/;

/** OpenAPI keywords of a target id. */
export const TARGET_ID_SCHEMA = { pattern: TARGET_ID.source };

export const targetIdRules = (): PropertyDecorator[] => [
  toDecorator({
    name: "format",
    expected: EXPECTED.targetId,
    holds: ifText((id) => TARGET_ID.test(id)),
  }),
];

/** Rules for each item of a list of targets; a violation names the index. */
export const targetIdItemRules = (): PropertyDecorator[] => [
  toDecorator(
    {
      name: "format",
      expected: EXPECTED.targetId,
      holds: (id) => isText(id) && TARGET_ID.test(id),
    },
    { each: true },
  ),
];

export const listLengthRules = (
  min: number,
  max: number,
): PropertyDecorator[] => [
  toDecorator({
    name: "length",
    min,
    max,
    unit: "items",
    holds: (list) =>
      !Array.isArray(list) || (list.length >= min && list.length <= max),
  }),
];

export const uniqueRules = (): PropertyDecorator[] => [
  toDecorator({
    name: "unique",
    holds: (list) => !Array.isArray(list) || new Set(list).size === list.length,
  }),
];

export const textRules = (): PropertyDecorator[] => [
  toDecorator({ name: "type", expected: EXPECTED.string, holds: isText }),
  toDecorator({ name: "required", holds: (value) => value !== "" }),
];

export const listRules = (): PropertyDecorator[] => [
  toDecorator({ name: "type", expected: EXPECTED.list, holds: Array.isArray }),
];

/** Length of a text in code points. */
export const textLengthRules = (
  min: number,
  max: number,
): PropertyDecorator[] => [
  toDecorator({
    name: "length",
    min,
    max,
    unit: "characters",
    holds: ifText((text) => hasAtMost(max, text)),
  }),
];

export const objectRules = (): PropertyDecorator[] => [
  toDecorator({
    name: "type",
    expected: EXPECTED.object,
    holds: (value) => typeof value === "object" && !Array.isArray(value),
  }),
];

export const booleanRules = (): PropertyDecorator[] => [
  toDecorator({
    name: "type",
    expected: EXPECTED.boolean,
    holds: (value) => typeof value === "boolean",
  }),
];

export const integerRules = (min: number, max: number): PropertyDecorator[] => [
  toDecorator({
    name: "type",
    expected: EXPECTED.integer,
    holds: Number.isSafeInteger,
  }),
  toDecorator({
    name: "range",
    min,
    max,
    holds: (value) =>
      !Number.isSafeInteger(value) ||
      ((value as number) >= min && (value as number) <= max),
  }),
];

export const oneOfRules = (
  allowed: readonly string[],
  each: boolean,
): PropertyDecorator[] => [
  toDecorator(
    {
      name: "one-of",
      // In the order of the GraphQL schema, so that both APIs list the same.
      allowed: [...allowed].sort(),
      holds: (value) => allowed.includes(value as string),
    },
    { each },
  ),
];

/** At least one of the named properties must be present. The violation names no field. */
export const anyOfRules = (names: readonly string[]): PropertyDecorator[] => [
  ValidateBy(
    {
      name: "any-of",
      validator: {
        validate: (_value, args): boolean =>
          names.some(
            (name) =>
              (args?.object as Record<string, unknown>)[name] !== undefined,
          ),
      },
    },
    { context: { isWholeInput: true, allowed: names } satisfies RuleContext },
  ),
];
