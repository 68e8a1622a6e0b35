import { fromVendorDate, toVendorDate } from "../clock.js";
import {
  CHANNELS,
  type ChannelValue,
  type ContactRecord,
  type Deletion,
} from "./contact-record.js";
import type { SeedContact, SeedPending } from "./seeds.js";

/** Creates a record from a seed. `now` is used for pending targets and deletions without a time. */
export function contactFromSeed(
  seed: SeedContact,
  now: number,
  deletionDelayMs: number,
): ContactRecord {
  const wasVerified = seed.status !== "Verifying";
  const values = [seed.emailAddress, seed.phoneNumber].filter(
    (value) => value !== undefined,
  );
  const pending = (seed.pendingTargets ?? (wasVerified ? [] : values)).map(
    (item) => toPending(item, now),
  );
  const channel = (
    value: string | undefined,
    pattern: RegExp,
  ): ChannelValue => {
    const match = pending.find(({ target }) => pattern.test(target));
    return {
      ...(value === undefined ? {} : { value }),
      isVerified:
        value !== undefined &&
        (seed.verifiedTargets?.includes(value) ??
          (wasVerified || value !== match?.target)),
      ...(match === undefined ? {} : { pending: match }),
    };
  };
  const deletion =
    seed.deletion ??
    (seed.status === "Deleting" ? runningSince(now, deletionDelayMs) : null);
  return {
    contactId: seed.contactId,
    createdAt: fromVendorDate(seed.createDate),
    name: seed.name,
    title: seed.title,
    messageTypes: [...seed.messageTypes],
    status: seed.status,
    email: channel(seed.emailAddress, /@/),
    phone: channel(seed.phoneNumber, /^[^@]+$/),
    bindings: new Map(
      (seed.bindings ?? []).map(({ targetId, associatedDate }) => [
        targetId,
        fromVendorDate(associatedDate),
      ]),
    ),
    ...(deletion === null ? {} : { deletion: { ...deletion } }),
  };
}

/** Creates a seed from a record. The seed has a resolution of one second. */
export function contactToSeed(contact: ContactRecord): SeedContact {
  const { contactId, name, title, messageTypes, status, deletion } = contact;
  const states = CHANNELS.map((channel) => contact[channel]);
  return {
    contactId,
    name,
    emailAddress: contact.email.value ?? "",
    ...(contact.phone.value === undefined
      ? {}
      : { phoneNumber: contact.phone.value }),
    title,
    messageTypes: [...messageTypes],
    status,
    createDate: toVendorDate(contact.createdAt),
    bindings: [...contact.bindings].map(([targetId, boundAt]) => ({
      targetId,
      associatedDate: toVendorDate(boundAt),
    })),
    pendingTargets: states.flatMap(({ pending }) =>
      pending === undefined ? [] : [{ ...pending }],
    ),
    verifiedTargets: states.flatMap(({ value, isVerified }) =>
      value !== undefined && isVerified ? [value] : [],
    ),
    ...(deletion === undefined ? {} : { deletion: { ...deletion } }),
  };
}

function toPending(item: SeedPending, now: number) {
  return typeof item === "string" ? { target: item, openedAt: now } : item;
}

function runningSince(startedAt: number, deletionDelayMs: number): Deletion {
  return {
    status: "Deleting",
    startedAt,
    endsAt: startedAt + deletionDelayMs,
    statusBefore: "Active",
    failures: [],
  };
}
