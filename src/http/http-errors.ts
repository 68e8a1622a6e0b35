import type { HttpRefusal } from "./problem-details.js";

/** What HTTP itself refuses before an operation is known, by status. */
const HTTP_ERRORS = {
  400: {
    en: "The body is not well-formed JSON, or the address is not well-formed.",
    zh: "请求正文不是有效的 JSON,或地址格式错误。",
  },
  404: {
    en: "There is nothing at this address. The API description is at /openapi.json.",
    zh: "该地址不存在。接口说明见 /openapi.json。",
  },
  405: {
    en: "This address does not take this method; the Allow header names those it takes.",
    zh: "该地址不支持此方法，支持的方法见 Allow 响应头。",
  },
  406: {
    en: "None of the accepted media types can be given.",
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
    en: "The body must be application/json.",
    zh: "请求正文必须为 application/json。",
  },
  421: {
    en: "Without sign-in this gateway answers only as localhost, 127.0.0.1 or [::1].",
    zh: "未配置登录时，网关只以 localhost、127.0.0.1 或 [::1] 的名义应答。",
  },
  431: {
    en: "The request's headers are too large.",
    zh: "请求头过大。",
  },
} as const;

export type RefusalStatus = keyof typeof HTTP_ERRORS;

export function isRefusalStatus(status: number): status is RefusalStatus {
  return Object.hasOwn(HTTP_ERRORS, status);
}

/** Status and sentence of a refusal. */
export function refusalOf(status: RefusalStatus): HttpRefusal {
  return { status, detail: HTTP_ERRORS[status] };
}
