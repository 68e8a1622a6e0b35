import type { Sentence } from "../../errors/error-codes.js";
import { GatewayError, type Violation } from "../../errors/gateway-error.js";
import { invalidInput } from "../../validation/invalid-input.js";
import { MAX_CONTACT_LENGTH, MAX_CONTACTS } from "./file-limits.js";

/** Error for a file that cannot be read. */
export function fileError(
  rule: string,
  expected: Sentence,
  line: number | null,
): GatewayError {
  return invalidInput([fileViolation(rule, expected, line)]);
}

/** Violation at a line of a file: its field is `["lines", "3"]`. */
export function fileViolation(
  rule: string,
  expected: Sentence,
  line: number | null,
): Violation {
  const field = line === null ? ["file"] : ["lines", String(line)];
  return { field, rule, expected };
}

/**
 * Replaces the position of a contact by its line in the fields of an error:
 * `contacts.3.name` becomes `lines.5.name`.
 */
export function withLines(
  error: GatewayError,
  lineOf: (index: number) => number | null,
): GatewayError {
  const { violations } = error.details;
  if (violations === undefined) return error;
  return new GatewayError(error.code, {
    ...error.details,
    violations: violations.map((violation) => {
      const [list, index, ...rest] = violation.field ?? [];
      if (list !== "contacts" || index === undefined) return violation;
      const line = lineOf(Number(index));
      return line === null
        ? violation
        : { ...violation, field: ["lines", String(line), ...rest] };
    }),
  });
}

/** What is wrong with a file. */
export const FILE_PROBLEMS = {
  encoding: {
    en: "must be UTF-8. In a spreadsheet program, save it as “CSV UTF-8”",
    zh: "须为 UTF-8 编码。请在表格软件中另存为“CSV UTF-8”格式",
  },
  quotes: {
    en: "has a quotation mark that is not closed, or one inside an unquoted cell",
    zh: "存在未闭合的引号，或未加引号的单元格中包含引号",
  },
  records: {
    en: `comes after the ${MAX_CONTACTS} contacts, or the 10,000 empty lines, that a file may have`,
    zh: `超出文件允许的 ${MAX_CONTACTS} 个联系人或 10,000 个空行`,
  },
  length: {
    en: `begins a contact of more than ${MAX_CONTACT_LENGTH} characters. Check that every quotation mark is closed`,
    zh: `处的联系人超过 ${MAX_CONTACT_LENGTH} 个字符。请检查引号是否均已闭合`,
  },
  nesting: {
    en: "has lists or objects inside each other at too many levels",
    zh: "的列表或对象嵌套层级过多",
  },
  values: {
    en: "has too many values",
    zh: "包含的值过多",
  },
  empty: {
    en: "is empty: the first line must name the columns",
    zh: "为空：第一行须为列名",
  },
  separator: {
    en: "must separate the columns by commas",
    zh: "须以逗号分隔各列",
  },
  noName: {
    en: "must have the column name",
    zh: "须包含 name 列",
  },
  repeatedColumn: {
    en: "has a column twice",
    zh: "存在重复的列",
  },
  cells: {
    en: "has more cells than the first line. In a cell, `;` separates the values of a list",
    zh: "的单元格数量超过首行。单元格内的列表值以“;”分隔",
  },
  form: {
    en: "must be a list of contacts, or an object with the member contacts",
    zh: "须为联系人列表，或包含 contacts 的对象",
  },
  contact: {
    en: "must be a contact: an object with members such as name",
    zh: "须为联系人对象",
  },
  yaml: {
    en: "is not valid YAML or JSON",
    zh: "不是有效的 YAML 或 JSON",
  },
  alias: {
    en: "must not use aliases",
    zh: "不能使用别名",
  },
} as const satisfies Record<string, Sentence>;
