import type { HttpRefusal } from "./problem-details.js";

/** Messages of HTTP errors without an operation, by status. */
const HTTP_ERRORS = {
  400: {
    en: "The body is not valid JSON, or the URL is malformed.",
    zh: "请求正文不是有效的 JSON，或 URL 格式错误。",
  },
  404: {
    en: "There is no resource at this URL. The API description is at /openapi.json.",
    zh: "该地址不存在。接口说明见 /openapi.json。",
  },
  405: {
    en: "This URL does not support this method. The Allow header lists the supported methods.",
    zh: "该地址不支持此方法，支持的方法见 Allow 响应头。",
  },
  406: {
    en: "None of the media types in the Accept header is available.",
    zh: "无法提供所接受的媒体类型。",
  },
  408: {
    en: "The request did not arrive in time.",
    zh: "请求未在规定时间内到达。",
  },
  413: {
    en: "The body is larger than 64 KiB.",
    zh: "请求正文超过 64 KiB。",
  },
  415: {
    en: "The body must be application/json in UTF-8, uncompressed or with Content-Encoding: gzip.",
    zh: "请求正文必须为 UTF-8 编码的 application/json，可不压缩或使用 Content-Encoding: gzip。",
  },
  421: {
    en: "No authentication is configured, so the Host header must be localhost, 127.0.0.1 or [::1].",
    zh: "未配置身份验证时，Host 请求头须为 localhost、127.0.0.1 或 [::1]。",
  },
  431: {
    en: "The request headers are too large.",
    zh: "请求头过大。",
  },
} as const;

export type RefusalStatus = keyof typeof HTTP_ERRORS;

export function isRefusalStatus(status: number): status is RefusalStatus {
  return Object.hasOwn(HTTP_ERRORS, status);
}

/** Status and message of an HTTP error. */
export function refusalOf(status: RefusalStatus): HttpRefusal {
  return { status, detail: HTTP_ERRORS[status] };
}
