import type { Sentence } from "./error-codes.js";

/** What each kind of value looks like, with an example. Completes a field name. */
export const EXPECTED = {
  emailAddress: {
    en: "must be an e-mail address, such as tom@example.com",
    zh: "须为邮箱地址，例如 tom@example.com",
  },
  phoneNumber: {
    en: "must be a phone number, such as 86-13900001234 or +8613900001234",
    zh: "须为手机号码，例如 86-13900001234 或 +8613900001234",
  },
  contactId: {
    en: "must be the id of a contact, such as c-qL4HqKONzOM7aB3d",
    zh: "须为联系人 ID，例如 c-qL4HqKONzOM7aB3d",
  },
  accountId: {
    en: "must be the id of a member account: digits, such as 1997968394350002",
    zh: "须为成员账号 ID（数字），例如 1997968394350002",
  },
  targetId: {
    en: "must be the id of a target: rd-…, r-…, fd-… (such as fd-ZDNPiT5a8b) or the account id of a member (digits)",
    zh: "须为绑定目标的 ID：rd-…、r-…、fd-…（例如 fd-ZDNPiT5a8b）或成员账号 ID（数字）",
  },
  string: { en: "must be a string", zh: "须为字符串" },
  list: { en: "must be a list", zh: "须为列表" },
  boolean: { en: "must be true or false", zh: "须为 true 或 false" },
  integer: { en: "must be an integer", zh: "须为整数" },
  object: { en: "must be a JSON object", zh: "须为 JSON 对象" },
  notNull: { en: "must not be null", zh: "不能为 null" },
  notCleared: {
    en: "cannot be cleared, because the vendor does not support that: omit the field to keep its value",
    zh: "无法清空，因为阿里云不支持清空该字段：如需保留原值，请省略该字段",
  },
} as const satisfies Record<string, Sentence>;
