import type { Sentence } from "./error-codes.js";

/**
 * What to do after OUTCOME_UNKNOWN. The advice depends on how the caller can determine
 * whether the change was carried out: with its idempotency key, with a read, or not at all.
 */
export const OUTCOME_ADVICE = {
  /** The request has an idempotency key. */
  sameKey: {
    en: "The change may have been carried out. Repeat the request with the same Idempotency-Key after the given delay: the gateway reads the current state before it sends anything.",
    zh: "该变更可能已执行。请在指定时间后使用相同的 Idempotency-Key 重试：网关会先查询当前状态，再决定是否发送。",
  },
  /** The request has no key, and a read shows whether the change was carried out. */
  readFirst: {
    en: "The change may have been carried out. Read the current state first, and repeat the change only if it did not take effect. A request with an Idempotency-Key can be repeated safely.",
    zh: "该变更可能已执行。请先查询当前状态，仅在变更未生效时重试。如带有 Idempotency-Key，则可安全重试。",
  },
  /** A verification message. No read can show whether it was sent. */
  wait: {
    en: "The message may have been sent, and no read can confirm it. Ask the recipient, or wait for the given time before you send another message with a new key.",
    zh: "消息可能已发送，且无法查询确认。请向收件人确认，或在指定时间后使用新的键重新发送。",
  },
} as const satisfies Record<string, Sentence>;
