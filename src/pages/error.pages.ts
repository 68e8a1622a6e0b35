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
    en: "No: the same request fails again.",
    zh: "否：相同的请求会再次失败。",
  },
  after: {
    en: "Yes, after the pause that `Retry-After` and `retryAfterSeconds` name.",
    zh: "可以，请等待 `Retry-After` 或 `retryAfterSeconds` 指定的时间后重试。",
  },
  yes: { en: "Yes, in a moment.", zh: "可以，稍后重试。" },
  maybe: {
    en: "Only once the state has changed.",
    zh: "仅在状态发生变化后重试。",
  },
  readFirst: {
    en: "Not before you have read what became of the first one.",
    zh: "请先查询首个请求的结果，再决定是否重试。",
  },
  readsOnly: {
    en: "Reads may be repeated; before you repeat a change, read.",
    zh: "读取操作可以重试；变更操作请先查询状态。",
  },
};

const WORDS = {
  title: { en: "Errors", zh: "错误码" },
  intro: {
    en: "Every failure carries one of these codes: in GraphQL in a payload's `errors` or in `extensions.code`, in REST in a problem document. Codes are never translated and never change their meaning.",
    zh: "每个失败都带有以下错误码之一：在 GraphQL 中位于返回值的 `errors` 或 `extensions.code`,在 REST 中位于问题文档。错误码不会被翻译，含义也不会改变。",
  },
  code: { en: "Code", zh: "错误码" },
  status: { en: "HTTP status", zh: "HTTP 状态码" },
  happened: { en: "What happened", zh: "发生了什么" },
  repeat: { en: "Repeat the request?", zh: "能否重试" },
  advice: { en: "What to do", zh: "如何处理" },
  all: { en: "All error codes", zh: "所有错误码" },
} as const satisfies Record<string, Sentence>;

export function isErrorCodeName(word: string): word is ErrorCode {
  return Object.hasOwn(ERRORS, word);
}

/** What a row of the error table says, for programs. */
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

/** All codes at a glance. */
export function errorsPage(language: Language): Page {
  const word = (name: keyof typeof WORDS): string =>
    withCode(WORDS[name][language]);
  const rows = Object.values(ErrorCode).map((code) => {
    const { httpStatus, message } = ERRORS[code];
    return `<tr><td><a href="/errors/${code}?lang=${language}"><code>${code}</code></a></td><td>${httpStatus}</td><td>${escaped(message[language])}</td></tr>`;
  });
  return staticPage({
    title: WORDS.title[language],
    language,
    path: "/errors",
    body: `<h1>${word("title")}</h1>
<p>${word("intro")}</p>
<div class="wide"><table>
<thead><tr><th>${word("code")}</th><th>${word("status")}</th><th>${word("happened")}</th></tr></thead>
<tbody>
${rows.join("\n")}
</tbody>
</table></div>`,
  });
}

/** One code: what happened, whether to repeat, what to do. */
export function errorPage(code: ErrorCode, language: Language): Page {
  const { httpStatus, repeat, message, advice } = ERRORS[code];
  const facts: [keyof typeof WORDS, string][] = [
    ["happened", escaped(message[language])],
    ["status", String(httpStatus)],
    ["repeat", withCode(REPEAT[repeat][language])],
    ["advice", escaped(advice[language])],
  ];
  return staticPage({
    title: code,
    language,
    path: `/errors/${code}`,
    body: `<h1><code>${code}</code></h1>
<dl>
${facts.map(([name, value]) => `<dt>${escaped(WORDS[name][language])}</dt><dd>${value}</dd>`).join("\n")}
</dl>
<p><a href="/errors?lang=${language}">${escaped(WORDS.all[language])}</a></p>`,
  });
}
