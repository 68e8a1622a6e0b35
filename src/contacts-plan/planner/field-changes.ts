import {
  ContactTitle,
  VerificationChannel,
} from "../../message-contacts/shapes/enums.js";
import type { MessageContact } from "../../message-contacts/shapes/message-contact.js";
import { canonicalPhone } from "../../message-contacts/shapes/rules/phone-rules.js";
import { matchesMasked } from "../../upstream/writes/settlement-evidence.js";
import type { RuleSettings } from "../../validation/check-input.js";
import { PlanField } from "../shapes/enums.js";
import type { DesiredContact } from "./desired-contact.js";

/** A field that a plan sets. Lists have one value for each message type. */
export interface FieldChange {
  readonly field: PlanField;
  /** Empty when the contact has no value. */
  readonly before: readonly string[];
  readonly after: readonly string[];
}

/** Fields of a new contact. */
export function fieldsOf(desired: DesiredContact): FieldChange[] {
  return changes(desired, null, [], { PHONE_COUNTRY_CODES: [] });
}

/**
 * Fields of a contact that differ from the input.
 *
 * @param pending addresses and numbers with a pending verification: a value of the input
 *   that is one of them takes effect when its owner confirms it, so it is no difference
 */
export function fieldChangesOf(
  desired: DesiredContact,
  current: MessageContact,
  pending: readonly string[],
  settings: RuleSettings,
): FieldChange[] {
  return changes(desired, current, pending, settings);
}

/** Channels that these changes leave unverified. */
export function channelsOf(
  changed: readonly FieldChange[],
): VerificationChannel[] {
  return changed.flatMap(({ field }) =>
    field === PlanField.EMAIL_ADDRESS
      ? [VerificationChannel.EMAIL]
      : field === PlanField.PHONE_NUMBER
        ? [VerificationChannel.PHONE]
        : [],
  );
}

function changes(
  desired: DesiredContact,
  current: MessageContact | null,
  pending: readonly string[],
  settings: RuleSettings,
): FieldChange[] {
  const { name, emailAddress, phoneNumber, title, messageTypes } = desired;
  const phoneOf = (phone: string): string =>
    canonicalPhone(phone, settings.PHONE_COUNTRY_CODES) ?? phone;
  const found: FieldChange[] = [];
  const compare = (
    field: PlanField,
    after: readonly string[] | undefined,
    before: readonly string[],
    isEqual: boolean,
  ): void => {
    if (after === undefined || isEqual) return;
    found.push({ field, before, after });
  };
  compare(PlanField.NAME, [name], one(current?.name), current?.name === name);
  compare(
    PlanField.EMAIL_ADDRESS,
    emailAddress === undefined ? undefined : [emailAddress],
    one(current?.emailAddress),
    isHeld(emailAddress, current?.emailAddress, pending, emailOf),
  );
  compare(
    PlanField.PHONE_NUMBER,
    phoneNumber === undefined ? undefined : [phoneNumber],
    one(current?.phoneNumber),
    isHeld(phoneNumber, current?.phoneNumber, pending, phoneOf),
  );
  compare(
    PlanField.TITLE,
    title === undefined ? undefined : [title],
    one(
      current?.title === ContactTitle.UNRECOGNISED
        ? current.titleRaw
        : current?.title,
    ),
    current?.title === title,
  );
  const types = new Set<string>(messageTypes);
  const held = new Set<string>(current?.messageTypes);
  compare(
    PlanField.MESSAGE_TYPES,
    messageTypes === undefined ? undefined : [...types].sort(),
    [...held].sort(),
    types.size === held.size && [...types].every((type) => held.has(type)),
  );
  return found;
}

const one = (value: string | null | undefined): string[] =>
  value === null || value === undefined ? [] : [value];

/** A domain is the same in upper and lower case (RFC 5321, 2.4); the part before is not. */
function emailOf(address: string): string {
  const at = address.lastIndexOf("@");
  return address.slice(0, at) + address.slice(at).toLowerCase();
}

/** Whether a value is in effect or has a pending verification. */
function isHeld(
  wanted: string | undefined,
  current: string | null | undefined,
  pending: readonly string[],
  canonical: (value: string) => string,
): boolean {
  if (wanted === undefined) return true;
  const value = canonical(wanted);
  return (
    matchesMasked(
      value,
      current === null || current === undefined
        ? undefined
        : canonical(current),
    ) || pending.some((target) => matchesMasked(value, canonical(target)))
  );
}
