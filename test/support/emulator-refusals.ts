import type { AccessKeyInput } from "../../src/emulator/state/access-keys.js";
import type { RunningEmulator } from "../../src/emulator/emulator.server.js";
import type { EmulatorSettings } from "../../src/emulator/settings.js";
import {
  call,
  callV1,
  freshNonce,
  send,
  type CallOptions,
  type CallParams,
  type RawAnswer,
} from "./emulator-client.js";
import { BEN, MARTA, NEW_CONTACT, TOM } from "./emulator-fixture.js";

/** A call that the emulator rejects, with its preconditions. */
export interface Refusal {
  readonly params?: CallParams;
  readonly options?: CallOptions;
  readonly settings?: Partial<EmulatorSettings>;
  readonly keys?: readonly AccessKeyInput[];
  /** Runs before the call, on an emulator with the sample seed. */
  readonly before?: (emulator: RunningEmulator) => Promise<unknown>;
  /** Replaces the normal call of the operation. */
  readonly send?: (url: string) => Promise<RawAnswer>;
}

/** Valid parameters of each operation for the sample seed. */
export const VALID_PARAMS: Readonly<Record<string, CallParams>> = {
  AddMessageContact: NEW_CONTACT,
  GetMessageContact: { ContactId: TOM },
  ListMessageContacts: {},
  UpdateMessageContact: { ContactId: TOM, Title: "CEO" },
  CancelMessageContactUpdate: {
    ContactId: MARTA,
    EmailAddress: "marta.new@example.com",
  },
  DeleteMessageContact: { ContactId: TOM },
  GetMessageContactDeletionStatus: { ContactId: TOM },
  SendEmailVerificationForMessageContact: {
    ContactId: BEN,
    EmailAddress: "ben@example.com",
  },
  SendPhoneVerificationForMessageContact: {
    ContactId: BEN,
    PhoneNumber: "86-13900000005",
  },
  ListMessageContactVerifications: { ContactId: BEN },
  AssociateMembers: { ContactId: TOM, Members: ["rd-3gqx5n"] },
  DisassociateMembers: { ContactId: TOM, Members: ["fd-ZDNPiT7a4K"] },
  GetResourceDirectory: {},
  ListAccounts: { MaxResults: 100, IncludeTags: true },
  ListFoldersForParent: { ParentFolderId: "r-Zj29gL" },
  GetFolder: { FolderId: "fd-ZDNPiT7a4K" },
};

const NO_GATEWAY = { gatewayParameterCheck: false };
const LONG_ADDRESS = `a@${"b".repeat(60)}.${"c".repeat(60)}.${"d".repeat(60)}.${"e".repeat(60)}.${"f".repeat(60)}.com`;
const SIX_TARGETS = ["a", "b", "c", "d", "e", "f"].map((id) => `fd-${id}`);

/** Starts a write that does not finish during the test. */
async function otherWrite({ url, control }: RunningEmulator): Promise<void> {
  control.changeSettings({ writeDurationMs: 3_600_000 });
  const before = control.calls().length;
  void callV1(url, "UpdateMessageContact", {
    ContactId: MARTA,
    Title: "Other",
  }).catch(() => undefined);
  // The state changes before the response is sent, so poll until the write is executed.
  while (
    !control
      .calls()
      .slice(before)
      .some(({ executed }) => executed)
  ) {
    await call(url, "GetMessageContact", { ContactId: MARTA });
  }
}

async function runningDeletion({ url }: RunningEmulator): Promise<void> {
  await call(url, "DeleteMessageContact", {
    ContactId: TOM,
    RetainContactInMembers: false,
  });
}

function verifiedMarta({ control }: RunningEmulator): Promise<void> {
  control.confirmVerification({
    contactId: MARTA,
    target: "marta.new@example.com",
  });
  return Promise.resolve();
}

const noContactId: Refusal = {
  params: { ContactId: undefined },
  settings: NO_GATEWAY,
};
const badContactId: Refusal = { params: { ContactId: "tom" } };
const unknownContact: Refusal = { params: { ContactId: "c-unknown" } };
const deleting: Refusal = {
  params: { ContactId: TOM },
  before: runningDeletion,
};

const contactId = {
  "MissingParameter.ContactId": noContactId,
  "InvalidParameter.ContactId": badContactId,
  "EntityNotExists.Contact": unknownContact,
};
const fields = {
  "InvalidParameter.Name": { params: { Name: "tom1" } },
  "InvalidParameter.Name.Length": { params: { Name: "a" } },
  "InvalidParameter.Name.AlreadyUsed": { params: { Name: "Lisa" } },
  "InvalidParameter.EmailAddress": { params: { EmailAddress: "tom" } },
  "InvalidParameter.EmailAddress.Length": {
    params: { EmailAddress: LONG_ADDRESS },
  },
  "InvalidParameter.PhoneNumber": { params: { PhoneNumber: "139" } },
  "InvalidParameter.MobileCountryCode": {
    params: { PhoneNumber: "1-2025550100" },
  },
  "InvalidParameter.Title": { params: { Title: "Boss" } },
  "InvalidParameter.MessageTypes": { params: { MessageTypes: ["Gossip"] } },
};
const members = {
  "InvalidParameter.Members": { params: { Members: ["nonsense"] } },
  "InvalidParameter.Members.Duplicate": {
    params: { Members: ["fd-a", "fd-a"] },
  },
  InvalidMember: { params: { Members: ["fd-elsewhere"] } },
  ContactStatusMismatchAction: deleting,
};
const noDirectory: Refusal = {
  settings: { resourceDirectoryEnabled: false },
};
const sending = {
  ...contactId,
  SendValidateCodeExceedsLimitForAccount: {
    settings: { verificationEmailsPerDay: 0, verificationPhonesPerDay: 0 },
  },
};

/** For each operation, a call that provokes each documented error code. */
export const REFUSALS: Readonly<
  Record<string, Readonly<Record<string, Refusal>>>
> = {
  AddMessageContact: {
    ...fields,
    ...Object.fromEntries(
      ["Name", "EmailAddress", "Title", "MessageTypes"].map((name) => [
        `MissingParameter.${name}`,
        { params: { [name]: undefined }, settings: NO_GATEWAY },
      ]),
    ),
    "MissingParameter.PhoneNumber": {
      params: { PhoneNumber: undefined },
      settings: { phoneRequiredOnAdd: true },
    },
    "LimitExceeded.Contacts": { settings: { contactsPerDirectory: 12 } },
    ConcurrentCallNotSupported: { before: otherWrite },
  },
  GetMessageContact: contactId,
  ListMessageContacts: {
    "InvalidParameter.ContactId": badContactId,
    "EntityNotExists.Contact": unknownContact,
    "InvalidParameter.Member": { params: { Member: "nonsense" } },
    "EntityNotExists.Member": { params: { Member: "fd-elsewhere" } },
  },
  UpdateMessageContact: {
    ...contactId,
    ...fields,
    ContactStatusMismatchAction: deleting,
    ConcurrentCallNotSupported: { before: otherWrite },
  },
  CancelMessageContactUpdate: {
    ...contactId,
    "InvalidParameter.EmailAddress": fields["InvalidParameter.EmailAddress"],
    "InvalidParameter.PhoneNumber": fields["InvalidParameter.PhoneNumber"],
    "InvalidParameter.MobileCountryCode":
      fields["InvalidParameter.MobileCountryCode"],
    ContactStatusMismatchAction: { before: verifiedMarta },
  },
  DeleteMessageContact: {
    ...contactId,
    ConcurrentCallNotSupported: { before: runningDeletion },
  },
  GetMessageContactDeletionStatus: contactId,
  SendEmailVerificationForMessageContact: {
    ...sending,
    "MissingParameter.EmailAddress": { params: { EmailAddress: "" } },
    "InvalidParameter.EmailAddress": fields["InvalidParameter.EmailAddress"],
    "EntityNotExists.Contact.Verification": {
      params: { EmailAddress: "other@example.com" },
    },
  },
  SendPhoneVerificationForMessageContact: {
    ...sending,
    "MissingParameter.PhoneNumber": { params: { PhoneNumber: "" } },
    "InvalidParameter.PhoneNumber": fields["InvalidParameter.PhoneNumber"],
    "InvalidParameter.MobileCountryCode":
      fields["InvalidParameter.MobileCountryCode"],
    "EntityNotExists.Contact.Verification": {
      params: { PhoneNumber: "86-13911111111" },
    },
  },
  ListMessageContactVerifications: contactId,
  AssociateMembers: {
    ...contactId,
    ...members,
    "LimitExceeded.ContactMembers": { settings: { targetsPerContact: 1 } },
    ConcurrentCallNotSupported: { before: otherWrite },
  },
  DisassociateMembers: {
    ...contactId,
    ...members,
    "InvalidParameter.Members.Length": { params: { Members: SIX_TARGETS } },
    "QuotaExceeded.Members": {
      params: { Members: SIX_TARGETS },
      settings: { membersPerCallCode: "QuotaExceeded.Members" },
    },
  },
  GetResourceDirectory: { ResourceDirectoryNotInUse: noDirectory },
  ListAccounts: { "EntityNotExists.ResourceDirectory": noDirectory },
  ListFoldersForParent: {
    "InvalidParameter.ParentFolderId": { params: { ParentFolderId: "rd-x" } },
    "EntityNotExists.ResourceDirectory": noDirectory,
    "EntityNotExists.Folder": { params: { ParentFolderId: "fd-0000000000" } },
  },
  GetFolder: {
    "MissingParameter.FolderId": {
      params: { FolderId: undefined },
      settings: NO_GATEWAY,
    },
    "InvalidParameter.FolderId": { params: { FolderId: "fd-1" } },
    "EntityNotExists.ResourceDirectory": noDirectory,
    "EntityNotExists.Folder": { params: { FolderId: "fd-0000000000" } },
  },
};

const key = (more: Partial<AccessKeyInput>): Refusal => ({
  keys: [{ accessKeyId: "testid", accessKeySecret: "testsecret", ...more }],
});
const common = (changes: Record<string, string | undefined>): Refusal => ({
  options: { common: changes },
});
const usedNonce = freshNonce();
const sameNonce: CallOptions = { common: { SignatureNonce: usedNonce } };

const missingFromAdd = (name: string): Refusal => ({
  send: (url) =>
    callV1(url, "AddMessageContact", { ...NEW_CONTACT, [name]: undefined }),
});

/** For each code common to all operations, a call that provokes it. Default: GetMessageContact. */
export const COMMON_REFUSALS: Readonly<Record<string, Refusal>> = {
  "InvalidAccessKeyId.NotFound": common({ AccessKeyId: "nobody" }),
  "InvalidAccessKeyId.Inactive": key({ isActive: false }),
  "Forbidden.AccessKeyDisabled": {
    ...key({ isActive: false }),
    settings: { disabledKeyCode: "Forbidden.AccessKeyDisabled" },
  },
  SignatureDoesNotMatch: { options: { signature: () => "wrong" } },
  IncompleteSignature: { options: { signature: () => undefined } },
  InvalidSignatureMethod: common({ SignatureMethod: "HMAC-MD5" }),
  SignatureNonceUsed: {
    options: sameNonce,
    before: ({ url }) => call(url, "ListMessageContacts", {}, sameNonce),
  },
  "InvalidTimeStamp.Format": common({ Timestamp: "2024-01-02 03:04:05" }),
  "InvalidTimeStamp.Expired": { options: { at: Date.now() - 20 * 60_000 } },
  "InvalidSecurityToken.Expired": {
    ...key({ securityToken: "t", expiresAt: 1 }),
    options: {
      key: { id: "testid", secret: "testsecret", securityToken: "t" },
    },
  },
  "InvalidSecurityToken.Malformed": {
    options: {
      key: { id: "testid", secret: "testsecret", securityToken: "t" },
    },
  },
  "InvalidSecurityToken.MismatchWithAccessKey": {
    options: {
      key: { id: "testid", secret: "testsecret", securityToken: "tok+/=" },
    },
  },
  MissingSecurityToken: {
    options: { key: { id: "STS.testid", secret: "testsecret" } },
  },
  "InvalidAction.NotFound": common({ Action: "getMessageContact" }),
  "InvalidApi.NotFound": {
    ...common({ Action: "Nonsense" }),
    settings: { unknownActionCode: "InvalidApi.NotFound" },
  },
  InvalidVersion: common({ Version: "2020-03-31" }),
  "InvalidProtocol.NeedSsl": { settings: { requireHttps: true } },
  UnsupportedHTTPMethod: {
    send: (url) => send(url, "PUT", "/?Format=JSON", ""),
  },
  MissingAction: common({ Action: undefined }),
  MissingVersion: common({ Version: undefined }),
  MissingAccessKeyId: common({ AccessKeyId: undefined }),
  MissingName: missingFromAdd("Name"),
  MissingEmailAddress: missingFromAdd("EmailAddress"),
  MissingTitle: missingFromAdd("Title"),
  MissingMessageTypes: missingFromAdd("MessageTypes"),
  MissingContactId: { params: { ContactId: undefined } },
  MissingFolderId: { send: (url) => callV1(url, "GetFolder", {}) },
  MissingMembers: {
    send: (url) => callV1(url, "DisassociateMembers", { ContactId: TOM }),
  },
  InvalidPageNumber: {
    send: (url) => callV1(url, "ListMessageContacts", { PageNumber: "abc" }),
  },
  InvalidPageSize: {
    send: (url) => callV1(url, "ListMessageContacts", { PageSize: 101 }),
  },
  InvalidRetainContactInMembers: {
    send: (url) =>
      callV1(url, "DeleteMessageContact", {
        ContactId: TOM,
        RetainContactInMembers: "yes",
      }),
  },
  "InvalidParameter.Format": {
    ...common({ Format: "YAML" }),
    settings: { defaultFormat: "JSON" },
  },
  InvalidParameter: {
    send: (url) =>
      send(url, "POST", "/?Format=JSON", "{}", {
        headers: { "content-type": "application/json" },
      }),
  },
  NoPermission: key({ allowedActions: ["ListMessageContacts"] }),
  "Forbidden.RAM": {
    ...key({ allowedActions: [] }),
    settings: { permissionDeniedCode: "Forbidden.RAM" },
  },
  Forbidden: {
    ...key({ allowedActions: [] }),
    settings: { permissionDeniedCode: "Forbidden" },
  },
  Throttling: {
    settings: { callsPerSecond: 0, throttlingCode: "Throttling" },
  },
  "Throttling.User": { settings: { callsPerSecond: 0 } },
  "Throttling.Api": {
    settings: { callsPerSecond: 0, throttlingCode: "Throttling.Api" },
  },
  "EntityNotExists.ResourceDirectory": {
    settings: { resourceDirectoryEnabled: false },
  },
};
