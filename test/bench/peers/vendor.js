import {
  createHash,
  createHmac,
  randomUUID,
  timingSafeEqual,
} from "node:crypto";
import { Pool } from "undici";

// What (b), (c) and (d) share: signing, calling and mapping as one would write
// them by hand for speed.

const {
  UPSTREAM_ENDPOINT,
  ALIBABA_CLOUD_ACCESS_KEY_ID: keyId,
  ALIBABA_CLOUD_ACCESS_KEY_SECRET: keySecret,
  API_KEY_SHA256,
} = process.env;

const pool = new Pool(UPSTREAM_ENDPOINT, { connections: 64 });

const encode = (text) =>
  encodeURIComponent(text).replace(
    /[!'()*]/g,
    (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`,
  );

/** Signature version 1: HMAC-SHA1 over the sorted, encoded parameters. */
export function signedForm(action, params) {
  const all = {
    ...params,
    AccessKeyId: keyId,
    Action: action,
    Format: "JSON",
    SignatureMethod: "HMAC-SHA1",
    SignatureNonce: randomUUID(),
    SignatureVersion: "1.0",
    Timestamp: `${new Date().toISOString().slice(0, 19)}Z`,
    Version: "2022-04-19",
  };
  const query = Object.keys(all)
    .sort()
    .map((name) => `${encode(name)}=${encode(all[name])}`)
    .join("&");
  const signature = createHmac("sha1", `${keySecret}&`)
    .update(`POST&%2F&${encode(query)}`)
    .digest("base64");
  return `${query}&Signature=${encode(signature)}`;
}

/** One signed call; null when the vendor knows no such contact. */
export async function call(action, params) {
  const { statusCode, body } = await pool.request({
    path: "/",
    method: "POST",
    headers: { "content-type": "application/x-www-form-urlencoded" },
    body: signedForm(action, params),
  });
  const answer = await body.json();
  if (statusCode === 200) return answer;
  if (answer.Code === "EntityNotExists.Contact") return null;
  throw new Error(answer.Code);
}

const toWord = (text) =>
  text === "CEO"
    ? text
    : text.replace(/(?<=[a-z])(?=[A-Z])/g, "_").toUpperCase();

const wordsOf = (...words) =>
  new Map(words.map((word) => [word, toWord(word)]));

const TITLES = wordsOf(
  "FinanceDirector",
  "TechnicalDirector",
  "MaintenanceDirector",
  "CEO",
  "ProjectDirector",
  "Other",
);
const MESSAGE_TYPES = wordsOf(
  "ServiceMessage",
  "FaultMessage",
  "AccountExpenses",
  "SecurityMessage",
  "ActivityMessage",
  "ProductMessage",
);
const STATUSES = wordsOf("Verifying", "Active", "Deleting");

const inverse = (words) =>
  new Map([...words].map(([vendor, own]) => [own, vendor]));
const VENDOR_TITLES = inverse(TITLES);
const VENDOR_MESSAGE_TYPES = inverse(MESSAGE_TYPES);

const kindOf = (targetId) =>
  targetId.startsWith("rd-")
    ? "RESOURCE_DIRECTORY"
    : targetId.startsWith("fd-") || targetId.startsWith("r-")
      ? "FOLDER"
      : "MEMBER_ACCOUNT";

export function toContact(contact) {
  return {
    id: contact.ContactId,
    name: contact.Name,
    emailAddress: contact.EmailAddress ?? null,
    phoneNumber: contact.PhoneNumber ?? null,
    title: TITLES.get(contact.Title) ?? "UNRECOGNISED",
    messageTypes: contact.MessageTypes.map(
      (type) => MESSAGE_TYPES.get(type) ?? "UNRECOGNISED",
    ),
    status: STATUSES.get(contact.Status) ?? "UNRECOGNISED",
    createdAt: contact.CreateDate.replace(" ", "T"),
    bindings: contact.Members.map((targetId) => ({
      targetId,
      kind: kindOf(targetId),
    })),
  };
}

export async function getContact(id) {
  const answer = await call("GetMessageContact", { ContactId: id });
  return answer === null ? null : toContact(answer.Contact);
}

export async function listContacts(pageNumber, pageSize) {
  const answer = await call("ListMessageContacts", {
    PageNumber: pageNumber,
    PageSize: pageSize,
  });
  return {
    totalCount: answer.TotalCount,
    hasNextPage: pageNumber * pageSize < answer.TotalCount,
    items: answer.Contacts.map(toContact),
  };
}

export async function pendingVerifications(id) {
  const answer = await call("ListMessageContactVerifications", {
    ContactId: id,
    PageNumber: 1,
    PageSize: 100,
  });
  return answer.ContactVerifications.map(({ Target: target }) => ({
    channel: target.includes("@") ? "EMAIL" : "PHONE",
    target,
  }));
}

export async function deletionOf(id) {
  const answer = await call("GetMessageContactDeletionStatus", {
    ContactId: id,
  });
  const { Status: status } = answer.ContactDeletionStatus;
  return { state: status === "Failed" ? "FAILED" : "IN_PROGRESS" };
}

const RULES = [
  ["contactId", /^c-[A-Za-z0-9]{1,64}$/],
  ["name", /^[A-Za-z\u4E00-\u9FA5]{2,12}$/],
  ["emailAddress", /^[^\s@]{1,64}@[^\s@]{1,189}$/],
  ["phoneNumber", /^86-1\d{10}$/],
];

const NOT_FOUND = {
  code: "CONTACT_NOT_FOUND",
  message:
    "The contact does not exist in this resource directory. List the contacts to get a valid id. The contact may have been deleted.",
  field: ["contactId"],
};

export async function updateContact(input) {
  const errors = RULES.filter(
    ([name, rule]) => input[name] !== undefined && !rule.test(input[name]),
  ).map(([name]) => ({
    code: "INVALID_INPUT",
    message: `${name} breaks a rule`,
    field: [name],
  }));
  if (errors.length > 0) return { contact: null, errors };
  const params = [
    ["ContactId", input.contactId],
    ["Name", input.name],
    ["EmailAddress", input.emailAddress],
    ["PhoneNumber", input.phoneNumber],
    ["Title", VENDOR_TITLES.get(input.title)],
    ...(input.messageTypes ?? []).map((type, index) => [
      `MessageTypes.${index + 1}`,
      VENDOR_MESSAGE_TYPES.get(type),
    ]),
  ];
  const answer = await call(
    "UpdateMessageContact",
    Object.fromEntries(params.filter(([, value]) => value !== undefined)),
  );
  if (answer === null) return { contact: null, errors: [NOT_FOUND] };
  return { contact: { id: input.contactId }, errors: [] };
}

export async function sendPhoneVerification({ contactId, phoneNumber }) {
  const answer = await call("SendPhoneVerificationForMessageContact", {
    ContactId: contactId,
    PhoneNumber: phoneNumber,
  });
  return { errors: answer === null ? [NOT_FOUND] : [] };
}

const expected =
  API_KEY_SHA256 === undefined ? null : Buffer.from(API_KEY_SHA256, "hex");

/** Whether a request may pass; everyone may when no key is configured. */
export function isAllowed({ authorization = "" }) {
  if (expected === null) return true;
  const digest = createHash("sha256")
    .update(authorization.slice("Bearer ".length))
    .digest();
  return timingSafeEqual(digest, expected);
}
