import { ErrorCode } from "../../errors/error-codes.js";
import { GatewayError } from "../../errors/gateway-error.js";
import type { ContactsPlan } from "../planner/contacts-plan.js";
import { PlanProblemCode } from "../shapes/enums.js";

/** Problems that a larger quota would solve. */
const QUOTAS: ReadonlySet<PlanProblemCode> = new Set([
  PlanProblemCode.TOO_MANY_CONTACTS,
  PlanProblemCode.TOO_MANY_TARGETS,
]);

/**
 * Why a plan must not be applied; null when it may be.
 *
 * @param digest of the plan that the caller saw
 * @returns CHANGED_MEANWHILE, QUOTA_EXCEEDED or INVALID_INPUT
 */
export function rejectionOf(
  plan: ContactsPlan,
  digest: string,
): GatewayError | null {
  if (plan.digest !== digest) {
    return new GatewayError(ErrorCode.CHANGED_MEANWHILE, {
      value: plan.digest,
      problem: {
        en: "The contacts or the input have changed since the plan was made. No change was sent.",
        zh: "自生成变更计划以来，联系人或输入内容已发生变化。未发送任何变更。",
      },
      advice: {
        en: "Review the new plan and apply it with its digest.",
        zh: "请检查新的变更计划，并使用其 digest 执行。",
      },
    });
  }
  const [first] = plan.problems;
  if (first === undefined) return null;
  const quota = plan.problems.find(({ code }) => QUOTAS.has(code));
  return quota === undefined
    ? new GatewayError(ErrorCode.INVALID_INPUT, {
        violations: plan.problems.map(({ code, field, sentence }) => ({
          field,
          rule: code.toLowerCase().replaceAll("_", "-"),
          expected: {
            en: `has a problem: ${sentence.en.replace(/\.$/, "")}`,
            zh: `存在问题：${sentence.zh.replace(/。$/, "")}`,
          },
        })),
      })
    : new GatewayError(ErrorCode.QUOTA_EXCEEDED, {
        field: quota.field,
        problem: quota.sentence,
        limit:
          quota.code === PlanProblemCode.TOO_MANY_CONTACTS
            ? plan.quota.contactsLimit
            : plan.quota.targetsPerContactLimit,
      });
}
