import type { Sentence } from "../errors/error-codes.js";
import type { RefusalReason } from "../errors/refusal-reasons.js";

const SMALLER: Sentence = {
  en: "Split the document into several requests, or select less in each.",
  zh: "请将文档拆分为多个请求，或减少每个请求的选择。",
};

const SCHEMA: Sentence = {
  en: "Compare the document with the schema at /schema.graphql.",
  zh: "请对照 /schema.graphql 检查文档。",
};

/** What to do after a GraphQL request was refused, by the reason of the refusal. */
export const REQUEST_ADVICE = {
  "document-syntax": SCHEMA,
  "document-invalid": SCHEMA,
  "document-tokens": SMALLER,
  "document-depth": SMALLER,
  "document-aliases": SMALLER,
  "document-root-fields": SMALLER,
  "document-directives": SMALLER,
  "document-selections": SMALLER,
  "document-mutations": {
    en: "Send each mutation in a separate request. updateMessageContacts changes several contacts.",
    zh: "请将每个变更操作放在单独的请求中。updateMessageContacts 可一次变更多个联系人。",
  },
  "unknown-operation": {
    en: "Set `operationName` to the name of an operation in the document, or send a document with one operation.",
    zh: "请将 `operationName` 设为文档中某个操作的名称，或发送仅含一个操作的文档。",
  },
  "invalid-variables": {
    en: "Correct the variables. Their types are in the schema at /schema.graphql.",
    zh: "请修正变量，其类型见 /schema.graphql。",
  },
  "operation-kind": {
    en: "Send queries and mutations to POST /graphql, and subscriptions over a WebSocket at /graphql or to /graphql/stream.",
    zh: "查询和变更请发送至 POST /graphql；订阅请使用 /graphql 的 WebSocket 或 /graphql/stream。",
  },
  "foreign-request": {
    en: "Send the header `Content-Type: application/json`, or `apollo-require-preflight: true`.",
    zh: "请设置请求头 `Content-Type: application/json`，或 `apollo-require-preflight: true`。",
  },
  "not-acceptable": {
    en: "Use application/graphql-response+json or application/json in the Accept header, or omit the header.",
    zh: "请在 Accept 请求头中使用 application/graphql-response+json 或 application/json，或省略该请求头。",
  },
} as const satisfies Partial<Record<RefusalReason, Sentence>>;
