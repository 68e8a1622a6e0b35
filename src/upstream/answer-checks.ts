import type { Operation } from "./operations.js";

type JsonObject = Readonly<Record<string, unknown>>;

/**
 * Whether an answer has the members its operation promises (documented in
 * `api/operations.json`) and speaks of the contact that was asked for.
 *
 * Checked at the edge, because a success that cannot be read is no success: for
 * a write it means that the outcome is unknown.
 */
export function isUsableAnswer(
  operation: Operation,
  answer: JsonObject,
  params: object,
): boolean {
  const wanted: unknown = (params as JsonObject)["ContactId"];
  return CHECKS[operation](answer, wanted);
}

/** Largest number that GraphQL's `Int` can carry. */
const LARGEST_INT = 2 ** 31 - 1;

type Check = (answer: JsonObject, wantedContactId: unknown) => boolean;

const anything: Check = () => true;

const CHECKS: Readonly<Record<Operation, Check>> = {
  addMessageContact: ({ Contact: contact }) =>
    isObject(contact) && isText(contact["ContactId"]),
  getMessageContact: ({ Contact: contact }, wanted) =>
    isContact(contact) && contact["ContactId"] === wanted,
  listMessageContacts: ({ Contacts: contacts, TotalCount: total }) =>
    isCount(total) && isPageOf(contacts, isContact, total),
  updateMessageContact: anything,
  cancelMessageContactUpdate: anything,
  deleteMessageContact: ({ Status: status }) => isText(status),
  getMessageContactDeletionStatus: (
    { ContactDeletionStatus: deletion },
    wanted,
  ) =>
    isObject(deletion) &&
    isText(deletion["Status"]) &&
    isSameOrAbsent(deletion["ContactId"], wanted) &&
    isListOrAbsent(deletion["FailReasonList"], isFailReason),
  sendEmailVerificationForMessageContact: anything,
  sendPhoneVerificationForMessageContact: anything,
  listMessageContactVerifications: (
    { ContactVerifications: pending, TotalCount: total },
    wanted,
  ) =>
    isCount(total) &&
    isPageOf(
      pending,
      (one) =>
        isObject(one) &&
        one["ContactId"] === wanted &&
        typeof one["Target"] === "string",
      total,
    ),
  associateMembers: isChangeList,
  disassociateMembers: isChangeList,
};

function isChangeList(
  { Members: changes }: JsonObject,
  wanted: unknown,
): boolean {
  return isListOf(
    changes,
    (one) =>
      isObject(one) && one["ContactId"] === wanted && isText(one["MemberId"]),
  );
}

function isContact(value: unknown): value is JsonObject {
  return (
    isObject(value) &&
    isText(value["ContactId"]) &&
    isTextOrAbsent(value["Name"]) &&
    isTextOrAbsent(value["EmailAddress"]) &&
    isTextOrAbsent(value["PhoneNumber"]) &&
    isTextOrAbsent(value["Title"]) &&
    isTextOrAbsent(value["Status"]) &&
    isTextOrAbsent(value["CreateDate"]) &&
    isTextOrAbsent(value["AssociatedDate"]) &&
    isListOrAbsent(value["MessageTypes"], isText) &&
    isListOrAbsent(value["Members"], isText)
  );
}

function isFailReason(value: unknown): boolean {
  return (
    isObject(value) &&
    isText(value["AccountId"]) &&
    isListOrAbsent(value["MessageTypes"], isText)
  );
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isText(value: unknown): boolean {
  return typeof value === "string" && value !== "";
}

function isTextOrAbsent(value: unknown): boolean {
  return value === undefined || value === null || typeof value === "string";
}

function isSameOrAbsent(value: unknown, wanted: unknown): boolean {
  return value === undefined || value === wanted;
}

function isCount(value: unknown): boolean {
  return (
    Number.isSafeInteger(value) &&
    (value as number) >= 0 &&
    (value as number) <= LARGEST_INT
  );
}

function isListOf(value: unknown, check: (one: unknown) => boolean): boolean {
  return Array.isArray(value) && value.every(check);
}

/** A list; it may be left out where nothing is in it. */
function isPageOf(
  value: unknown,
  check: (one: unknown) => boolean,
  total: unknown,
): boolean {
  return value == null ? total === 0 : isListOf(value, check);
}

function isListOrAbsent(
  value: unknown,
  check: (one: unknown) => boolean,
): boolean {
  return value === undefined || value === null || isListOf(value, check);
}
