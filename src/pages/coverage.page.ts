import type { Language, Sentence } from "../errors/error-codes.js";
import type { Bundle } from "./asset-manifest.js";
import { BASE_POLICY, escaped, type Page } from "./html.js";

/** Scripts, styles and requests only of this origin; no inline styles. */
const POLICY = `${BASE_POLICY}; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'`;

const TEXTS = {
  title: { en: "Who is notified, who is not", zh: "谁会收到通知，谁不会" },
  about: {
    en: "The contacts that are bound to each account, through the directory, its folders or the account itself. Bound does not mean that a person receives a message: member accounts can filter messages.",
    zh: "各账号绑定的联系人：通过资源目录、所在文件夹或账号本身绑定。已绑定不等于一定能收到消息：成员账号可以过滤消息。",
  },
  other: { en: "中文", zh: "English" },
  signIn: { en: "Sign in", zh: "登录" },
  credential: {
    en: "API key or access token",
    zh: "API 密钥或访问令牌",
  },
  directory: {
    en: "Directory (if you may use several)",
    zh: "资源目录别名（有多个时填写）",
  },
  forgotten: {
    en: "Both are forgotten when you close or reload this page.",
    zh: "关闭或刷新页面后，以上内容将被清除。",
  },
  forget: { en: "Forget", zh: "清除" },
  types: { en: "Message types", zh: "消息类型" },
  under: { en: "Folder or account", zh: "文件夹或账号" },
  whole: { en: "Whole directory", zh: "整个资源目录" },
  min: { en: "Contacts per type", zh: "每类至少" },
  find: { en: "Find an account or folder", zh: "查找账号或文件夹" },
  onlyGaps: { en: "Only gaps", zh: "仅显示缺口" },
  expand: { en: "Open all", zh: "全部展开" },
  collapse: { en: "Close all", zh: "全部收起" },
  refresh: { en: "Read again", zh: "重新读取" },
  download: { en: "Download CSV", zh: "下载 CSV" },
  script: {
    en: "This page needs JavaScript. The same report is at",
    zh: "此页面需要 JavaScript。同样的报告见",
  },
} as const satisfies Record<string, Sentence>;

/** Message types that can be chosen, with their short names; the first three are required. */
const TYPES: readonly (readonly [string, Sentence])[] = [
  ["SECURITY_MESSAGE", { en: "Security", zh: "安全消息" }],
  ["FAULT_MESSAGE", { en: "Faults", zh: "故障消息" }],
  ["ACCOUNT_EXPENSES", { en: "Expenses", zh: "账户资金" }],
  ["SERVICE_MESSAGE", { en: "Service", zh: "服务消息" }],
  ["ACTIVITY_MESSAGE", { en: "Events", zh: "活动消息" }],
  ["PRODUCT_MESSAGE", { en: "Product news", zh: "产品消息" }],
];

/** Types that are required by default; the same as those of the API. */
const REQUIRED = 3;

/** The coverage report: a tree of folders and accounts, with message types as columns. */
export function coveragePage({ build }: Bundle, language: Language): Page {
  const base = `coverage/assets/${build}`;
  const text = (name: keyof typeof TEXTS): string =>
    escaped(TEXTS[name][language]);
  const otherLanguage = language === "zh" ? "en" : "zh";
  const types = TYPES.map(
    ([name, label], at) =>
      `<label class="chip"><input type="checkbox" name="type" value="${name}"${at < REQUIRED ? " checked" : ""}><span>${escaped(label[language])}</span></label>`,
  ).join("");
  return {
    policy: POLICY,
    html: `<!doctype html>
<html lang="${language === "zh" ? "zh-CN" : "en"}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${text("title")} · Message contacts</title>
<link rel="icon" href="favicon.svg" type="image/svg+xml">
<link rel="stylesheet" href="${base}/coverage.css">
<script type="module" src="${base}/coverage.js"></script>
</head>
<body>
<main>
<header class="top">
<a href="./?lang=${language}">Message contacts</a>
<span class="right">
<a href="?lang=${otherLanguage}" hreflang="${otherLanguage}" rel="alternate">${text("other")}</a>
<button type="button" id="sign-in-button" aria-expanded="false" aria-controls="sign-in">${text("signIn")}</button>
</span>
<form id="sign-in" hidden>
<label>${text("credential")}<input name="credential" type="password" autocomplete="off" spellcheck="false"></label>
<label>${text("directory")}<input name="directory" autocomplete="off" spellcheck="false" pattern="[a-z][a-z0-9\\-]{0,31}"></label>
<p class="soft">${text("forgotten")}</p>
<p class="buttons"><button type="submit" class="primary">${text("signIn")}</button><button type="reset">${text("forget")}</button></p>
</form>
</header>
<h1>${text("title")}</h1>
<p class="about">${text("about")}</p>
<noscript><p>${text("script")} <a href="v1/coverage">v1/coverage</a>.</p></noscript>
<form id="question">
<fieldset><legend>${text("types")}</legend>${types}</fieldset>
<label class="min">${text("min")}<input name="min" type="number" min="1" max="100" value="1" required></label>
<label class="under">${text("under")}<input name="under" list="targets" autocomplete="off" spellcheck="false" placeholder="${text("whole")}"></label>
<datalist id="targets"></datalist>
</form>
<section id="summary" aria-live="polite"></section>
<form id="filter" role="search">
<input name="text" type="search" autocomplete="off" spellcheck="false" aria-label="${text("find")}" placeholder="${text("find")}">
<label class="switch"><input type="checkbox" name="onlyGaps"><span>${text("onlyGaps")}</span></label>
<span class="right">
<button type="button" id="expand">${text("expand")}</button>
<button type="button" id="collapse">${text("collapse")}</button>
<button type="button" id="refresh">${text("refresh")}</button>
<button type="button" id="download" class="primary">${text("download")}</button>
</span>
</form>
<div id="report"></div>
</main>
</body>
</html>
`,
  };
}
