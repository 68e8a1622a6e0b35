import {
  ErrorCode,
  type Language,
  type Sentence,
} from "../errors/error-codes.js";
import type { Repeat } from "../errors/error-row.js";
import { ERRORS, isRetryable } from "../errors/error-table.js";
import { escaped, staticPage, withCode, type Page } from "./html.js";

const REPEAT: Readonly<Record<Repeat, Sentence>> = {
  no: {
    en: "No. The same request will fail again.",
    zh: "否：相同的请求会再次失败。",
  },
  after: {
    en: "Yes, after the number of seconds in `Retry-After` or `retryAfterSeconds`.",
    zh: "可以，请等待 `Retry-After` 或 `retryAfterSeconds` 指定的秒数后重试。",
  },
  yes: { en: "Yes, after a short pause.", zh: "可以，请稍后重试。" },
  maybe: {
    en: "Only after the state has changed.",
    zh: "仅在状态发生变化后重试。",
  },
  readFirst: {
    en: "Check the result of the first request before you decide.",
    zh: "请先查询首个请求的结果，再决定是否重试。",
  },
  readsOnly: {
    en: "Reads: yes. Changes: check the current state first.",
    zh: "读取操作可以重试；变更操作请先查询当前状态。",
  },
};

const TEXTS = {
  title: { en: "Errors", zh: "错误码" },
  intro: {
    en: "Every error has one of these codes. In GraphQL, it is in `errors` of a payload or in `extensions.code`. In REST, it is in the problem document. Codes are never translated and keep their meaning.",
    zh: "每个错误都有以下错误码之一：在 GraphQL 中位于返回值的 `errors` 或 `extensions.code`，在 REST 中位于问题文档。错误码不会被翻译，含义也不会改变。",
  },
  code: { en: "Code", zh: "错误码" },
  status: { en: "HTTP status", zh: "HTTP 状态码" },
  happened: { en: "Message", zh: "错误说明" },
  repeat: { en: "Retry", zh: "能否重试" },
  advice: { en: "What to do", zh: "处理方法" },
  all: { en: "All error codes", zh: "所有错误码" },
} as const satisfies Record<string, Sentence>;

/** Whether a string is one of the error codes. */
export function isErrorCodeName(name: string): name is ErrorCode {
  return Object.hasOwn(ERRORS, name);
}

/** A row of the error table as JSON. */
export function errorFacts(code: ErrorCode, language: Language): object {
  const { httpStatus, repeat, message, advice } = ERRORS[code];
  return {
    code,
    status: httpStatus,
    title: message[language],
    detail: advice[language],
    repeat,
    retryable: isRetryable(code),
  };
}

/** The page `/errors`, which lists all codes. */
export function errorsPage(language: Language): Page {
  const text = (name: keyof typeof TEXTS): string =>
    withCode(TEXTS[name][language]);
  const rows = Object.values(ErrorCode).map((code) => {
    const { httpStatus, message } = ERRORS[code];
    return `<tr><td><a href="errors/${code}?lang=${language}"><code>${code}</code></a></td><td>${httpStatus}</td><td>${escaped(message[language])}</td></tr>`;
  });
  return staticPage({
    title: TEXTS.title[language],
    language,
    root: "./",
    body: `<h1>${text("title")}</h1>
<p>${text("intro")}</p>
<div class="wide"><table>
<thead><tr><th>${text("code")}</th><th>${text("status")}</th><th>${text("happened")}</th></tr></thead>
<tbody>
${rows.join("\n")}
</tbody>
</table></div>`,
  });
}

/** The page of one code: message, HTTP status, whether to retry, and advice. */
export function errorPage(code: ErrorCode, language: Language): Page {
  const { httpStatus, repeat, message, advice } = ERRORS[code];
  const facts: [keyof typeof TEXTS, string][] = [
    ["happened", escaped(message[language])],
    ["status", String(httpStatus)],
    ["repeat", withCode(REPEAT[repeat][language])],
    ["advice", escaped(advice[language])],
  ];
  return staticPage({
    title: code,
    language,
    root: "../",
    body: `<h1><code>${code}</code></h1>
<dl>
${facts.map(([name, value]) => `<dt>${escaped(TEXTS[name][language])}</dt><dd>${value}</dd>`).join("\n")}
</dl>
<p><a href="../errors?lang=${language}">${escaped(TEXTS.all[language])}</a></p>`,
  });
}
