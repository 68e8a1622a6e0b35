import type { z } from "zod";
import { DIRECTORY_SETTINGS } from "./accounts/directory-settings.js";
import { objectOf, parse } from "./schema.js";
import {
  choice,
  count,
  countOrNull,
  flag,
  text,
  texts,
  type Setting,
} from "./setting-types.js";

/**
 * Behaviour that the vendor does not document, plus quotas and delays. A description with
 * `Open:` marks a default that is a guess; recorded responses of the vendor would settle it.
 */
const SETTINGS = {
  timestampWindowMs: count(
    15 * 60_000,
    "Maximum difference between a request's timestamp and the clock, in either direction. Documented: 15 minutes in error tables, 31 minutes on signature pages.",
  ),
  timestampClock: choice(
    ["emulator", "source"],
    "Clock used to check timestamps and for the Date header. With source, the offset of the emulator's clock is ignored, so that advancing it does not invalidate the timestamps of callers.",
  ),
  hostId: text(
    "resourcedirectory.aliyuncs.com",
    "HostId in error responses. Documented: the host of the endpoint.",
  ),
  defaultFormat: choice(
    ["XML", "JSON"],
    "Response format for a signature version 1 call without Format. Documented: XML.",
  ),
  unknownActionCode: choice(
    ["InvalidAction.NotFound", "InvalidApi.NotFound"],
    "Error code for an unknown action. Both are documented; the second is the older one.",
  ),
  disabledKeyCode: choice(
    ["InvalidAccessKeyId.Inactive", "Forbidden.AccessKeyDisabled"],
    "Error code for an inactive access key. Both are documented, the first with a message.",
  ),
  signatureMismatchCode: choice(
    ["SignatureDoesNotMatch", "IncompleteSignature"],
    "Error code for a wrong signature. Documented: newer gateways also use the second code.",
  ),
  requireHttps: flag(
    false,
    "When true, a request whose x-forwarded-proto header is not https fails with InvalidProtocol.NeedSsl. The vendor accepts HTTPS only.",
  ),
  gatewayParameterCheck: flag(
    true,
    "When true, a missing parameter that the metadata marks as required fails with Missing<Name> (API gateway) and not with MissingParameter.<Name> (service). Open: which of the two checks runs first.",
  ),
  permissionDeniedCode: choice(
    ["NoPermission", "Forbidden.RAM", "Forbidden"],
    "Error code when the key is not allowed to call the action. Inferred from sibling products.",
  ),
  callsPerSecond: countOrNull(
    null,
    "Maximum number of calls per key and action per second; further calls fail with throttlingCode. null means no limit. The vendor publishes no rate.",
  ),
  throttlingCode: choice(
    ["Throttling.User", "Throttling.Api", "Throttling"],
    "Error code for calls that exceed callsPerSecond. All three are documented.",
  ),
  resourceDirectoryEnabled: flag(
    true,
    "When false, every action fails with EntityNotExists.ResourceDirectory, and GetResourceDirectory with ResourceDirectoryNotInUse. Documented for the directory reads; inferred for the others.",
  ),

  contactsPerDirectory: count(
    20,
    "Maximum number of contacts; exceeding it fails with LimitExceeded.Contacts. Documented.",
  ),
  targetsPerContact: count(
    10,
    "Maximum number of targets per contact; exceeding it fails with LimitExceeded.ContactMembers. Documented.",
  ),
  targetsPerCall: count(
    5,
    "Maximum number of Members in one call. Documented.",
  ),
  membersPerCallCode: choice(
    ["InvalidParameter.Members.Length", "QuotaExceeded.Members"],
    "Error code for too many Members in one call. Open: the vendor lists both codes, with the same message, for DisassociateMembers and neither for AssociateMembers.",
  ),
  verificationEmailsPerDay: count(
    100,
    "Maximum number of verification e-mails per calendar day. The number is documented; that days are counted in UTC+8 is inferred.",
  ),
  verificationPhonesPerDay: count(
    100,
    "Maximum number of verification text messages per calendar day. Inferred from sibling operations that send codes.",
  ),
  messagesPerTargetPerMinute: count(
    10,
    "Maximum number of verification messages per minute to one address or number. Documented.",
  ),
  perMinuteCapCode: choice(
    [
      "SendValidateCodeExceedsLimitForAccount",
      "Throttling.User",
      "Throttling.Api",
      "Throttling",
    ],
    "Error code when messagesPerTargetPerMinute is exceeded. Open: the vendor documents no code.",
  ),

  activationRule: choice(
    ["all", "any"],
    "Open: whether all channels of a contact must be verified before it becomes Active, or any one of them.",
  ),
  verificationTtlMs: countOrNull(
    null,
    "Time until a pending verification expires; null means never. Open: the vendor states no expiry.",
  ),
  nameCaseSensitive: flag(
    true,
    "Open: whether names that differ only in case count as different.",
  ),
  emailMaxLength: count(
    254,
    "Maximum length of an e-mail address. Open: InvalidParameter.EmailAddress.Length is documented without a value; 254 is the maximum for SMTP.",
  ),
  emailForm: choice(
    ["dotted", "html", "any"],
    "Accepted syntax of e-mail addresses. html: the HTML standard's syntax. dotted: html plus a dot in the domain and at most 64 characters before the @. any: also quoted local parts, address literals and internationalized addresses. Open: the vendor documents no syntax.",
  ),
  emptyUpdateValue: choice(
    ["invalid", "ignore"],
    "Open: effect of an empty value in UpdateMessageContact. invalid: the call fails with InvalidParameter.<Name>. ignore: the current value stays.",
  ),
  phoneCountryCodes: texts(
    ["86"],
    "Accepted country codes; others fail with InvalidParameter.MobileCountryCode. Documented: 86.",
  ),
  phoneRequiredOnAdd: flag(
    false,
    "Whether AddMessageContact requires a phone number. Open: MissingParameter.PhoneNumber is listed, but every page calls the number optional.",
  ),
  cancelNeverVerified: choice(
    ["ContactStatusMismatchAction", "drop"],
    "Open: result of cancelling the verification of a contact's only value, which was never verified. drop: removes the pending verification and keeps the value.",
  ),
  cancelWithoutPending: choice(
    ["ContactStatusMismatchAction", "succeed"],
    "Open: result of cancelling a target that is not pending.",
  ),
  cancelWithoutTarget: choice(
    [
      "InvalidParameter.EmailAddress",
      "InvalidParameter.PhoneNumber",
      "ContactStatusMismatchAction",
      "succeed",
    ],
    "Open: result of CancelMessageContactUpdate with neither address nor number.",
  ),
  verificationsWithoutContactId: choice(
    ["MissingParameter.ContactId", "directory"],
    "Result of ListMessageContactVerifications without ContactId. directory: lists all pending verifications. Open: the page calls ContactId optional, but the error list contains MissingParameter.ContactId.",
  ),
  pageOutOfRange: choice(
    ["invalid", "clamp"],
    "Open: result of a page number below 1 or a page size outside 1-100. invalid: the call fails with Invalid<Name>. clamp: the nearest valid value is used.",
  ),

  bindWhileVerifying: flag(
    true,
    "Open: whether a contact in Verifying may be bound. When false, the call fails with ContactStatusMismatchAction.",
  ),
  bindAllOrNothing: flag(
    true,
    "Open: whether AssociateMembers with an unknown target binds none of the targets. When false, it binds the known ones and fails as well.",
  ),
  unbindNotBound: choice(
    ["InvalidMember", "succeed"],
    "Open: result of unbinding an existing target to which the contact is not bound.",
  ),
  memberFilterInherited: flag(
    false,
    "Open: whether the Member filter also finds contacts that are bound to a parent folder or the directory.",
  ),
  associatedDate: choice(
    ["latest", "earliest"],
    "Open: which binding AssociatedDate refers to when a contact has several. With a Member filter, only bindings to that member count.",
  ),
  absentPhoneNumber: choice(
    ["omit", "empty"],
    "Open: representation of a missing phone number in responses. omit: no PhoneNumber property. empty: an empty string.",
  ),
  maskTargets: flag(
    false,
    "Whether read operations return masked addresses and numbers, as in the vendor's samples. Open: whether the vendor masks them.",
  ),

  deletionDelayMs: count(
    10_000,
    "Duration of a deletion with RetainContactInMembers=false.",
  ),
  deleteUnboundAtOnce: flag(
    false,
    "Open: whether a deletion with RetainContactInMembers=false completes immediately when the contact has no bindings.",
  ),
  deleteWhileDeleting: choice(
    ["ConcurrentCallNotSupported", "succeed"],
    "Open: result of deleting a contact whose deletion is running. succeed: returns Deleting again.",
  ),
  deletionBlocksWrites: flag(
    false,
    "Open: whether other writes in the directory fail with ConcurrentCallNotSupported while a deletion is running.",
  ),
  statusAfterFailedDeletion: choice(
    ["Active", "Previous", "Deleting"],
    "Open: status of a contact after its deletion has failed.",
  ),
  deletionStatusWithoutDeletion: choice(
    ["EntityNotExists.Contact", "empty"],
    "Open: result of GetMessageContactDeletionStatus for a contact that has not been deleted. empty: an object without Status.",
  ),

  ...DIRECTORY_SETTINGS,

  writeDurationMs: count(
    0,
    "Duration of a write. The state changes at the start, the response is sent at the end.",
  ),
  serializedActions: texts(
    [
      "AddMessageContact",
      "UpdateMessageContact",
      "DeleteMessageContact",
      "AssociateMembers",
    ],
    "Actions that fail with ConcurrentCallNotSupported while another write is running. Documented for these four.",
  ),
};

type Settings = typeof SETTINGS;

/** Values of all settings. */
export type EmulatorSettings = {
  readonly [Name in keyof Settings]: Settings[Name]["initial"];
};

/** Holds the current settings. Each call reads them again, so a change applies immediately. */
export interface SettingsHolder {
  current: EmulatorSettings;
}

export const DEFAULT_SETTINGS = Object.fromEntries(
  Object.entries(SETTINGS).map(([name, { initial }]) => [name, initial]),
) as EmulatorSettings;

const SCHEMAS = Object.fromEntries(
  Object.entries<Setting<unknown>>(SETTINGS).map(([name, { schema }]) => [
    name,
    schema,
  ]),
);

/** Schema of a value for every setting. */
export const ALL_SETTINGS = objectOf(
  SCHEMAS,
) as unknown as z.ZodType<EmulatorSettings>;

/** Schema of values for any of the settings. */
export const SOME_SETTINGS = objectOf(
  SCHEMAS,
).partial() as unknown as z.ZodType<Partial<EmulatorSettings>>;

/**
 * Returns a copy of `base` with the given changes.
 *
 * @throws {ControlInputError} for an unknown setting or an invalid value
 */
export function changeSettings(
  base: EmulatorSettings,
  changes: unknown,
): EmulatorSettings {
  return { ...base, ...parse(SOME_SETTINGS, changes, "settings") };
}

/** Description of a setting. */
export interface ShownSetting extends Omit<Setting<unknown>, "schema"> {
  readonly name: string;
}

/** Describes every setting, for the control API's index and docs/emulator.md. */
export function describeSettings(): ShownSetting[] {
  return Object.entries<Setting<unknown>>(SETTINGS).map(
    ([name, { initial, takes, sentence }]) => ({
      name,
      initial,
      takes,
      sentence,
    }),
  );
}
