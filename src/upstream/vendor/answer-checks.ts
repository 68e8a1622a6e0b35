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
  getResourceDirectory: ({ ResourceDirectory: directory }) =>
    isObject(directory) &&
    matches(directory["ResourceDirectoryId"], DIRECTORY_ID) &&
    matches(directory["RootFolderId"], ROOT_ID) &&
    matches(directory["MasterAccountId"], ACCOUNT_ID),
  listAccounts: ({ Accounts: accounts, TotalCount: total, NextToken: token }) =>
    (isAbsent(total) || isCount(total)) &&
    isTextOrAbsent(token) &&
    isWrappedList(accounts, "Account", isAccount),
  listFoldersForParent: ({ Folders: folders, TotalCount: total }) =>
    isCount(total) && isWrappedList(folders, "Folder", isChildFolder),
  getFolder: ({ Folder: folder }, { FolderId: wanted }) =>
    isObject(folder) &&
    folder["FolderId"] === wanted &&
    isTextOrAbsent(folder["FolderName"]) &&
    isTextOrAbsent(folder["ParentFolderId"]) &&
    (isAbsent(folder["ResourceDirectoryPath"]) ||
      isFolderPath(folder["ResourceDirectoryPath"])),
};

/** Forms of ids. The lengths are documented for folders only, so any length is accepted. */
const DIRECTORY_ID = /^rd-[A-Za-z0-9]{1,64}$/;
const ROOT_ID = /^r-[A-Za-z0-9]{1,64}$/;
const FOLDER_ID = /^fd-[A-Za-z0-9]{1,64}$/;
const ACCOUNT_ID = /^\d{1,20}$/;

/**
 * Maximum number of folders between the root folder and an account. The vendor documents
 * 5; a path of more than 10 is taken for an error.
 */
export const MAX_FOLDER_LEVELS = 10;

function matches(value: unknown, form: RegExp): boolean {
  return typeof value === "string" && form.test(value);
}

/** `rd-…/r-…` with distinct folders below, up to `MAX_FOLDER_LEVELS`. */
function isFolderPath(value: unknown): boolean {
  if (typeof value !== "string") return false;
  const [directory, root, ...folders] = value.split("/");
  return (
    matches(directory, DIRECTORY_ID) &&
    matches(root, ROOT_ID) &&
    folders.length <= MAX_FOLDER_LEVELS &&
    folders.every((folder) => FOLDER_ID.test(folder)) &&
    new Set(folders).size === folders.length
  );
}

function isAccount(value: unknown): boolean {
  return (
    isObject(value) &&
    matches(value["AccountId"], ACCOUNT_ID) &&
    isAccountPath(value) &&
    isTextOrAbsent(value["DisplayName"]) &&
    isTextOrAbsent(value["Status"]) &&
    isWrappedList(value["Tags"], "Tag", isTag)
  );
}

/**
 * The path decides which bindings reach the account, so it must fit the other members. The
 * management account has no path.
 */
function isAccountPath({
  AccountId: id,
  FolderId: folderId,
  ResourceDirectoryPath: path,
}: JsonObject): boolean {
  if (isAbsent(path)) return true;
  if (typeof path !== "string") return false;
  const end = path.lastIndexOf("/");
  const folders = path.slice(0, end);
  return (
    path.slice(end + 1) === id &&
    isFolderPath(folders) &&
    (isAbsent(folderId) || folders.split("/").at(-1) === folderId)
  );
}

function isTag(value: unknown): boolean {
  return (
    isObject(value) &&
    typeof value["Key"] === "string" &&
    isTextOrAbsent(value["Value"])
  );
}

function isChildFolder(value: unknown): boolean {
  return (
    isObject(value) &&
    matches(value["FolderId"], FOLDER_ID) &&
    isTextOrAbsent(value["FolderName"])
  );
}

/** A list inside an object. The form of an empty one is not documented. */
function isWrappedList(
  value: unknown,
  name: string,
  check: (one: unknown) => boolean,
): boolean {
  return (
    isAbsent(value) || (isObject(value) && isListOrAbsent(value[name], check))
  );
}

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
