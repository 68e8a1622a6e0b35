import type { VendorContact, VendorParams } from "../vendor/vendor-types.js";

/** Whether each given value stands on the contact as it is read. */
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

/** Whether a change of this value has arrived: in force, or waiting for its owner. */
export function isCurrentOrPending(
  wanted: string | undefined,
  current: string | undefined,
  pending: readonly string[],
): boolean {
  // A masked value that fits may be the old one: it proves nothing, and an
  // absolute set is harmless to repeat.
  return wanted === undefined || wanted === current || pending.includes(wanted);
}

/** Whether one of the values shown is the wanted one. */
export function includesValue(
  wanted: string,
  shown: readonly string[],
): boolean {
  return shown.some((one) => matchesMasked(wanted, one));
}

/**
 * Whether a read shows this value, also where the vendor masks it: its samples
 * print `86-139****1234`. Stars stand for any characters.
 */
function matchesMasked(
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

/** Zones in which the vendor may write its dates: none is stated (open). */
const ZONES_MS = [8 * 60 * 60 * 1_000, 0];

/** How far the vendor's clock may be off, and how long a write may linger. */
const CLOCK_SLACK_MS = 5_000;
const MAX_WRITE_DURATION_MS = 10 * 60 * 1_000;

/** Whether a zoneless vendor date lies after the moment a write was sent. */
export function isCreatedSince(date: string, sentAtMs: number): boolean {
  const asUtc = Date.parse(`${date.replace(" ", "T")}Z`);
  return ZONES_MS.some((zone) => {
    const age = asUtc - zone - sentAtMs;
    return age >= -CLOCK_SLACK_MS && age <= MAX_WRITE_DURATION_MS;
  });
}
