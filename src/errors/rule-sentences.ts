import type { Language, Sentence } from "./error-codes.js";
import type { GatewayErrorDetails, Violation } from "./gateway-error.js";

/** The predicate of each rule. Bounds and field names are appended by `sentenceOf`. */
const RULES: Readonly<Record<string, Sentence>> = {
  required: { en: "is required", zh: "为必填项" },
  type: { en: "has the wrong type", zh: "类型错误" },
  format: { en: "is not well-formed", zh: "格式错误" },
  length: { en: "has the wrong length", zh: "长度不符合要求" },
  range: { en: "is out of range", zh: "超出取值范围" },
  unique: { en: "contains duplicates", zh: "包含重复值" },
  "letters-only": {
    en: "may only contain letters or Chinese characters",
    zh: "只能包含英文字母或汉字",
  },
  "country-code": {
    en: "has a country code that is not accepted",
    zh: "包含不受支持的国家/地区代码",
  },
  "one-of": { en: "is not one of the allowed values", zh: "不是有效的取值" },
  "any-of": { en: "requires at least one of", zh: "至少需要以下之一：" },
  "unknown-field": { en: "is not a known field", zh: "不是已知字段" },
};

/** Describes a violation for people. Never contains the invalid value. */
export function sentenceOf(violation: Violation, language: Language): string {
  const { field, rule, anyOf } = violation;
  const predicate = RULES[rule]?.[language] ?? rule;
  const name =
    field === null
      ? language === "zh"
        ? "请求"
        : "The input"
      : field.join(".");
  if (language === "zh") {
    const bounds = boundsOf(violation, "～");
    const space = field === null ? "" : " ";
    return `${name}${space}${predicate}${bounds && `（${bounds}）`}${anyOf?.join("、") ?? ""}。`;
  }
  const bounds = boundsOf(violation, "–");
  return `${name} ${predicate}${bounds && ` (${bounds})`}${anyOf === undefined ? "" : ` ${anyOf.join(", ")}`}.`;
}

/** The allowed range, such as `2–12` or `1+`; empty if the rule has no bounds. */
function boundsOf({ min, max }: Violation, dash: string): string {
  if (min === undefined && max === undefined) return "";
  return `${min ?? 0}${max === undefined ? "+" : `${dash}${max}`}`;
}

/** States estimate and limit of REQUEST_TOO_COSTLY; undefined for other errors. */
export function sentenceOfCost({
  estimate,
  limit,
}: GatewayErrorDetails): Sentence | undefined {
  if (estimate === undefined || limit === undefined) return undefined;
  return {
    en: `The request may need ${estimate} calls to Alibaba Cloud; the limit is ${limit}.`,
    zh: `该请求最多需要 ${estimate} 次阿里云调用，单个请求的上限为 ${limit} 次。`,
  };
}
