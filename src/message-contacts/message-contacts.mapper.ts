import type {
  VendorBindingChange,
  VendorContact,
  VendorParams,
  VendorAnswer,
} from "../upstream/vendor/vendor-types.js";
import { reportIn, type DeletionReport } from "./deletions/deletion-report.js";
import {
  BindingTargetKind,
  ContactStatus,
  ContactTitle,
  DeletionState,
  MessageType,
  VerificationChannel,
} from "./shapes/enums.js";
import type {
  AddMessageContactInput,
  CancelMessageContactUpdateInput,
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
import { canonicalPhone } from "./shapes/rules.js";

/** `TECHNICAL_DIRECTOR` to `TechnicalDirector`; the vendor writes CEO as it is. */
const toVendorWord = (word: string): string =>
  word === "CEO"
    ? word
    : word
        .split("_")
        .map((part) => part.charAt(0) + part.slice(1).toLowerCase())
        .join("");

/** Tables in both directions, made once from the enum. */
function wordTables<E extends string>(
  values: Readonly<Record<string, E>>,
): { toVendor: Record<E, string>; fromVendor: Map<string, E> } {
  const words = Object.values(values).filter((one) => one !== "UNRECOGNISED");
  return {
    toVendor: Object.fromEntries(
      words.map((one) => [one, toVendorWord(one)]),
    ) as Record<E, string>,
    fromVendor: new Map(words.map((one) => [toVendorWord(one), one])),
  };
}

const TITLES = wordTables(ContactTitle);
const MESSAGE_TYPES = wordTables(MessageType);
const STATUSES = wordTables(ContactStatus);

const toVendorPhone = (phone: string | undefined): string | undefined =>
  phone === undefined ? undefined : (canonicalPhone(phone) ?? phone);

export function toAddParams(
  input: AddMessageContactInput,
): VendorParams["addMessageContact"] {
  return {
    Name: input.name,
    EmailAddress: input.emailAddress,
    PhoneNumber: toVendorPhone(input.phoneNumber),
    Title: TITLES.toVendor[input.title],
    MessageTypes: input.messageTypes.map((one) => MESSAGE_TYPES.toVendor[one]),
  };
}

export function toUpdateParams(
  input: UpdateMessageContactInput,
): VendorParams["updateMessageContact"] {
  return {
    ContactId: input.contactId,
    Name: input.name,
    EmailAddress: input.emailAddress,
    PhoneNumber: toVendorPhone(input.phoneNumber),
    Title: input.title === undefined ? undefined : TITLES.toVendor[input.title],
    MessageTypes: input.messageTypes?.map((one) => MESSAGE_TYPES.toVendor[one]),
  };
}

export function toCancelParams(
  input: CancelMessageContactUpdateInput,
): VendorParams["cancelMessageContactUpdate"] {
  return {
    ContactId: input.contactId,
    EmailAddress: input.emailAddress,
    PhoneNumber: toVendorPhone(input.phoneNumber),
  };
}

export function toPhoneParams(input: {
  contactId: string;
  phoneNumber: string;
}): VendorParams["sendPhoneVerificationForMessageContact"] {
  return {
    ContactId: input.contactId,
    PhoneNumber: canonicalPhone(input.phoneNumber) ?? input.phoneNumber,
  };
}

/** Longest date that is passed on; the documented form has 19 characters. */
const MAX_DATE_LENGTH = 40;

/** Printable ASCII: any notation of a date, and no control character. */
const PRINTABLE = /^[ -~]+$/;

/**
 * The vendor's `2023-03-27 17:19:21` as `2023-03-27T17:19:21`. Another printable
 * notation stays as it is; anything that cannot be a date is null.
 */
export function toLocalDateTime(text: unknown): string | null {
  if (
    typeof text !== "string" ||
    text.length > MAX_DATE_LENGTH ||
    !PRINTABLE.test(text)
  ) {
    return null;
  }
  return text.length === 19 && text.charAt(10) === " "
    ? `${text.slice(0, 10)}T${text.slice(11)}`
    : text;
}

/** An empty text and an absent member both mean "none" (not documented which). */
const textOrNull = (text: string | null | undefined): string | null =>
  text === undefined || text === "" ? null : text;

export function toMessageContact(contact: VendorContact): MessageContact {
  const types = contact.MessageTypes ?? [];
  const title = textOrNull(contact.Title);
  const status = contact.Status ?? "";
  return {
    id: contact.ContactId,
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

const toMessageType = (word: string): MessageType =>
  MESSAGE_TYPES.fromVendor.get(word) ?? MessageType.UNRECOGNISED;

function toBinding(targetId: string): Binding {
  return { targetId, kind: toKind(targetId) };
}

function toKind(targetId: string): BindingTargetKind {
  if (targetId.startsWith("rd-")) return BindingTargetKind.RESOURCE_DIRECTORY;
  return targetId.startsWith("fd-") || targetId.startsWith("r-")
    ? BindingTargetKind.FOLDER
    : BindingTargetKind.MEMBER_ACCOUNT;
}

/** Where a page stands among all matches. */
function pageOf(
  answer: { TotalCount: number },
  wanted: { PageNumber: number; PageSize: number },
): Omit<MessageContactPage, "items"> {
  const { PageNumber: pageNumber, PageSize: pageSize } = wanted;
  return {
    totalCount: answer.TotalCount,
    pageNumber,
    pageSize,
    hasNextPage: pageNumber * pageSize < answer.TotalCount,
  };
}

export function toMessageContactPage(
  answer: VendorAnswer<"listMessageContacts">,
  wanted: VendorParams["listMessageContacts"],
): MessageContactPage {
  return {
    ...pageOf(answer, wanted),
    items: (answer.Contacts ?? []).map(toMessageContact),
  };
}

export function toPendingVerificationPage(
  answer: VendorAnswer<"listMessageContactVerifications">,
  wanted: VendorParams["listMessageContactVerifications"],
): PendingVerificationPage {
  return {
    ...pageOf(answer, wanted),
    items: (answer.ContactVerifications ?? []).map(toPendingVerification),
  };
}

/** The vendor sends no channel: an address has an @ sign, a number has none. */
function toPendingVerification(one: {
  ContactId: string;
  Target: string;
}): PendingVerification {
  return {
    contactId: one.ContactId,
    channel: one.Target.includes("@")
      ? VerificationChannel.EMAIL
      : VerificationChannel.PHONE,
    target: one.Target,
  };
}

/** What the vendor says of a deletion; any other word than its two is no progress. */
export function toDeletionReport(
  answer: VendorAnswer<"getMessageContactDeletionStatus">,
  contactId: string,
): DeletionReport {
  const { Status: status, FailReasonList: reasons } =
    answer.ContactDeletionStatus;
  const stateRaw = textOrNull(status);
  if (status === "Failed") {
    return {
      ...reportIn(DeletionState.FAILED, contactId),
      stateRaw,
      failures: (reasons ?? []).map((reason) => ({
        accountId: reason.AccountId,
        messageTypes: (reason.MessageTypes ?? []).map(toMessageType),
        messageTypesRaw: reason.MessageTypes ?? [],
      })),
    };
  }
  const state =
    status === "Deleting" ? DeletionState.IN_PROGRESS : DeletionState.UNKNOWN;
  return { ...reportIn(state, contactId), stateRaw };
}

export function toBindingChange(change: VendorBindingChange): BindingChange {
  return {
    contactId: change.ContactId,
    targetId: change.MemberId,
    kind: toKind(change.MemberId),
    changedAt: toLocalDateTime(change.ModifyDate),
  };
}
