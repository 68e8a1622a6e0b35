import { missingParameter, rpcError } from "../wire/rpc-errors.js";
import type { RpcParams } from "../wire/rpc-params.js";
import type { EmulatorSettings } from "../settings.js";

/** Valid titles (documented). */
export const TITLES: readonly string[] = [
  "FinanceDirector",
  "TechnicalDirector",
  "MaintenanceDirector",
  "CEO",
  "ProjectDirector",
  "Other",
];

/** Valid message types (documented). */
export const MESSAGE_TYPES: readonly string[] = [
  "ServiceMessage",
  "FaultMessage",
  "AccountExpenses",
  "SecurityMessage",
  "ActivityMessage",
  "ProductMessage",
];

/** Letters or Chinese characters (documented). The range of Chinese characters is inferred. */
const NAME_CHARACTERS = /^[A-Za-z\u4E00-\u9FA5]+$/;
/** Name lengths (documented). */
const NAME_MIN_LENGTH = 2;
const NAME_MAX_LENGTH = 12;

/** Prefix and character set are observed. The maximum length is a safety limit. */
const CONTACT_ID = /^c-[A-Za-z0-9]{1,64}$/;
/** Account ids have 16 digits in samples and 8 in older accounts. The accepted range is a guess. */
const TARGET_ID = /^(?:(?:rd|r|fd)-[A-Za-z0-9]{1,64}|\d{1,20})$/;

/** `<country code>-<number>` (documented). The numbers of digits are inferred. */
const PHONE = /^(\d{1,4})-\d{5,15}$/;

/** Valid e-mail address of the HTML standard. Backtracking is bounded per label. */
const HTML_EMAIL =
  /^[a-zA-Z0-9.!#$%&'*+/=?^_`{|}~-]+@[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?(?:\.[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?)*$/;
/** Mailbox of RFC 5321 and RFC 6531, simplified: any atom, quoted string or address literal. */
const ANY_EMAIL =
  /^(?:[^\s()<>[\]:;@\\,"]+|"(?:[^"\\]|\\.)*")@(?:[^\s()<>[\]:;@\\,"]+|\[[^\s[\]\\]+\])$/;
const CONTROL_CHARACTER = /[\p{Cc}\p{Cs}]/u;
/** Maximum length of the local part (RFC 5321, 4.5.3.1.1). */
const LOCAL_PART_MAX_LENGTH = 64;

/**
 * Reads and validates the parameter ContactId.
 *
 * @throws {RpcError} MissingParameter.ContactId, InvalidParameter.ContactId
 */
export function readContactId(params: RpcParams): string {
  const contactId = params.text("ContactId");
  if (contactId === undefined) throw missingParameter("ContactId");
  return checkContactId(contactId);
}

export function checkContactId(contactId: string): string {
  if (!CONTACT_ID.test(contactId)) throw rpcError("InvalidParameter.ContactId");
  return contactId;
}

export function isTargetId(text: string): boolean {
  return TARGET_ID.test(text);
}

/** @throws {RpcError} InvalidParameter.Name (checked first), InvalidParameter.Name.Length */
export function checkName(name: string): string {
  if (!NAME_CHARACTERS.test(name)) throw rpcError("InvalidParameter.Name");
  if (name.length < NAME_MIN_LENGTH || name.length > NAME_MAX_LENGTH) {
    throw rpcError("InvalidParameter.Name.Length");
  }
  return name;
}

/** @throws {RpcError} InvalidParameter.EmailAddress.Length, InvalidParameter.EmailAddress */
export function checkEmailAddress(
  address: string,
  settings: EmulatorSettings,
): string {
  // Check the length first, so that the pattern never runs on a long string.
  if (address.length > settings.emailMaxLength) {
    throw rpcError("InvalidParameter.EmailAddress.Length");
  }
  if (!isEmailAddress(address, settings.emailForm)) {
    throw rpcError("InvalidParameter.EmailAddress");
  }
  return address;
}

/** Like `checkEmailAddress`, for operations without an error code for the length. */
export function checkExistingEmailAddress(
  address: string,
  settings: EmulatorSettings,
): string {
  if (
    address.length > settings.emailMaxLength ||
    !isEmailAddress(address, settings.emailForm)
  ) {
    throw rpcError("InvalidParameter.EmailAddress");
  }
  return address;
}

/** @throws {RpcError} InvalidParameter.PhoneNumber, InvalidParameter.MobileCountryCode */
export function checkPhoneNumber(
  number: string,
  settings: EmulatorSettings,
): string {
  const countryCode = PHONE.exec(number)?.[1];
  if (countryCode === undefined) {
    throw rpcError("InvalidParameter.PhoneNumber");
  }
  if (!settings.phoneCountryCodes.includes(countryCode)) {
    throw rpcError("InvalidParameter.MobileCountryCode");
  }
  return number;
}

export function checkTitle(title: string): string {
  if (!TITLES.includes(title)) throw rpcError("InvalidParameter.Title");
  return title;
}

/** Removes duplicate types. Whether the vendor rejects duplicates is not documented. */
export function checkMessageTypes(types: readonly string[]): string[] {
  if (!types.every((type) => MESSAGE_TYPES.includes(type))) {
    throw rpcError("InvalidParameter.MessageTypes");
  }
  return [...new Set(types)];
}

/**
 * Reads and validates the parameter Members. A missing list fails with
 * InvalidParameter.Members, because the vendor lists no code for it (inferred).
 */
export function readMembers(
  params: RpcParams,
  settings: EmulatorSettings,
): string[] {
  const members = params.list("Members");
  if (!members?.every(isTargetId)) throw rpcError("InvalidParameter.Members");
  if (members.length > settings.targetsPerCall) {
    throw rpcError(settings.membersPerCallCode);
  }
  if (new Set(members).size < members.length) {
    throw rpcError("InvalidParameter.Members.Duplicate");
  }
  return members;
}

function isEmailAddress(
  address: string,
  form: EmulatorSettings["emailForm"],
): boolean {
  if (form === "any") return isAnyEmailAddress(address);
  if (!HTML_EMAIL.test(address)) return false;
  if (form === "html") return true;
  const at = address.indexOf("@");
  return at <= LOCAL_PART_MAX_LENGTH && address.includes(".", at);
}

function isAnyEmailAddress(address: string): boolean {
  if (!ANY_EMAIL.test(address) || CONTROL_CHARACTER.test(address)) return false;
  if (address.endsWith("]")) return true;
  const labels = address.slice(address.lastIndexOf("@") + 1).split(".");
  return labels.every((label) => label.length >= 1 && label.length <= 63);
}
