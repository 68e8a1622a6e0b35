import { ErrorCode, type Sentence } from "../../errors/error-codes.js";
import { GatewayError } from "../../errors/gateway-error.js";

/** Why a GraphQL request is rejected before its document is parsed. */
const REASONS = {
  batch: {
    en: "Batched requests are not supported: the body must be one JSON object, not an array.",
    zh: "不支持批量请求：请求正文必须是一个 JSON 对象，不能是数组。",
  },
  body: {
    en: "The body must be a JSON object with the member `query`.",
    zh: "请求正文必须是包含 `query` 的 JSON 对象。",
  },
  noDocument: {
    en: "The request has no document: send its text as `query`, or the id of a persisted document as `documentId`.",
    zh: "请求没有文档：请在 `query` 中提供文档内容，或在 `documentId` 中提供持久化文档的 ID。",
  },
  query: {
    en: "`query` must be a string.",
    zh: "`query` 必须是字符串。",
  },
  documentId: {
    en: "`documentId` must be a string.",
    zh: "`documentId` 必须是字符串。",
  },
  operationName: {
    en: "`operationName` must be a string.",
    zh: "`operationName` 必须是字符串。",
  },
  variables: {
    en: "`variables` must be a JSON object.",
    zh: "`variables` 必须是 JSON 对象。",
  },
  extensions: {
    en: "`extensions` must be a JSON object.",
    zh: "`extensions` 必须是 JSON 对象。",
  },
  repeatedParameter: {
    en: "`query`, `documentId`, `operationName`, `variables` and `extensions` may each occur once in the URL.",
    zh: "`query`、`documentId`、`operationName`、`variables` 和 `extensions` 在 URL 中各只能出现一次。",
  },
  persistedQuery: {
    en: "`extensions.persistedQuery` must have `version` 1 and a string `sha256Hash`.",
    zh: "`extensions.persistedQuery` 的 `version` 必须为 1，`sha256Hash` 必须是字符串。",
  },
  hash: {
    en: "provided sha does not match query",
    zh: "provided sha does not match query",
  },
  documentOfId: {
    en: "The text in `query` is not the persisted document with this id.",
    zh: "`query` 的内容与该 ID 对应的持久化文档不一致。",
  },
  simpleGet: {
    en: "A page of another site could have caused this GET request. Send a credential, or one of the headers `Accept: application/json`, `Accept: application/graphql-response+json` and `Apollo-Require-Preflight: true`.",
    zh: "其他网站的页面可能触发此 GET 请求。请发送凭证，或以下请求头之一：`Accept: application/json`、`Accept: application/graphql-response+json`、`Apollo-Require-Preflight: true`。",
  },
  personalData: {
    en: "URLs must not contain personal data: send a document with values of the types `EmailAddress` or `PhoneNumber` by POST.",
    zh: "URL 不得包含个人数据：含有 `EmailAddress` 或 `PhoneNumber` 类型值的文档请使用 POST 发送。",
  },
  notByGet: {
    en: "GET executes queries only. Send mutations by POST, and subscriptions over a WebSocket at /graphql or to /graphql/stream.",
    zh: "GET 只能执行查询。变更请使用 POST，订阅请使用 /graphql 的 WebSocket 或 /graphql/stream。",
  },
} as const satisfies Record<string, Sentence>;

/** BAD_REQUEST with the exact reason as message. */
export function malformed(reason: keyof typeof REASONS): GatewayError {
  return new GatewayError(ErrorCode.BAD_REQUEST, {
    advice: REASONS[reason],
    reason: reason === "simpleGet" ? "foreign-request" : "graphql-request",
  });
}

/** A mutation or subscription that came by GET: 405 with `Allow: POST`. */
export class NotByGet extends GatewayError {
  readonly httpStatus = 405;
  readonly allow = "POST";

  constructor() {
    super(ErrorCode.BAD_REQUEST, {
      advice: REASONS.notByGet,
      reason: "operation-kind",
    });
  }
}
