import type { z } from "zod";
import { objectOf, parse } from "./json.js";
import {
  choice,
  count,
  countOrNull,
  flag,
  text,
  texts,
  type Setting,
} from "./setting.js";

/**
 * Everything the vendor leaves open, plus quotas and delays. `Open` starts the sentence of a
 * setting whose default is a guess; a capture of the real vendor would settle it.
 */
const SETTINGS = {
  timestampWindowMs: count(
    15 * 60_000,
    "How far a time stamp may be off, either way. Documented: 15 minutes in error tables, 31 on signature pages.",
  ),
  timestampClock: choice(
    ["emulator", "source"],
    "Which clock time stamps are held against and the Date header tells: the emulator's, or the one below it, so that advancing the clock by days leaves callers alone.",
  ),
  hostId: text(
    "resourcedirectory.aliyuncs.com",
    "HostId of error bodies. Documented: the host of the endpoint.",
  ),
  defaultFormat: choice(
    ["XML", "JSON"],
    "Form of the answer to a signature v1 call without Format. Documented: XML.",
  ),
  unknownActionCode: choice(
    ["InvalidAction.NotFound", "InvalidApi.NotFound"],
    "Code for an action that does not exist. Documented: the second is the older name.",
  ),
  disabledKeyCode: choice(
    ["InvalidAccessKeyId.Inactive", "Forbidden.AccessKeyDisabled"],
    "Code for a key that is not active. Both are documented, the first with a message.",
  ),
  signatureMismatchCode: choice(
    ["SignatureDoesNotMatch", "IncompleteSignature"],
    "Code for a wrong signature. Documented: newer gateways use the second for it as well.",
  ),
  requireHttps: flag(
    false,
    "Answers InvalidProtocol.NeedSsl unless x-forwarded-proto is https. The vendor serves HTTPS only.",
  ),
  gatewayParameterCheck: flag(
    true,
    "The API gateway's layer answers Missing<Name> before the service answers MissingParameter.<Name>, for parameters the metadata marks required. Open: which comes first.",
  ),
  permissionDeniedCode: choice(
    ["NoPermission", "Forbidden.RAM", "Forbidden"],
    "Code for an action that the key may not use. Inferred from sibling products.",
  ),
  callsPerSecond: countOrNull(
    null,
    "Calls of one key and action within a second of the clock before throttlingCode; null: no limit. No rate is published.",
  ),
  throttlingCode: choice(
    ["Throttling.User", "Throttling.Api", "Throttling"],
    "Code for calls beyond callsPerSecond. All three are documented.",
  ),
  resourceDirectoryEnabled: flag(
    true,
    "When false every action answers EntityNotExists.ResourceDirectory. Inferred: no code is listed for this family.",
  ),

  contactsPerDirectory: count(20, "Documented quota, LimitExceeded.Contacts."),
  targetsPerContact: count(
    10,
    "Documented quota, LimitExceeded.ContactMembers.",
  ),
  targetsPerCall: count(5, "Documented limit of Members in one call."),
  membersPerCallCode: choice(
    ["InvalidParameter.Members.Length", "QuotaExceeded.Members"],
    "Code for too many Members in one call. Open: both are listed with the same message for DisassociateMembers, none for AssociateMembers.",
  ),
  verificationEmailsPerDay: count(
    100,
    "Documented cap per calendar day in UTC+8 (the day is inferred).",
  ),
  verificationPhonesPerDay: count(
    100,
    "Inferred from sibling operations that send codes.",
  ),
  messagesPerTargetPerMinute: count(10, "Documented cap per address."),
  perMinuteCapCode: choice(
    [
      "SendValidateCodeExceedsLimitForAccount",
      "Throttling.User",
      "Throttling.Api",
      "Throttling",
    ],
    "Open: no code is documented for the cap per minute.",
  ),

  activationRule: choice(
    ["all", "any"],
    "Open: whether every channel given, or one of them, must be verified before a contact is Active.",
  ),
  verificationTtlMs: countOrNull(
    null,
    "Open: how long a verification stays pending; null: for ever.",
  ),
  nameCaseSensitive: flag(
    true,
    "Open: whether two names that differ only in case are different names.",
  ),
  emailMaxLength: count(
    254,
    "Open: a limit exists (InvalidParameter.EmailAddress.Length), its value is not published; 254 is the longest address that mail can carry.",
  ),
  emailForm: choice(
    ["dotted", "html", "any"],
    "Open: which addresses are well formed. html is the form of the HTML standard; dotted also wants a dot in the domain and at most 64 characters before the @; any also takes quoted local parts, address literals and internationalized addresses.",
  ),
  emptyUpdateValue: choice(
    ["invalid", "ignore"],
    "Open: what an empty text does in UpdateMessageContact. invalid answers InvalidParameter.<Name>, ignore leaves the value.",
  ),
  phoneCountryCodes: texts(
    ["86"],
    "Accepted country codes; others answer InvalidParameter.MobileCountryCode. Documented: 86.",
  ),
  phoneRequiredOnAdd: flag(
    false,
    "Open: MissingParameter.PhoneNumber is listed for AddMessageContact, yet the number is optional on every page.",
  ),
  cancelNeverVerified: choice(
    ["ContactStatusMismatchAction", "drop"],
    "Open: cancelling a target that is the contact's only value. drop removes the pending record and leaves the value.",
  ),
  cancelWithoutPending: choice(
    ["ContactStatusMismatchAction", "succeed"],
    "Open: cancelling a target that is not pending.",
  ),
  cancelWithoutTarget: choice(
    [
      "InvalidParameter.EmailAddress",
      "InvalidParameter.PhoneNumber",
      "ContactStatusMismatchAction",
      "succeed",
    ],
    "Open: CancelMessageContactUpdate with neither address nor number.",
  ),
  verificationsWithoutContactId: choice(
    ["MissingParameter.ContactId", "directory"],
    "Open: the page calls ContactId optional, the code list does not. directory lists all pending records.",
  ),
  pageOutOfRange: choice(
    ["invalid", "clamp"],
    "Open: a page number below 1 or a size outside 1-100 answers Invalid<Name>, or is moved into the range.",
  ),

  bindWhileVerifying: flag(
    true,
    "Open: whether a contact that was never verified may be bound; false: ContactStatusMismatchAction.",
  ),
  bindAllOrNothing: flag(
    true,
    "Open: whether AssociateMembers with an unknown target leaves the known ones unbound.",
  ),
  unbindNotBound: choice(
    ["InvalidMember", "succeed"],
    "Open: unbinding a target of the directory that the contact is not bound to.",
  ),
  memberFilterInherited: flag(
    false,
    "Open: whether the Member filter also finds contacts bound to a folder or directory above.",
  ),
  associatedDate: choice(
    ["latest", "earliest"],
    "Open: which binding AssociatedDate tells of when there are several. With a Member filter it is that binding.",
  ),
  absentPhoneNumber: choice(
    ["omit", "empty"],
    "Open: how a contact without a phone is answered.",
  ),
  maskTargets: flag(
    false,
    "Reads answer addresses and numbers masked, as the vendor's samples print them. Open: whether the vendor masks.",
  ),

  deletionDelayMs: count(
    10_000,
    "How long a deletion with RetainContactInMembers=false runs.",
  ),
  deleteUnboundAtOnce: flag(
    false,
    "Open: whether such a deletion of a contact without bindings is finished on return.",
  ),
  deleteWhileDeleting: choice(
    ["ConcurrentCallNotSupported", "succeed"],
    "Open: deleting a contact whose deletion is running; succeed answers Deleting again.",
  ),
  deletionBlocksWrites: flag(
    false,
    "Open: whether a running deletion makes other writes of the directory answer ConcurrentCallNotSupported.",
  ),
  statusAfterFailedDeletion: choice(
    ["Active", "Previous", "Deleting"],
    "Open: the contact's status once its deletion has failed.",
  ),
  deletionStatusWithoutDeletion: choice(
    ["EntityNotExists.Contact", "empty"],
    "Open: the deletion status of a contact nobody deleted. empty answers an object without Status.",
  ),

  writeDurationMs: count(
    0,
    "How long a write takes. State changes at the start, the answer goes out at the end.",
  ),
  serializedActions: texts(
    [
      "AddMessageContact",
      "UpdateMessageContact",
      "DeleteMessageContact",
      "AssociateMembers",
    ],
    "Actions that answer ConcurrentCallNotSupported while another write runs. Documented for these four.",
  ),
};

type Settings = typeof SETTINGS;

/** The value of every setting. */
export type EmulatorSettings = {
  readonly [Name in keyof Settings]: Settings[Name]["initial"];
};

/** Holds the settings in force; read anew for each call, so that a change counts at once. */
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

/** Values of all settings. */
export const ALL_SETTINGS = objectOf(
  SCHEMAS,
) as unknown as z.ZodType<EmulatorSettings>;

/** Values of some settings. */
export const SOME_SETTINGS = objectOf(
  SCHEMAS,
).partial() as unknown as z.ZodType<Partial<EmulatorSettings>>;

/**
 * `base` with the given settings changed.
 *
 * @throws {ControlInputError} on an unknown name or a value the setting does not take
 */
export function changeSettings(
  base: EmulatorSettings,
  changes: unknown,
): EmulatorSettings {
  return { ...base, ...parse(SOME_SETTINGS, changes, "settings") };
}

/** A setting as it is shown. */
export interface ShownSetting {
  readonly name: string;
  readonly initial: unknown;
  /** The values it takes, in words. */
  readonly takes: string;
  readonly sentence: string;
}

/** Every setting, for the control index and for docs/emulator.md. */
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
