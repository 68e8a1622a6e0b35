import { ErrorCode } from "../../errors/error-codes.js";
import { GatewayError } from "../../errors/gateway-error.js";
import type { AccountCoverage } from "../shapes/coverage-report.js";

/** Error for a replacement after which accounts would have no `ACTIVE` contact. */
export function lossOf(lost: readonly AccountCoverage[]): GatewayError {
  const types = [
    ...new Set(
      lost.flatMap(({ messageTypes }) =>
        messageTypes.map(({ messageType }) => messageType),
      ),
    ),
  ];
  const { length: count } = lost;
  const example = lost[0]?.accountId ?? "";
  return new GatewayError(ErrorCode.STATUS_CONFLICT, {
    field: ["replacementId"],
    problem: {
      en: `${count} ${count === 1 ? "account" : "accounts"} (such as ${example}) would lose the last active contact for ${types.join(", ")}.`,
      zh: `${count} 个账号（例如 ${example}）将失去 ${types.join("、")} 的最后一个生效联系人。`,
    },
    advice: {
      en: "No change was sent. Verify the replacement and give it these message types, or repeat the request with `force: true`.",
      zh: "未发送任何变更。请先验证替换联系人并为其设置这些消息类型，或使用 `force: true` 重试。",
    },
  });
}
