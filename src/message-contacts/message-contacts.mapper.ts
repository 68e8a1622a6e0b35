import type {
  VendorBindingChange,
  VendorContact,
  VendorParams,
  VendorAnswer,
} from "../upstream/vendor/vendor-types.js";
import type { RuleSettings } from "../validation/check-input.js";
import {
  BindingTargetKind,
  ContactStatus,
  ContactTitle,
  MessageType,
  VerificationChannel,
} from "./shapes/enums.js";
import type {
  AddMessageContactInput,
  CancelMessageContactUpdateInput,
  SendPhoneVerificationForMessageContactInput,
  UpdateMessageContactInput,
} from "./shapes/inputs.js";
import type {
  Binding,
  MessageContact,
  MessageContactPage,
  PendingVerification,
  PendingVerificationPage,
} from "./shapes/message-contact.js";
import type { BindingChange } from "./shapes/payloads.js";
import { canonicalPhone } from "./shapes/rules/phone-rules.js";
import { LOCAL_DATE_TIME } from "./shapes/scalars.js";

/** `TECHNICAL_DIRECTOR` to `TechnicalDirector`; `CEO` is the same in both spellings. */
const toVendorValue = (value: string): string =>
  value === "CEO"
    ? value
    : value
        .split("_")
        .map((part) => part.charAt(0) + part.slice(1).toLowerCase())
        .join("");

/** Translation tables in both directions, derived from the enum. */
function enumTables<E extends string>(
  values: Readonly<Record<string, E>>,
): { toVendor: Record<E, string>; fromVendor: Map<string, E> } {
  const known = Object.values(values).filter(
    (value) => value !== "UNRECOGNISED",
  );
  return {
    toVendor: Object.fromEntries(
      known.map((value) => [value, toVendorValue(value)]),
    ) as Record<E, string>,
    fromVendor: new Map(known.map((value) => [toVendorValue(value), value])),
  };
}

const TITLES = enumTables(ContactTitle);
const MESSAGE_TYPES = enumTables(MessageType);
const STATUSES = enumTables(ContactStatus);

const toVendorPhone = (
  phone: string | undefined,
  { PHONE_COUNTRY_CODES }: RuleSettings,
): string | undefined =>
  phone === undefined
    ? undefined
    : (canonicalPhone(phone, PHONE_COUNTRY_CODES) ?? phone);

export function toAddParams(
  input: AddMessageContactInput,
  settings: RuleSettings,
): VendorParams["addMessageContact"] {
  return {
    Name: input.name,
    EmailAddress: input.emailAddress,
    PhoneNumber: toVendorPhone(input.phoneNumber, settings),
    Title: TITLES.toVendor[input.title],
    MessageTypes: input.messageTypes.map(
      (type) => MESSAGE_TYPES.toVendor[type],
    ),
  };
}

export function toUpdateParams(
  input: UpdateMessageContactInput,
  settings: RuleSettings,
): VendorParams["updateMessageContact"] {
  return {
    ContactId: input.contactId,
    Name: input.name,
    EmailAddress: input.emailAddress,
    PhoneNumber: toVendorPhone(input.phoneNumber, settings),
    Title: input.title === undefined ? undefined : TITLES.toVendor[input.title],
    MessageTypes: input.messageTypes?.map(
      (type) => MESSAGE_TYPES.toVendor[type],
    ),
  };
}

export function toCancelParams(
  input: CancelMessageContactUpdateInput,
  settings: RuleSettings,
): VendorParams["cancelMessageContactUpdate"] {
  return {
    ContactId: input.contactId,
    EmailAddress: input.emailAddress,
    PhoneNumber: toVendorPhone(input.phoneNumber, settings),
  };
}

export function toPhoneParams(
  { contactId, phoneNumber }: SendPhoneVerificationForMessageContactInput,
  { PHONE_COUNTRY_CODES }: RuleSettings,
): VendorParams["sendPhoneVerificationForMessageContact"] {
  return {
    ContactId: contactId,
    PhoneNumber:
      canonicalPhone(phoneNumber, PHONE_COUNTRY_CODES) ?? phoneNumber,
  };
}

/**
 * Converts the vendor's `2023-03-27 17:19:21` to `2023-03-27T17:19:21`. Returns null for
 * anything else: a client could not read it as a date without a time zone.
 */
export function toLocalDateTime(text: unknown): string | null {
  if (typeof text !== "string") return null;
  const date = text.replace(" ", "T");
  return LOCAL_DATE_TIME.test(date) ? date : null;
}

/** The vendor may send an empty text or omit the member (not documented which). */
export const textOrNull = (text: string | null | undefined): string | null =>
  text === undefined || text === "" ? null : text;

/** @param etag version of the contact */
export function toMessageContact(
  contact: VendorContact,
  etag: string,
): MessageContact {
  const types = contact.MessageTypes ?? [];
  const title = textOrNull(contact.Title);
  const status = contact.Status ?? "";
  return {
    id: contact.ContactId,
    etag,
    name: contact.Name ?? "",
    emailAddress: textOrNull(contact.EmailAddress),
    phoneNumber: textOrNull(contact.PhoneNumber),
    title:
      title === null
        ? null
        : (TITLES.fromVendor.get(title) ?? ContactTitle.UNRECOGNISED),
    titleRaw: title,
    messageTypes: types.map(toMessageType),
    messageTypesRaw: types,
    status: STATUSES.fromVendor.get(status) ?? ContactStatus.UNRECOGNISED,
    statusRaw: status,
    createdAt: toLocalDateTime(contact.CreateDate),
    associatedAt: toLocalDateTime(contact.AssociatedDate),
    bindings: (contact.Members ?? []).map(toBinding),
  };
}

export const toMessageType = (type: string): MessageType =>
  MESSAGE_TYPES.fromVendor.get(type) ?? MessageType.UNRECOGNISED;

function toBinding(targetId: string): Binding {
  return { targetId, kind: toTargetKind(targetId) };
}

/** Kind of the target with an id. */
export function toTargetKind(targetId: string): BindingTargetKind {
  if (targetId.startsWith("rd-")) return BindingTargetKind.RESOURCE_DIRECTORY;
  return targetId.startsWith("fd-") || targetId.startsWith("r-")
    ? BindingTargetKind.FOLDER
    : BindingTargetKind.MEMBER_ACCOUNT;
}

/** Page fields other than the items. */
function pageOf(
  answer: { TotalCount: number },
  params: { PageNumber: number; PageSize: number },
): Omit<MessageContactPage, "items"> {
  const { PageNumber: pageNumber, PageSize: pageSize } = params;
  return {
    totalCount: answer.TotalCount,
    pageNumber,
    pageSize,
    hasNextPage: pageNumber * pageSize < answer.TotalCount,
  };
}

export function toMessageContactPage(
  answer: VendorAnswer<"listMessageContacts">,
  params: VendorParams["listMessageContacts"],
  etagOf: (contact: VendorContact) => string,
): MessageContactPage {
  return {
    ...pageOf(answer, params),
    items: (answer.Contacts ?? []).map((contact) =>
      toMessageContact(contact, etagOf(contact)),
    ),
  };
}

export function toPendingVerificationPage(
  answer: VendorAnswer<"listMessageContactVerifications">,
  params: VendorParams["listMessageContactVerifications"],
): PendingVerificationPage {
  return {
    ...pageOf(answer, params),
    items: (answer.ContactVerifications ?? []).map(toPendingVerification),
  };
}

/** The vendor sends no channel: an address has an @ sign, a number has none. */
function toPendingVerification(verification: {
  ContactId: string;
  Target: string;
}): PendingVerification {
  return {
    contactId: verification.ContactId,
    channel: verification.Target.includes("@")
      ? VerificationChannel.EMAIL
      : VerificationChannel.PHONE,
    target: verification.Target,
  };
}

export function toBindingChange(change: VendorBindingChange): BindingChange {
  return {
    contactId: change.ContactId,
    targetId: change.MemberId,
    kind: toTargetKind(change.MemberId),
    changedAt: toLocalDateTime(change.ModifyDate),
  };
}
