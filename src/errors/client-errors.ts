import type { ErrorCode } from "./error-codes.js";
import type { ErrorRow } from "./error-row.js";

/**
 * Errors that the caller can solve: HTTP status 4xx. Two codes have the status 200 that
 * clients of automatic persisted queries expect.
 */
export const CLIENT_ERRORS = {
  BAD_REQUEST: {
    httpStatus: 400,
    repeat: "no",
    logLevel: "info",
    message: {
      en: "The request is malformed or does not fit the contract.",
      zh: "请求格式错误或不符合接口约定。",
    },
    advice: {
      en: "Compare the request with the schema at /schema.graphql or with the API description at /openapi.json.",
      zh: "请对照 /schema.graphql 或 /openapi.json 检查请求。",
    },
  },
  PERSISTED_QUERY_NOT_FOUND: {
    httpStatus: 200,
    repeat: "no",
    logLevel: "info",
    message: {
      en: "No document is registered under this hash.",
      zh: "该哈希值没有已登记的文档。",
    },
    advice: {
      en: "Send the text of the document together with the hash once. Clients that support automatic persisted queries do so automatically.",
      zh: "请将文档内容与哈希值一并发送一次；支持自动持久化查询的客户端会自动完成。",
    },
  },
  PERSISTED_QUERY_NOT_SUPPORTED: {
    httpStatus: 200,
    repeat: "no",
    logLevel: "info",
    message: {
      en: "This gateway executes only documents of its manifest, and none has this hash.",
      zh: "网关只执行清单中的文档，而清单中没有该哈希值对应的文档。",
    },
    advice: {
      en: "Ask an operator of the gateway to add the document to the manifest.",
      zh: "请联系网关管理员将该文档加入清单。",
    },
  },
  PERSISTED_DOCUMENT_NOT_FOUND: {
    httpStatus: 400,
    repeat: "no",
    logLevel: "info",
    message: {
      en: "The document is not one of the persisted documents of this gateway.",
      zh: "该文档不在网关的持久化文档中。",
    },
    advice: {
      en: "Compare the document and its id with the manifest of the gateway. An operator can add the document.",
      zh: "请将文档及其 ID 与网关的清单核对，可由管理员添加该文档。",
    },
  },
  INVALID_INPUT: {
    httpStatus: 422,
    repeat: "no",
    logLevel: "info",
    message: {
      en: "One or more arguments are invalid.",
      zh: "一个或多个参数无效。",
    },
    advice: {
      en: "Correct all listed arguments: the response contains all violations.",
      zh: "请修正列出的所有参数，违规项会一次性全部返回。",
    },
  },
  REQUEST_TOO_COSTLY: {
    httpStatus: 422,
    repeat: "no",
    logLevel: "info",
    message: {
      en: "The request needs more calls to Alibaba Cloud than a single request may make.",
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
    message: {
      en: "Authentication is required.",
      zh: "未通过身份验证。",
    },
    advice: {
      en: "Send an API key or an access token in the header `Authorization: Bearer …`, or an API key in `X-API-Key`.",
      zh: "请在请求头 `Authorization: Bearer …` 中提供 API 密钥或访问令牌，或在 `X-API-Key` 中提供 API 密钥。",
    },
  },
  FORBIDDEN: {
    httpStatus: 403,
    repeat: "no",
    logLevel: "info",
    message: {
      en: "You don't have permission to do this.",
      zh: "您没有执行此操作的权限。",
    },
    advice: {
      en: "Ask an operator of the gateway for the scope that the description of the operation names.",
      zh: "请向网关管理员申请该操作说明中列出的权限。",
    },
  },
  CONTACT_NOT_FOUND: {
    httpStatus: 404,
    repeat: "no",
    logLevel: "info",
    message: {
      en: "The contact does not exist in this resource directory.",
      zh: "该资源目录中不存在此联系人。",
    },
    advice: {
      en: "List the contacts to get a valid id. The contact may have been deleted.",
      zh: "请查询联系人列表以获取有效的联系人 ID，该联系人可能已被删除。",
    },
  },
  BINDING_TARGET_NOT_FOUND: {
    httpStatus: 422,
    repeat: "no",
    logLevel: "info",
    message: {
      en: "A target is not a directory, folder or member of this resource directory.",
      zh: "绑定目标不是该资源目录、其中的资源夹或成员。",
    },
    advice: {
      en: "Check the target ids: rd-…, r-…, fd-… or the account id of a member.",
      zh: "请检查目标 ID：rd-…、r-…、fd-… 或成员账号 ID。",
    },
  },
  NAME_TAKEN: {
    httpStatus: 409,
    repeat: "no",
    logLevel: "info",
    message: {
      en: "Another contact in the resource directory has this name.",
      zh: "资源目录中已有同名联系人。",
    },
    advice: { en: "Choose another name.", zh: "请更换名称。" },
  },
  VERIFICATION_NOT_PENDING: {
    httpStatus: 409,
    repeat: "no",
    logLevel: "info",
    message: {
      en: "No verification is pending for this address or number.",
      zh: "该邮箱地址或手机号码没有待验证的记录。",
    },
    advice: {
      en: "Read the pending verifications of the contact. The address or number must be one of them.",
      zh: "请查询联系人的待验证记录，该邮箱地址或手机号码必须在其中。",
    },
  },
  STATUS_CONFLICT: {
    httpStatus: 409,
    repeat: "maybe",
    logLevel: "info",
    message: {
      en: "The current status of the contact does not allow this.",
      zh: "联系人当前状态不允许此操作。",
    },
    advice: {
      en: "Read the status and the pending verifications of the contact before you retry.",
      zh: "请先查询联系人的状态和待验证记录，再决定是否重试。",
    },
  },
  CONCURRENT_CHANGE: {
    httpStatus: 409,
    repeat: "after",
    logLevel: "info",
    message: {
      en: "Another change in the resource directory is in progress.",
      zh: "资源目录中有其他变更正在进行。",
    },
    advice: {
      en: "This change was not executed. Retry after the given delay, with the same Idempotency-Key if it has one.",
      zh: "此项变更未执行。请在指定时间后重试；如带有 Idempotency-Key，请使用相同的键。",
    },
  },
  CHANGED_MEANWHILE: {
    httpStatus: 412,
    repeat: "readFirst",
    logLevel: "info",
    message: {
      en: "The contact was changed since it was read.",
      zh: "联系人在读取之后已被更改。",
    },
    advice: {
      en: "This change was not carried out. Read the contact again, and repeat the change with its current etag.",
      zh: "此项变更未执行。请重新查询联系人，并使用其当前的 etag 重试。",
    },
  },
  QUOTA_EXCEEDED: {
    httpStatus: 409,
    repeat: "no",
    logLevel: "info",
    message: {
      en: "A quota of the resource directory is exhausted.",
      zh: "资源目录的配额已用尽。",
    },
    advice: {
      en: "Delete contacts or bindings that you no longer need, or request a higher quota in Quota Center of Alibaba Cloud.",
      zh: "请删除不再需要的联系人或绑定关系，或在阿里云配额中心申请提升配额。",
    },
  },
  RATE_LIMITED: {
    httpStatus: 429,
    repeat: "after",
    logLevel: "info",
    message: {
      en: "You exceeded the rate limit of this gateway.",
      zh: "请求过于频繁，已超出网关的频率限制。",
    },
    advice: {
      en: "Retry the request after the given delay.",
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
      en: "Wait before you send another message. The earlier one may still arrive.",
      zh: "请稍后再发送，先前的消息可能仍会送达。",
    },
  },
  IDEMPOTENCY_KEY_REUSED: {
    httpStatus: 422,
    repeat: "no",
    logLevel: "info",
    message: {
      en: "This idempotency key was already used for a different request.",
      zh: "该幂等键已用于其他请求。",
    },
    advice: {
      en: "Use a new Idempotency-Key for a new request.",
      zh: "请为新的请求使用新的 Idempotency-Key。",
    },
  },
  IDEMPOTENCY_IN_PROGRESS: {
    httpStatus: 409,
    repeat: "after",
    logLevel: "info",
    message: {
      en: "Another request with this idempotency key is in progress.",
      zh: "使用该幂等键的另一请求正在执行。",
    },
    advice: {
      en: "Retry with the same key after the given delay to get the result.",
      zh: "请在指定时间后使用相同的键重试以获取结果。",
    },
  },
} satisfies Partial<Record<ErrorCode, ErrorRow>>;
