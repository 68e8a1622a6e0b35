import type { ErrorCode, Sentence } from "./error-codes.js";

/**
 * Whether the same request may be sent again: `no`; `after` a pause
 * (`retryAfterSeconds`); `yes` at once; `maybe`, once the state has changed;
 * `readFirst`, after reading what became of the first one; `readsOnly`.
 */
export type Repeat =
  "no" | "after" | "yes" | "maybe" | "readFirst" | "readsOnly";

/** One row of the error table. */
export interface ErrorRow {
  readonly httpStatus: number;
  readonly repeat: Repeat;
  readonly logLevel: "debug" | "info" | "warn" | "error";
  /** What happened, in one sentence. */
  readonly message: Sentence;
  /** What the reader should do about it. */
  readonly advice: Sentence;
}

/** The error table: what every code means outside, written once. */
export const ERRORS: Readonly<Record<ErrorCode, ErrorRow>> = {
  BAD_REQUEST: {
    httpStatus: 400,
    repeat: "no",
    logLevel: "debug",
    message: {
      en: "The request is malformed or does not fit the contract.",
      zh: "请求格式错误或不符合接口约定。",
    },
    advice: {
      en: "Compare the request with the schema at /schema.graphql or with the API description at /openapi.json.",
      zh: "请对照 /schema.graphql 或 /openapi.json 检查请求。",
    },
  },
  INVALID_INPUT: {
    httpStatus: 422,
    repeat: "no",
    logLevel: "debug",
    message: {
      en: "An argument breaks a rule.",
      zh: "参数不符合规则。",
    },
    advice: {
      en: "Correct every argument that is named: all violations are reported at once.",
      zh: "请修正列出的所有参数，违规项会一次性全部返回。",
    },
  },
  REQUEST_TOO_COSTLY: {
    httpStatus: 422,
    repeat: "no",
    logLevel: "info",
    message: {
      en: "The request needs more calls to Alibaba Cloud than one request may make.",
      zh: "该请求需要的阿里云调用次数超出了单个请求的上限。",
    },
    advice: {
      en: "This request was rejected before it was executed. Select fewer nested fields, request smaller pages, or split the request.",
      zh: "该请求在执行前被拒绝。请减少嵌套字段、减小每页条数，或拆分请求。",
    },
  },
  UNAUTHENTICATED: {
    httpStatus: 401,
    repeat: "no",
    logLevel: "info",
    message: { en: "Sign in first.", zh: "请先登录。" },
    advice: {
      en: "Send a valid API key or access token in the Authorization header.",
      zh: "请在 Authorization 请求头中提供有效的 API 密钥或访问令牌。",
    },
  },
  AUTHENTICATION_UNAVAILABLE: {
    httpStatus: 503,
    repeat: "after",
    logLevel: "error",
    message: {
      en: "The gateway cannot verify access tokens right now.",
      zh: "网关暂时无法验证访问令牌。",
    },
    advice: {
      en: "This request was rejected before it was executed, and your token may be valid. Repeat it after the given pause, with the same Idempotency-Key if it has one.",
      zh: "该请求在执行前被拒绝，您的令牌可能有效。请在指定时间后重试；如带有 Idempotency-Key，请使用相同的键。",
    },
  },
  FORBIDDEN: {
    httpStatus: 403,
    repeat: "no",
    logLevel: "info",
    message: {
      en: "You lack the right to do this.",
      zh: "您没有执行此操作的权限。",
    },
    advice: {
      en: "Ask an operator of the gateway for the scope that the operation's description names.",
      zh: "请向网关管理员申请该操作说明中列出的权限。",
    },
  },
  CONTACT_NOT_FOUND: {
    httpStatus: 404,
    repeat: "no",
    logLevel: "debug",
    message: {
      en: "This directory has no such contact.",
      zh: "该资源目录中不存在此联系人。",
    },
    advice: {
      en: "List the contacts and take an id from there; the contact may have been deleted.",
      zh: "请查询联系人列表获取有效的标识，该联系人可能已被删除。",
    },
  },
  BINDING_TARGET_NOT_FOUND: {
    httpStatus: 422,
    repeat: "no",
    logLevel: "debug",
    message: {
      en: "A target is no directory, folder or member of this resource directory.",
      zh: "绑定目标不是该资源目录中的目录、资源夹或成员。",
    },
    advice: {
      en: "Check the target ids: rd-…, r-…, fd-… or the account number of a member.",
      zh: "请检查目标标识：rd-…、r-…、fd-… 或成员账号 ID。",
    },
  },
  NAME_TAKEN: {
    httpStatus: 409,
    repeat: "no",
    logLevel: "debug",
    message: {
      en: "Another contact of the directory has this name.",
      zh: "资源目录中已有同名联系人。",
    },
    advice: { en: "Choose another name.", zh: "请更换名称。" },
  },
  VERIFICATION_NOT_PENDING: {
    httpStatus: 409,
    repeat: "no",
    logLevel: "debug",
    message: {
      en: "Nothing waits for verification at this address or number.",
      zh: "该邮箱或手机号没有待验证的记录。",
    },
    advice: {
      en: "Read the contact's pending verifications: the target must be one of them.",
      zh: "请查询联系人的待验证记录，目标必须在其中。",
    },
  },
  STATUS_CONFLICT: {
    httpStatus: 409,
    repeat: "maybe",
    logLevel: "debug",
    message: {
      en: "The contact's present state does not allow this.",
      zh: "联系人当前状态不允许此操作。",
    },
    advice: {
      en: "Read the contact's status and pending verifications before you try again.",
      zh: "请先查询联系人的状态和待验证记录，再决定是否重试。",
    },
  },
  CONCURRENT_CHANGE: {
    httpStatus: 409,
    repeat: "after",
    logLevel: "info",
    message: {
      en: "Another change of the directory is under way.",
      zh: "资源目录正在进行其他变更。",
    },
    advice: {
      en: "This change was not carried out. Repeat it after the given pause, with the same Idempotency-Key if it has one.",
      zh: "此项变更未执行。请在指定时间后重试；如带有 Idempotency-Key，请使用相同的键。",
    },
  },
  QUOTA_EXCEEDED: {
    httpStatus: 409,
    repeat: "no",
    logLevel: "info",
    message: {
      en: "A quota of the resource directory is used up.",
      zh: "资源目录的配额已用尽。",
    },
    advice: {
      en: "Remove what is no longer needed, or have the quota raised in the vendor's Quota Center.",
      zh: "请删除不再需要的内容，或在配额中心申请提升配额。",
    },
  },
  RATE_LIMITED: {
    httpStatus: 429,
    repeat: "after",
    logLevel: "info",
    message: {
      en: "You sent more requests than this gateway allows.",
      zh: "请求过于频繁，已超出网关限制。",
    },
    advice: {
      en: "Wait for the given pause, then repeat the request.",
      zh: "请在指定时间后重试。",
    },
  },
  VERIFICATION_LIMIT: {
    httpStatus: 429,
    repeat: "after",
    logLevel: "info",
    message: {
      en: "Too many verification messages were sent.",
      zh: "验证消息发送次数过多。",
    },
    advice: {
      en: "Wait before you send another one; the earlier message may still arrive.",
      zh: "请稍后再发送，先前的消息可能仍会送达。",
    },
  },
  IDEMPOTENCY_KEY_REUSED: {
    httpStatus: 422,
    repeat: "no",
    logLevel: "info",
    message: {
      en: "This idempotency key was used for another request.",
      zh: "同一幂等键用于了不同的请求。",
    },
    advice: {
      en: "Use a new Idempotency-Key for a new request.",
      zh: "请为新的请求使用新的 Idempotency-Key。",
    },
  },
  IDEMPOTENCY_IN_PROGRESS: {
    httpStatus: 409,
    repeat: "after",
    logLevel: "debug",
    message: {
      en: "Another request with this idempotency key is running.",
      zh: "使用该幂等键的另一请求正在执行。",
    },
    advice: {
      en: "Repeat the request with the same key after the given pause to get its result.",
      zh: "请在指定时间后使用相同的键重试以获取结果。",
    },
  },
  UPSTREAM_THROTTLED: {
    httpStatus: 503,
    repeat: "after",
    logLevel: "warn",
    message: {
      en: "Alibaba Cloud throttles this account.",
      zh: "阿里云正在对该账号限流。",
    },
    advice: {
      en: "The throttled call was not carried out. Repeat it after the given pause, with the same Idempotency-Key if it has one.",
      zh: "被限流的调用未执行。请在指定时间后重试；如带有 Idempotency-Key，请使用相同的键。",
    },
  },
  UPSTREAM_DENIED: {
    httpStatus: 502,
    repeat: "no",
    logLevel: "error",
    message: {
      en: "Alibaba Cloud refuses this gateway's own credentials or rights.",
      zh: "阿里云拒绝了网关自身的凭证或权限。",
    },
    advice: {
      en: "Nothing you can change in the request: tell the operators of the gateway, with the request id.",
      zh: "请求本身无需修改，请将请求标识告知网关管理员。",
    },
  },
  UPSTREAM_UNAVAILABLE: {
    httpStatus: 503,
    repeat: "yes",
    logLevel: "warn",
    message: {
      en: "Alibaba Cloud cannot be reached or gives no usable answer.",
      zh: "阿里云暂时无法访问或未返回有效结果。",
    },
    advice: {
      en: "Repeat the request in a moment, with the same Idempotency-Key if it has one.",
      zh: "请稍后重试；如带有 Idempotency-Key，请使用相同的键。",
    },
  },
  STATE_UNAVAILABLE: {
    httpStatus: 503,
    repeat: "after",
    logLevel: "error",
    message: {
      en: "The gateway cannot use its shared state (Redis) right now, so the outcome of earlier requests with this idempotency key is unknown.",
      zh: "网关暂时无法使用共享状态（Redis），因此使用该幂等键的先前请求结果未知。",
    },
    advice: {
      en: "This request did not carry out the change. An earlier request with this key may have been carried out: repeat the request with the same key after the given pause.",
      zh: "本次请求未执行该变更。使用该键的先前请求可能已执行：请在指定时间后使用相同的键重试。",
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
      en: "The rejected request, field or item was not executed. Repeat it after the given pause, with the same Idempotency-Key if it has one.",
      zh: "被拒绝的请求或字段未执行。请在指定时间后重试；如带有 Idempotency-Key，请使用相同的键。",
    },
  },
  OUTCOME_UNKNOWN: {
    httpStatus: 504,
    repeat: "readFirst",
    logLevel: "error",
    message: {
      en: "The change was sent, but no answer tells whether it was carried out.",
      zh: "变更已发出，但无法确认是否已执行。",
    },
    advice: {
      en: "Repeat the request with the same Idempotency-Key if it has one. Otherwise read the present state first, and repeat the change only if it is missing.",
      zh: "如请求带有 Idempotency-Key，请使用相同的键重试；否则请先查询当前状态，仅在变更未生效时重试。",
    },
  },
  INTERNAL: {
    httpStatus: 500,
    repeat: "readsOnly",
    logLevel: "error",
    message: {
      en: "The gateway failed.",
      zh: "网关内部错误。",
    },
    advice: {
      en: "Report it with the request id. Repeat reads if you like; read before you repeat a change.",
      zh: "请附上请求标识报告问题。读取操作可重试，变更操作请先查询状态。",
    },
  },
};

/**
 * Whether a program may repeat the request without a person's decision.
 *
 * `maybe` and `readFirst` are not: they need a look first.
 */
export function isRetryable(code: ErrorCode): boolean {
  const { repeat } = ERRORS[code];
  return repeat === "yes" || repeat === "after";
}
