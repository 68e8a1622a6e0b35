import { ValidateBy, type ValidationOptions } from "class-validator";
import type { RuleSettings } from "../../validation/check-input.js";

/** A validation rule. `name`, `min` and `max` appear in the violation. */
interface Rule {
  readonly name: string;
  readonly min?: number;
  readonly max?: number;
  readonly holds: (
    value: unknown,
    settings: RuleSettings | undefined,
  ) => boolean;
}

/**
 * Registers a rule with class-validator. `checkInput` reads its name and bounds from the
 * context of the constraint.
 */
function toDecorator(
  rule: Rule,
  options?: ValidationOptions,
): PropertyDecorator {
  const { name, min, max, holds } = rule;
  return ValidateBy(
    {
      name,
      validator: {
        validate: (value, args): boolean =>
          holds(value, args?.constraints[0] as RuleSettings | undefined),
      },
    },
    {
      ...options,
      context: {
        ...(min === undefined ? {} : { min }),
        ...(max === undefined ? {} : { max }),
      },
    },
  );
}

const isText = (value: unknown): value is string => typeof value === "string";

/** Ignores other types and empty text, so that one fault gives one violation. */
const ifText =
  (holds: (text: string) => boolean) =>
  (value: unknown): boolean =>
    !isText(value) || value === "" || holds(value);

const NAME_LETTERS = /^[A-Za-z\u4E00-\u9FA5]*$/;

/** Letters A-Z, a-z and U+4E00-U+9FA5; 2 to 12 of them (documented; range inferred). */
export const nameRules = (): PropertyDecorator[] => [
  toDecorator({
    name: "letters-only",
    holds: ifText((name) => NAME_LETTERS.test(name)),
  }),
  toDecorator({
    name: "length",
    min: 2,
    max: 12,
    // Counts code points, not UTF-16 units.
    holds: ifText((name) => {
      if (name.length > 24) return false;
      const { length } = [...name];
      return length >= 2 && length <= 12;
    }),
  }),
];

/** Control characters and lone surrogates, which cannot be sent. */
const UNSENDABLE = /[\p{Cc}\p{Cs}]/u;
/** Characters that end an unquoted part of an address (RFC 5321, section 4.1.2). */
const DELIMITER = /[\s()<>[\]:;@\\,"]/;
const QUOTED = /^"(?:[^"\\]|\\.)*"$/;
const LITERAL = /^\[[^\s[\]\\]+\]$/;
const MAX_LABEL_LENGTH = 63;

/**
 * Whether a text can be an e-mail address. Accepts quoted local parts, address literals
 * and internationalized addresses (RFC 6531): the vendor does not document which of
 * them it accepts, so it has the final decision.
 */
function canBeEmail(address: string): boolean {
  const at = address.lastIndexOf("@");
  const local = address.slice(0, Math.max(0, at));
  const domain = address.slice(at + 1);
  return (
    local !== "" &&
    !UNSENDABLE.test(address) &&
    (!DELIMITER.test(local) || QUOTED.test(local)) &&
    (LITERAL.test(domain) || domain.split(".").every(canBeLabel))
  );
}

const canBeLabel = (label: string): boolean =>
  label !== "" && label.length <= MAX_LABEL_LENGTH && !DELIMITER.test(label);

/**
 * Maximum length of an address. The vendor's limit is not documented; 254 is the longest
 * path that SMTP can carry (RFC 5321).
 */
const EMAIL_MAX_LENGTH = 254;

export const emailRules = (): PropertyDecorator[] => [
  toDecorator({
    name: "format",
    holds: ifText(
      (address) => address.length > EMAIL_MAX_LENGTH || canBeEmail(address),
    ),
  }),
  toDecorator({
    name: "length",
    max: EMAIL_MAX_LENGTH,
    holds: ifText((address) => address.length <= EMAIL_MAX_LENGTH),
  }),
];

const VENDOR_PHONE = /^(\d{1,4})-\d{5,15}$/;
const E164_PHONE = /^\+[1-9]\d{5,14}$/;

/**
 * Converts a number in vendor format or E.164 to the vendor's format `86-13900001234`.
 * Returns null for any other format or a country code that is not in the list.
 */
export function canonicalPhone(
  phone: string,
  countryCodes: readonly string[],
): string | null {
  const vendorForm = VENDOR_PHONE.exec(phone);
  if (vendorForm !== null) {
    return countryCodes.includes(vendorForm[1] ?? "") ? phone : null;
  }
  if (!E164_PHONE.test(phone)) return null;
  const digits = phone.slice(1);
  const code = countryCodes.find((known) => digits.startsWith(known));
  if (code === undefined) return null;
  const canonical = `${code}-${digits.slice(code.length)}`;
  return VENDOR_PHONE.test(canonical) ? canonical : null;
}

const hasPhoneForm = (phone: string): boolean =>
  VENDOR_PHONE.test(phone) || E164_PHONE.test(phone);

/** Country codes that the gateway accepts; only 86 is documented by the vendor. */
function countryCodesOf(settings: RuleSettings | undefined): readonly string[] {
  if (settings === undefined) {
    throw new Error("a phone number was checked without PHONE_COUNTRY_CODES");
  }
  return settings.PHONE_COUNTRY_CODES;
}

export const phoneRules = (): PropertyDecorator[] => [
  toDecorator({ name: "format", holds: ifText(hasPhoneForm) }),
  toDecorator({
    name: "country-code",
    holds: (phone, settings) =>
      !isText(phone) ||
      !hasPhoneForm(phone) ||
      canonicalPhone(phone, countryCodesOf(settings)) !== null,
  }),
];

/** Checks prefix and character set only: the length is known from masked samples only. */
const CONTACT_ID = /^c-[A-Za-z0-9]{1,64}$/;

export const contactIdRules = (): PropertyDecorator[] => [
  toDecorator({ name: "format", holds: ifText((id) => CONTACT_ID.test(id)) }),
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
const TARGET_ID = /^(?:(?:rd|r|fd)-[A-Za-z0-9]{1,64}|\d{1,20})$/;

export const targetIdRules = (): PropertyDecorator[] => [
  toDecorator({ name: "format", holds: ifText((id) => TARGET_ID.test(id)) }),
];

/** Rules for each item of a list of targets; a violation names the index. */
export const targetIdItemRules = (): PropertyDecorator[] => [
  toDecorator(
    {
      name: "format",
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
  toDecorator({ name: "type", holds: isText }),
  toDecorator({ name: "required", holds: (value) => value !== "" }),
];

export const listRules = (): PropertyDecorator[] => [
  toDecorator({ name: "type", holds: Array.isArray }),
];

export const booleanRules = (): PropertyDecorator[] => [
  toDecorator({ name: "type", holds: (value) => typeof value === "boolean" }),
];

export const integerRules = (min: number, max: number): PropertyDecorator[] => [
  toDecorator({ name: "type", holds: Number.isSafeInteger }),
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
    { name: "one-of", holds: (value) => allowed.includes(value as string) },
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
    { context: { whole: true, anyOf: names } },
  ),
];
