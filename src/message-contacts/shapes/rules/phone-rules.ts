import { EXPECTED } from "../../../errors/expected-forms.js";
import type { RuleSettings } from "../../../validation/check-input.js";
import { ifText, isText, toDecorator } from "./rule.js";

const VENDOR_PHONE = /^(\d{1,4})-\d{5,15}$/;
const E164_PHONE = /^\+[1-9]\d{5,14}$/;

/**
 * Converts a number in vendor format or E.164 to the vendor's format `86-13900001234`.
 * Returns null for any other format or a country code that is not in the list. If several
 * codes match an E.164 number, the first one in the list is used.
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
  const candidates = countryCodes
    .filter((code) => digits.startsWith(code))
    .map((code) => `${code}-${digits.slice(code.length)}`);
  return candidates.find((number) => VENDOR_PHONE.test(number)) ?? null;
}

/** OpenAPI keywords of a number with one of the country codes, in either format. */
export function phoneSchema({ PHONE_COUNTRY_CODES: codes }: RuleSettings): {
  pattern: string;
} {
  // E.164 numbers have at most 15 digits, and five follow the country code (VENDOR_PHONE).
  const e164 = codes.map((code) => `\\+${code}[0-9]{5,${15 - code.length}}`);
  return {
    pattern: `^(?:(?:${codes.join("|")})-[0-9]{5,15}|${e164.join("|")})$`,
  };
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
  toDecorator({
    name: "format",
    expected: EXPECTED.phoneNumber,
    holds: ifText(hasPhoneForm),
  }),
  toDecorator({
    name: "country-code",
    allowedBy: countryCodesOf,
    holds: (phone, settings) =>
      !isText(phone) ||
      !hasPhoneForm(phone) ||
      canonicalPhone(phone, countryCodesOf(settings)) !== null,
  }),
];
