import type { VendorContact, VendorParams } from "../vendor/vendor-types.js";

/** Whether the contact has each of the given values. */
export function matchesRequest(
  contact: VendorContact,
  wanted: Partial<VendorParams["addMessageContact"]>,
): boolean {
  const { Name, EmailAddress, PhoneNumber, Title, MessageTypes } = wanted;
  return (
    (Name === undefined || contact.Name === Name) &&
    (EmailAddress === undefined ||
      matchesMasked(EmailAddress, contact.EmailAddress)) &&
    (PhoneNumber === undefined ||
      matchesMasked(PhoneNumber, contact.PhoneNumber)) &&
    (Title === undefined || contact.Title === Title) &&
    (MessageTypes === undefined ||
      isSameSet(MessageTypes, contact.MessageTypes ?? []))
  );
}

function isSameSet(left: readonly string[], right: readonly string[]): boolean {
  const a = new Set(left);
  const b = new Set(right);
  return a.size === b.size && [...a].every((one) => b.has(one));
}

/** Whether a new value is in effect or waits for verification. */
export function isCurrentOrPending(
  wanted: string | undefined,
  current: string | undefined,
  pending: readonly string[],
): boolean {
  // A matching masked value may be the old one, so it is no evidence. Resending
  // the same value is harmless.
  return wanted === undefined || wanted === current || pending.includes(wanted);
}

/** Whether one of the values, masked or not, matches. */
export function includesValue(
  wanted: string,
  shown: readonly string[],
): boolean {
  return shown.some((one) => matchesMasked(wanted, one));
}

/**
 * Whether a value from a read matches, also when the vendor masks it. Samples in
 * its documentation contain `86-139****1234`. Asterisks match any characters.
 */
export function matchesMasked(
  wanted: string | undefined,
  shown: string | undefined,
): boolean {
  if (wanted === undefined || shown === undefined) return false;
  if (!shown.includes("*")) return wanted === shown;
  const first = shown.indexOf("*");
  const last = shown.lastIndexOf("*");
  return (
    wanted.startsWith(shown.slice(0, first)) &&
    wanted.endsWith(shown.slice(last + 1)) &&
    wanted.length >= shown.length - (last - first + 1)
  );
}

/** UTC+8 and UTC: the vendor does not document the time zone of its dates. */
const ZONES_MS = [8 * 60 * 60 * 1_000, 0];

/** Tolerated clock error, and maximum delay of a write. Our choice. */
const CLOCK_SLACK_MS = 5_000;
const MAX_WRITE_DURATION_MS = 10 * 60 * 1_000;

/** Whether a vendor date without a time zone lies after the send time of a write. */
export function isCreatedSince(date: string, sentAtMs: number): boolean {
  const asUtc = Date.parse(`${date.replace(" ", "T")}Z`);
  return ZONES_MS.some((zone) => {
    const age = asUtc - zone - sentAtMs;
    return age >= -CLOCK_SLACK_MS && age <= MAX_WRITE_DURATION_MS;
  });
}
