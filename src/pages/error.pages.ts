import {
  ErrorCode,
  type Language,
  type Sentence,
} from "../errors/error-codes.js";
import { ERRORS, isRetryable } from "../errors/error-table.js";
import { escaped, staticPage, withCode, type Page } from "./html.js";

const TEXTS = {
  title: { en: "Errors", zh: "错误码" },
  intro: {
    en: "Every error has one of these codes. In GraphQL, it is in `errors` of a payload or in `extensions.code`. In REST, it is in the problem document. Codes are never translated and keep their meaning.",
    zh: "每个错误都有以下错误码之一：在 GraphQL 中位于返回值的 `errors` 或 `extensions.code`，在 REST 中位于问题文档。错误码不会被翻译，含义也不会改变。",
  },
  code: { en: "Code", zh: "错误码" },
  status: { en: "HTTP status", zh: "HTTP 状态码" },
  happened: { en: "Message", zh: "错误说明" },
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
<div class="wide" tabindex="0"><table>
<thead><tr><th>${text("code")}</th><th>${text("status")}</th><th>${text("happened")}</th></tr></thead>
<tbody>
${rows.join("\n")}
</tbody>
</table></div>`,
  });
}
