import { missingParameter, rpcError } from "../wire/rpc-errors.js";
import type { RpcParams } from "../wire/rpc-params.js";
import type { EmulatorSettings } from "../settings.js";

/** Documented values. */
export const TITLES: readonly string[] = [
  "FinanceDirector",
  "TechnicalDirector",
  "MaintenanceDirector",
  "CEO",
  "ProjectDirector",
  "Other",
];

/** Documented values. */
export const MESSAGE_TYPES: readonly string[] = [
  "ServiceMessage",
  "FaultMessage",
  "AccountExpenses",
  "SecurityMessage",
  "ActivityMessage",
  "ProductMessage",
];

/** Letters or Chinese characters (documented); the range of the latter is inferred. */
const NAME_CHARACTERS = /^[A-Za-z\u4E00-\u9FA5]+$/;
/** Documented. */
const NAME_MIN_LENGTH = 2;
const NAME_MAX_LENGTH = 12;

/** Prefix and character set only (observed); the length is a bound against nonsense. */
const CONTACT_ID = /^c-[A-Za-z0-9]{1,64}$/;
/** Account ids: 16 digits in samples, 8 seen in older accounts; the bounds are a guess. */
const TARGET_ID = /^(?:(?:rd|r|fd)-[A-Za-z0-9]{1,64}|\d{1,20})$/;

/** `<country code>-<number>` (documented); the numbers of digits are inferred. */
const PHONE = /^(\d{1,4})-\d{5,15}$/;

/** The HTML standard's valid e-mail address. Each class ends where the next one begins. */
const HTML_EMAIL =
  /^[a-zA-Z0-9.!#$%&'*+/=?^_`{|}~-]+@[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?(?:\.[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?)*$/;
/** A mailbox of RFC 5321 and RFC 6531, read loosely: any atom, quoted text or literal. */
const ANY_EMAIL =
  /^(?:[^\s()<>[\]:;@\\,"]+|"(?:[^"\\]|\\.)*")@(?:[^\s()<>[\]:;@\\,"]+|\[[^\s[\]\\]+\])$/;
const CONTROL_CHARACTER = /[\p{Cc}\p{Cs}]/u;
/** Longest part before the @ that mail can carry. */
const LOCAL_PART_MAX_LENGTH = 64;

/**
 * The id of the contact a call is about.
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

/** @throws {RpcError} InvalidParameter.Name before InvalidParameter.Name.Length */
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
  // The length comes first, so that the pattern never sees a long text.
  if (address.length > settings.emailMaxLength) {
    throw rpcError("InvalidParameter.EmailAddress.Length");
  }
  if (!isEmailAddress(address, settings.emailForm)) {
    throw rpcError("InvalidParameter.EmailAddress");
  }
  return address;
}

/** As `checkEmailAddress`, for operations that list no code for the length. */
export function checkKnownEmailAddress(
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

/** The types without repeats; whether a repeat is refused is not documented. */
export function checkMessageTypes(types: readonly string[]): string[] {
  if (!types.every((type) => MESSAGE_TYPES.includes(type))) {
    throw rpcError("InvalidParameter.MessageTypes");
  }
  return [...new Set(types)];
}

/**
 * The targets of a binding call. An absent list is malformed: no code for a missing one is
 * listed (inferred).
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
