import type { Language, Sentence } from "./error-codes.js";
import type { Violation } from "./gateway-error.js";

/** A violation as both APIs return it. */
export interface RenderedViolation {
  readonly field: readonly string[] | null;
  readonly rule: string;
  /** States what is accepted. Never contains the invalid value. */
  readonly message: string;
  readonly min?: number;
  readonly max?: number;
}

/** A text that depends on the bounds or the accepted values of a violation. */
type Text = (violation: Violation) => Sentence;

const fixed =
  (sentence: Sentence): Text =>
  () =>
    sentence;

/** The predicate of each rule. The name of the field is the subject. */
const RULES: Readonly<Record<string, Text>> = {
  required: fixed({ en: "is required", zh: "为必填项" }),
  type: fixed({ en: "has the wrong type", zh: "类型错误" }),
  format: fixed({ en: "is not well-formed", zh: "格式错误" }),
  length: lengthText,
  range: ({ min, max }) => ({
    en: `must be a number${boundsOf(min, max, { from: " from ", to: " to ", least: " of at least ", most: " of at most " })}`,
    zh: `须为${boundsOf(min, max, { from: " ", to: " 到 ", least: "不小于 ", most: "不大于 " })} 的数字`,
  }),
  unique: fixed({ en: "must not repeat a value", zh: "不能包含重复值" }),
  "letters-only": fixed({
    en: "may only contain the letters A–Z, a–z and Chinese characters",
    zh: "只能包含英文字母（A–Z、a–z）和汉字",
  }),
  "country-code": ({ allowed }) => ({
    en: `must have a country code that is accepted${listOf(allowed, ": ", ", ")}`,
    zh: `须使用受支持的国家/地区代码${listOf(allowed, "：", "、")}`,
  }),
  "one-of": ({ allowed }) => ({
    en: `must be one of ${listOf(allowed, "", ", ") || "the allowed values"}`,
    zh: `须为${listOf(allowed, "以下之一：", "、") || "有效的取值"}`,
  }),
  "any-of": ({ allowed }) => ({
    en: `requires at least one of ${listOf(allowed, "", ", ")}`,
    zh: `至少需要以下之一：${listOf(allowed, "", "、")}`,
  }),
  "unknown-field": ({ allowed, similar = [] }) => {
    const names = similar.length > 0 ? undefined : allowed;
    return {
      en: `is not a known field${listOf(names, "; known fields: ", ", ")}`,
      zh: `不是已知字段${listOf(names, "；已知字段：", "、")}`,
    };
  },
};

/** Describes a violation for people. Never contains the invalid value. */
export function sentenceOf(violation: Violation, language: Language): string {
  const { field, rule, expected, similar } = violation;
  const predicate = (expected ?? RULES[rule]?.(violation))?.[language] ?? rule;
  if (language === "zh") {
    const name = field === null ? "请求" : `${field.join(".")} `;
    return `${name}${predicate}。${listOf(similar, "您是否想使用 ", "、", "？")}`;
  }
  const name = field === null ? "The input" : field.join(".");
  return `${name} ${predicate}.${listOf(similar, " Did you mean ", " or ", "?")}`;
}

/** Converts a violation to its public form. */
export function renderViolation(
  violation: Violation,
  language: Language,
): RenderedViolation {
  const { field, rule, min, max } = violation;
  return {
    field,
    rule,
    message: sentenceOf(violation, language),
    ...(min === undefined ? {} : { min }),
    ...(max === undefined ? {} : { max }),
  };
}

function lengthText({ min, max, unit }: Violation): Sentence {
  if (min === undefined && max === undefined) {
    return { en: "has the wrong length", zh: "长度不符合要求" };
  }
  const en = boundsOf(min, max, {
    from: "",
    to: " to ",
    least: "at least ",
    most: "at most ",
  });
  const zh = boundsOf(min, max, {
    from: "须为 ",
    to: "～",
    least: "至少须为 ",
    most: "不能超过 ",
  });
  return {
    en: `must have ${en}${unit === undefined ? " characters or items" : ` ${unit}`}`,
    zh: `${zh} ${unit === "characters" ? "个字符" : "项"}`,
  };
}

interface BoundWords {
  readonly from: string;
  readonly to: string;
  readonly least: string;
  readonly most: string;
}

function boundsOf(
  min: number | undefined,
  max: number | undefined,
  { from, to, least, most }: BoundWords,
): string {
  if (min !== undefined && max !== undefined) return `${from}${min}${to}${max}`;
  if (min !== undefined) return `${least}${min}`;
  return max === undefined ? "" : `${most}${max}`;
}

/** A list with a prefix and a suffix; empty if there are no names. */
function listOf(
  names: readonly string[] | undefined,
  prefix: string,
  separator: string,
  suffix = "",
): string {
  return names === undefined || names.length === 0
    ? ""
    : `${prefix}${names.join(separator)}${suffix}`;
}
