import type { Operation } from "../operations.js";

type JsonObject = Readonly<Record<string, unknown>>;

/**
 * Whether a success response has the members that the vendor documents for its
 * operation (API reference, ResourceDirectoryMaster 2022-04-19) and is about the
 * requested contact.
 *
 * An invalid success response counts as ambiguous. A write is then settled by
 * reading back.
 *
 * Text is checked for its type only. Identifiers and enumeration values are used in
 * URLs, headers and store keys, so they must not contain control characters. Dates
 * are not checked: the mapper replaces an invalid date by null.
 */
export function isUsableAnswer(
  operation: Operation,
  answer: JsonObject,
  params: object,
): boolean {
  return CHECKS[operation](answer, params as JsonObject);
}

/** Form of a contact id; inferred from masked samples in the documentation. */
const CONTACT_ID = /^c-[A-Za-z0-9]{1,64}$/;

/** Whether a value has the form of a contact id and is safe in a URL. */
export function isContactId(value: unknown): value is string {
  return typeof value === "string" && CONTACT_ID.test(value);
}

/** Maximum of GraphQL's `Int`. */
const MAX_INT = 2 ** 31 - 1;

type Check = (answer: JsonObject, params: JsonObject) => boolean;

const always: Check = () => true;

const CHECKS: Readonly<Record<Operation, Check>> = {
  addMessageContact: ({ Contact: contact }) =>
    isObject(contact) && isContactId(contact["ContactId"]),
  getMessageContact: ({ Contact: contact }, { ContactId: wanted }) =>
    isContact(contact) && contact["ContactId"] === wanted,
  listMessageContacts: ({ Contacts: contacts, TotalCount: total }, params) =>
    isPageOf(contacts, isContact, total, params),
  updateMessageContact: always,
  cancelMessageContactUpdate: always,
  deleteMessageContact: ({ Status: status }) => isIdentifier(status),
  // Every member is optional in the vendor's SDK (2.3.1). Without `Status` there is
  // no record of a deletion.
  getMessageContactDeletionStatus: (
    { ContactDeletionStatus: deletion },
    { ContactId: wanted },
  ) =>
    isObject(deletion) &&
    (isAbsent(deletion["Status"]) ||
      deletion["Status"] === "" ||
      isIdentifier(deletion["Status"])) &&
    (isAbsent(deletion["ContactId"]) || deletion["ContactId"] === wanted) &&
    isListOrAbsent(deletion["FailReasonList"], isFailReason),
  sendEmailVerificationForMessageContact: always,
  sendPhoneVerificationForMessageContact: always,
  listMessageContactVerifications: (
    { ContactVerifications: pending, TotalCount: total },
    params,
  ) =>
    isPageOf(
      pending,
      (one) =>
        isObject(one) &&
        one["ContactId"] === params["ContactId"] &&
        typeof one["Target"] === "string",
      total,
      params,
    ),
  associateMembers: isChangeList,
  disassociateMembers: isChangeList,
};

function isChangeList(
  { Members: changes }: JsonObject,
  { ContactId: wanted }: JsonObject,
): boolean {
  return isListOf(
    changes,
    (one) =>
      isObject(one) &&
      one["ContactId"] === wanted &&
      isIdentifier(one["MemberId"]),
  );
}

function isContact(value: unknown): value is JsonObject {
  return (
    isObject(value) &&
    isIdentifier(value["ContactId"]) &&
    isTextOrAbsent(value["Name"]) &&
    isTextOrAbsent(value["EmailAddress"]) &&
    isTextOrAbsent(value["PhoneNumber"]) &&
    isTextOrAbsent(value["Title"]) &&
    isTextOrAbsent(value["Status"]) &&
    isListOrAbsent(value["MessageTypes"], isIdentifier) &&
    isListOrAbsent(value["Members"], isIdentifier)
  );
}

function isFailReason(value: unknown): boolean {
  return (
    isObject(value) &&
    isIdentifier(value["AccountId"]) &&
    isListOrAbsent(value["MessageTypes"], isIdentifier)
  );
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** C0 and C1 control characters and DEL. */
const CONTROL = /[\u0000-\u001f\u007f-\u009f]/;

/** An identifier or enumeration value: non-empty text without control characters. */
function isIdentifier(value: unknown): boolean {
  return typeof value === "string" && value !== "" && !CONTROL.test(value);
}

function isAbsent(value: unknown): boolean {
  return value === undefined || value === null;
}

function isTextOrAbsent(value: unknown): boolean {
  return isAbsent(value) || typeof value === "string";
}

function isCount(value: unknown): value is number {
  return (
    Number.isSafeInteger(value) &&
    (value as number) >= 0 &&
    (value as number) <= MAX_INT
  );
}

function isListOf(value: unknown, check: (one: unknown) => boolean): boolean {
  return Array.isArray(value) && value.every(check);
}

/** A page of a list. The vendor may omit an empty list, also beyond the last page. */
function isPageOf(
  value: unknown,
  check: (one: unknown) => boolean,
  total: unknown,
  { PageNumber: pageNumber, PageSize: pageSize }: JsonObject,
): boolean {
  if (!isCount(total)) return false;
  if (!isAbsent(value)) return isListOf(value, check);
  return (Number(pageNumber) - 1) * Number(pageSize) >= total;
}

function isListOrAbsent(
  value: unknown,
  check: (one: unknown) => boolean,
): boolean {
  return isAbsent(value) || isListOf(value, check);
}
