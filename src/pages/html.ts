import { createHash } from "node:crypto";
import type { Language } from "../errors/error-codes.js";

/** An HTML document and its content security policy. */
export interface Page {
  readonly html: string;
  /** Value of the `Content-Security-Policy` header. */
  readonly policy: string;
}

/** Escapes text for HTML content and quoted attributes. */
export function escaped(text: string): string {
  return text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;")
    .replaceAll("'", "&#39;");
}

/** Escapes text and renders phrases in back quotes as code. */
export function withCode(text: string): string {
  return escaped(text).replace(/`([^`]+)`/g, "<code>$1</code>");
}

/** Base policy: blocks everything that a page's own directives do not allow. */
export const BASE_POLICY =
  "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

const STYLE = `
:root { color-scheme: light dark; --ink: #1c2330; --soft: #5a6577; --line: #dde2ea; --paper: #fff; --card: #f6f8fb; --link: #0b57d0; --tag: #e5edfb; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6e9ef; --soft: #9aa5b8; --line: #323a48; --paper: #14181f; --card: #1b212b; --link: #8ab4f8; --tag: #263349; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 16px/1.6 system-ui, "Segoe UI", "Noto Sans", "Noto Sans CJK SC", sans-serif; }
main { max-width: 60rem; margin: 0 auto; padding: 2.5rem 1.25rem 4rem; }
header { display: flex; justify-content: space-between; align-items: baseline; gap: 1rem; flex-wrap: wrap; margin-bottom: 1.5rem; }
h1 { font-size: 1.7rem; line-height: 1.25; margin: 0 0 .5rem; }
h2 { font-size: 1.1rem; margin: 2.25rem 0 .75rem; }
a { color: var(--link); text-decoration: none; }
a:hover { text-decoration: underline; }
a:focus-visible { outline: 2px solid var(--link); outline-offset: 2px; }
p { margin: .5rem 0; max-width: 46rem; }
.soft { color: var(--soft); }
code { font: .9em ui-monospace, "SF Mono", Menlo, "DejaVu Sans Mono", monospace; background: var(--card); border-radius: 4px; padding: .1em .3em; }
a code { color: inherit; }
h1 code { background: none; padding: 0; font-size: 1em; }
.tag { display: inline-block; background: var(--tag); border-radius: 99px; padding: .1rem .75rem; font-size: .875rem; }
ul.cards { list-style: none; margin: 0; padding: 0; display: grid; gap: .75rem; grid-template-columns: repeat(auto-fill, minmax(17rem, 1fr)); }
ul.cards li { background: var(--card); border: 1px solid var(--line); border-radius: 8px; padding: .8rem 1rem; }
ul.cards a { font-weight: 600; }
ul.cards span { display: block; color: var(--soft); font-size: .9rem; line-height: 1.45; margin-top: .15rem; }
ul.plain { list-style: none; margin: 0; padding: 0; }
ul.plain li { padding: .1rem 0; }
dd code { overflow-wrap: anywhere; }
.wide { overflow-x: auto; }
pre:focus-visible, .wide:focus-visible { outline: 2px solid var(--link); outline-offset: 2px; }
table { border-collapse: collapse; width: 100%; font-size: .95rem; }
th, td { text-align: left; vertical-align: top; padding: .5rem .75rem .5rem 0; border-bottom: 1px solid var(--line); }
th { color: var(--soft); font-weight: 600; white-space: nowrap; }
td:first-child { white-space: nowrap; }
dl { display: grid; grid-template-columns: max-content minmax(0, 1fr); gap: .6rem 1.5rem; margin: 1.5rem 0; }
dt { color: var(--soft); }
dd { margin: 0; }
@media (max-width: 34rem) { dl { grid-template-columns: minmax(0, 1fr); gap: .1rem; } dd { margin-bottom: .8rem; } }
pre { background: var(--card); border: 1px solid var(--line); border-radius: 8px; padding: .8rem 1rem; overflow-x: auto; font: .875rem/1.5 ui-monospace, "SF Mono", Menlo, "DejaVu Sans Mono", monospace; }
`;

const STYLE_POLICY = `${BASE_POLICY}; img-src 'self'; style-src 'sha256-${createHash("sha256").update(STYLE).digest("base64")}'`;

export interface StaticPage {
  readonly title: string;
  readonly language: Language;
  /** Relative URL of the landing page, such as `./`. */
  readonly root: string;
  /** HTML in which all text is escaped. */
  readonly body: string;
}

const OTHER_LANGUAGE = {
  en: { code: "zh", name: "中文" },
  zh: { code: "en", name: "English" },
} as const;

/**
 * Renders a page without scripts. It loads only the favicon. All links are relative, so
 * that they work behind a proxy that removes a prefix from the path.
 */
export function staticPage({ title, language, root, body }: StaticPage): Page {
  const other = OTHER_LANGUAGE[language];
  const html = `<!doctype html>
<html lang="${language === "zh" ? "zh-CN" : "en"}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escaped(title)}</title>
<link rel="icon" href="${root}favicon.svg" type="image/svg+xml">
<style>${STYLE}</style>
</head>
<body>
<main>
<header class="soft"><a href="${root}?lang=${language}">Message contacts</a><a href="?lang=${other.code}" hreflang="${other.code}" rel="alternate">${other.name}</a></header>
${body}
</main>
</body>
</html>
`;
  return { html, policy: STYLE_POLICY };
}
