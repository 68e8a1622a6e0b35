import type { ErrorCode, Language, Sentence } from "../errors/error-codes.js";
import type { Repeat } from "../errors/error-row.js";
import { ERRORS } from "../errors/error-table.js";
import type { ErrorReference, Occurrence } from "./error-reference.js";
import { graphqlSnippet, restSnippet } from "./error-snippets.js";
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
  status: { en: "HTTP status", zh: "HTTP 状态码" },
  happened: { en: "Message", zh: "错误说明" },
  repeat: { en: "Retry", zh: "能否重试" },
  advice: { en: "What to do", zh: "处理方法" },
  all: { en: "All error codes", zh: "所有错误码" },
  operations: { en: "Operations", zh: "相关操作" },
  everyOperation: {
    en: "Every operation can return this code.",
    zh: "所有操作都可能返回此错误码。",
  },
  everyChange: {
    en: "Every change can return this code.",
    zh: "所有变更操作都可能返回此错误码。",
  },
  noOperation: {
    en: "Requests without an operation.",
    zh: "仅出现在不涉及具体操作的请求中。",
  },
  vendorCodes: { en: "Vendor codes", zh: "对应的阿里云错误码" },
  noVendorCode: {
    en: "None. The gateway itself raises this error.",
    zh: "无：此错误由网关自身产生。",
  },
  payload: {
    en: "In the payload of a mutation (the type is in `__typename`)",
    zh: "变更操作返回值中的错误（类型见 `__typename`）",
  },
  topLevel: {
    en: "In the top-level `errors`, with `path` and `locations` if it belongs to a field",
    zh: "顶层 `errors` 中的错误；属于某个字段时还包含 `path` 与 `locations`",
  },
  problem: {
    en: "Response with media type `application/problem+json`",
    zh: "媒体类型为 `application/problem+json` 的响应",
  },
  handling: { en: "Handling in TypeScript", zh: "TypeScript 处理示例" },
} as const satisfies Record<string, Sentence>;

/** The page of one code. It is generated from the error table and the contracts. */
export function errorPage(
  code: ErrorCode,
  language: Language,
  reference: ErrorReference,
): Page {
  const { httpStatus, repeat, message, advice } = ERRORS[code];
  const text = (name: keyof typeof TEXTS): string =>
    withCode(TEXTS[name][language]);
  const { payload, topLevel, problem, occurrences, extent } = reference;
  const vendorCodes =
    reference.vendorCodes.length === 0
      ? text("noVendorCode")
      : reference.vendorCodes
          .map((vendorCode) => `<code>${escaped(vendorCode)}</code>`)
          .join(" ");
  const operations =
    occurrences.length === 0
      ? text("noOperation")
      : extent === "all"
        ? text("everyOperation")
        : extent === "changes"
          ? text("everyChange")
          : occurrenceList(occurrences);
  const facts = [
    ["status", String(httpStatus)],
    ["happened", escaped(message[language])],
    ["repeat", withCode(REPEAT[repeat][language])],
    ["advice", escaped(advice[language])],
    ["operations", operations],
    ["vendorCodes", vendorCodes],
  ] as const;
  const body = `<h1><code>${code}</code></h1>
<dl>
${facts.map(([name, value]) => `<dt>${text(name)}</dt><dd>${value}</dd>`).join("\n")}
</dl>
<h2>GraphQL</h2>
${
  payload === undefined
    ? ""
    : `<p>${text("payload")}</p>
${json({ data: { [payload.mutation]: { errors: payload.errors } } })}`
}
${
  topLevel === undefined
    ? ""
    : `<p>${text("topLevel")}</p>
${json({ errors: [topLevel] })}`
}
<p>${text("handling")}</p>
${block(graphqlSnippet(code, reference))}
<h2>REST</h2>
<p>${text("problem")}</p>
${json(problem)}
<p>${text("handling")}</p>
${block(restSnippet(code, reference))}
<p><a href="../errors?lang=${language}">${text("all")}</a></p>`;
  return staticPage({ title: code, language, root: "../", body });
}

function occurrenceList(occurrences: readonly Occurrence[]): string {
  const items = occurrences.map(({ graphql, rest }) => {
    const names = [...graphql, rest].map(
      (name) => `<code>${escaped(name)}</code>`,
    );
    return `<li>${names.join(" · ")}</li>`;
  });
  return `<ul class="plain">${items.join("")}</ul>`;
}

const json = (value: object): string => block(JSON.stringify(value, null, 2));

/** Code that scrolls, and therefore can have the keyboard focus. */
function block(code: string): string {
  return `<pre tabindex="0">${escaped(code)}</pre>`;
}
