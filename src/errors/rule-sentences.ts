import type { Language, Sentence } from "./error-codes.js";
import type { GatewayErrorDetails, Violation } from "./gateway-error.js";

/** What each rule demands. Bounds are filled in for `{min}` and `{max}`. */
const RULES: Readonly<Record<string, Sentence>> = {
  required: { en: "is required", zh: "为必填项" },
  type: { en: "has the wrong type", zh: "类型错误" },
  format: { en: "is not well-formed", zh: "格式错误" },
  length: { en: "has the wrong length", zh: "长度不符合要求" },
  range: { en: "is out of range", zh: "超出取值范围" },
  unique: { en: "contains duplicates", zh: "包含重复值" },
  "letters-only": {
    en: "may only hold letters or Chinese characters",
    zh: "只能包含英文字母或汉字",
  },
  "country-code": {
    en: "has a country code that is not accepted here",
    zh: "国家代码不受支持",
  },
  "one-of": { en: "is not one of the known values", zh: "不是有效的取值" },
  "any-of": {
    en: "needs an e-mail address or a phone number",
    zh: "至少需要邮箱或手机号之一",
  },
  "unknown-field": { en: "is not a known field", zh: "不是已知字段" },
};

/** A sentence for people that never repeats the value at fault. */
export function sentenceOf(violation: Violation, language: Language): string {
  const { field, rule, min, max } = violation;
  const what = RULES[rule]?.[language] ?? rule;
  const name =
    field === null
      ? language === "zh"
        ? "请求"
        : "The input"
      : field.join(".");
  const bounds =
    min === undefined && max === undefined
      ? ""
      : ` (${min ?? 0}${max === undefined ? "+" : `–${max}`})`;
  return language === "zh"
    ? `${name} ${what}${bounds}。`
    : `${name} ${what}${bounds}.`;
}

/** The figures of REQUEST_TOO_COSTLY; undefined for every other error. */
export function sentenceOfCost({
  estimate,
  limit,
}: GatewayErrorDetails): Sentence | undefined {
  if (estimate === undefined || limit === undefined) return undefined;
  return {
    en: `The request may need ${estimate} calls to Alibaba Cloud; one request may make ${limit}.`,
    zh: `该请求最多需要 ${estimate} 次阿里云调用，单个请求的上限为 ${limit} 次。`,
  };
}
