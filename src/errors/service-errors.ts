import type { ErrorCode } from "./error-codes.js";
import type { ErrorRow } from "./error-row.js";

/** Errors of the gateway, of its dependencies and of the vendor: HTTP status 5xx. */
export const SERVICE_ERRORS = {
  AUTHENTICATION_UNAVAILABLE: {
    httpStatus: 503,
    repeat: "after",
    logLevel: "error",
    message: {
      en: "The gateway cannot verify access tokens right now.",
      zh: "网关暂时无法验证访问令牌。",
    },
    advice: {
      en: "This request was rejected before it was executed. Your token may be valid. Retry after the given delay, with the same Idempotency-Key if it has one.",
      zh: "该请求在执行前被拒绝，您的令牌可能有效。请在指定时间后重试；如带有 Idempotency-Key，请使用相同的键。",
    },
  },
  UPSTREAM_THROTTLED: {
    httpStatus: 503,
    repeat: "after",
    logLevel: "warn",
    message: {
      en: "Alibaba Cloud is throttling this account.",
      zh: "阿里云正在对该账号限流。",
    },
    advice: {
      en: "The throttled call was not executed. Retry after the given delay, with the same Idempotency-Key if it has one.",
      zh: "被限流的调用未执行。请在指定时间后重试；如带有 Idempotency-Key，请使用相同的键。",
    },
  },
  UPSTREAM_DENIED: {
    httpStatus: 502,
    repeat: "no",
    logLevel: "error",
    message: {
      en: "Alibaba Cloud rejected the credentials or the permissions of this gateway.",
      zh: "阿里云拒绝了网关自身的凭证或权限。",
    },
    advice: {
      en: "You cannot solve this by changing the request. Report it to the operators of the gateway, with the request id.",
      zh: "修改请求无法解决此问题，请将请求 ID 告知网关管理员。",
    },
  },
  UPSTREAM_UNAVAILABLE: {
    httpStatus: 503,
    repeat: "yes",
    logLevel: "warn",
    message: {
      en: "Alibaba Cloud is unreachable or did not return a valid response.",
      zh: "阿里云暂时无法访问或未返回有效响应。",
    },
    advice: {
      en: "Retry in a moment, with the same Idempotency-Key if the request has one.",
      zh: "请稍后重试；如带有 Idempotency-Key，请使用相同的键。",
    },
  },
  STATE_UNAVAILABLE: {
    httpStatus: 503,
    repeat: "after",
    logLevel: "error",
    message: {
      en: "The shared state of the gateway (Redis) is unreachable, so the outcome of earlier requests with this idempotency key is unknown.",
      zh: "网关暂时无法访问共享状态（Redis），因此使用该幂等键的先前请求结果未知。",
    },
    advice: {
      en: "This request was not executed, but an earlier request with this key may have been. Retry with the same key after the given delay.",
      zh: "本次请求未执行，但使用该键的先前请求可能已执行。请在指定时间后使用相同的键重试。",
    },
  },
  GATEWAY_BUSY: {
    httpStatus: 503,
    repeat: "after",
    logLevel: "warn",
    message: {
      en: "The gateway is overloaded or shutting down.",
      zh: "网关繁忙或正在停止。",
    },
    advice: {
      en: "The rejected request, field or item was not executed. Retry after the given delay, with the same Idempotency-Key if it has one.",
      zh: "被拒绝的请求、字段或批量项未执行。请在指定时间后重试；如带有 Idempotency-Key，请使用相同的键。",
    },
  },
  OUTCOME_UNKNOWN: {
    httpStatus: 504,
    repeat: "readFirst",
    logLevel: "error",
    message: {
      en: "The change was sent, but its outcome is unknown.",
      zh: "变更已发送，但无法确认是否已执行。",
    },
    advice: {
      en: "Retry with the same Idempotency-Key after the given delay if the request has one. Otherwise read the current state first, and repeat the change only if it did not take effect. A verification message cannot be read back: wait for the given time.",
      zh: "如请求带有 Idempotency-Key，请在指定时间后使用相同的键重试；否则请先查询当前状态，仅在变更未生效时重试。验证消息无法查询确认：请等待指定的时间。",
    },
  },
  INTERNAL: {
    httpStatus: 500,
    repeat: "readsOnly",
    logLevel: "error",
    message: {
      en: "Internal gateway error.",
      zh: "网关内部错误。",
    },
    advice: {
      en: "Report the error with the request id. You may retry a read. Before you retry a change, read the current state.",
      zh: "请附上请求 ID 报告此问题。读取操作可以重试；重试变更操作前，请先查询当前状态。",
    },
  },
} satisfies Partial<Record<ErrorCode, ErrorRow>>;
