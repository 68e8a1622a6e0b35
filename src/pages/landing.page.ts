import { hasSignIn, showsSchema, type Config } from "../config/config.js";
import type { Language, Sentence } from "../errors/error-codes.js";
import { escaped, staticPage, withCode, type Page } from "./html.js";

interface Card {
  /** Relative to the landing page. */
  readonly href: string;
  readonly name: Sentence;
  readonly description: Sentence;
}

const same = (text: string): Sentence => ({ en: text, zh: text });

const PLAYGROUND: Card = {
  href: "playground",
  name: { en: "Playground", zh: "GraphQL 调试台" },
  description: {
    en: "Run GraphQL operations in the browser. Each operation has an example.",
    zh: "在浏览器中使用 GraphQL，每个操作都有示例。",
  },
};

const EXPLORE: readonly Card[] = [
  {
    href: "coverage",
    name: { en: "Coverage", zh: "覆盖情况" },
    description: {
      en: "Who is notified, and who is not: gaps by account and message type.",
      zh: "谁会收到通知，谁不会：按账号和消息类型列出缺口。",
    },
  },
  {
    href: "docs",
    name: { en: "REST documentation", zh: "REST 文档" },
    description: {
      en: "All routes, responses and errors. You can send requests from the page.",
      zh: "全部路由、返回值与错误，可直接在页面上试用。",
    },
  },
  {
    href: "errors",
    name: { en: "Errors", zh: "错误码" },
    description: {
      en: "The meaning of each code, whether to retry, and what to do.",
      zh: "每个错误码的含义、能否重试以及处理方法。",
    },
  },
];

const EMULATOR: Card = {
  href: "emulator",
  name: { en: "Emulator", zh: "模拟器" },
  description: {
    en: "Contacts, pending verifications, sent messages, clock, faults and calls.",
    zh: "联系人、待验证地址、已发送消息、时钟、故障与调用记录。",
  },
};

const CONTRACTS: readonly Card[] = [
  {
    href: "schema.graphql",
    name: same("schema.graphql"),
    description: {
      en: "GraphQL schema, for code generators.",
      zh: "GraphQL 模式，可用于代码生成。",
    },
  },
  {
    href: "possibleTypes.json",
    name: same("possibleTypes.json"),
    description: {
      en: "Implementing types of each interface, for Apollo Client.",
      zh: "各 GraphQL 接口（interface）的实现类型，供 Apollo Client 使用。",
    },
  },
  {
    href: "openapi.json",
    name: same("openapi.json"),
    description: {
      en: "OpenAPI 3.1 document of the REST API.",
      zh: "REST 接口的 OpenAPI 3.1 描述。",
    },
  },
];

const TEXTS = {
  title: {
    en: "Message contacts of a resource directory",
    zh: "资源目录的消息联系人",
  },
  about: {
    en: "This gateway manages the people who receive the messages of the accounts in an Alibaba Cloud resource directory. You can add, change, verify, bind and delete them. GraphQL is at `/graphql`, REST at `/v1/message-contacts`.",
    zh: "本网关管理接收阿里云资源目录内各账号消息的联系人：添加、修改、验证、绑定、删除。GraphQL 地址为 `/graphql`，REST 地址为 `/v1/message-contacts`。",
  },
  not: {
    en: "This is not for the Message Center contacts of a single account, or for alarm contacts.",
    zh: "不包括单个账号消息中心的联系人，也不包括报警联系人。",
  },
  emulator: {
    en: "Emulator: sample contacts, no cloud account is used",
    zh: "模拟器：示例联系人，不使用云账号",
  },
  vendor: {
    en: "Alibaba Cloud: changes are real",
    zh: "阿里云：变更会真实生效",
  },
  directories: {
    en: "Directories, for the header `X-Resource-Directory`:",
    zh: "可用的目录（`X-Resource-Directory` 请求头）：",
  },
  explore: { en: "Explore", zh: "浏览" },
  contracts: { en: "Connect", zh: "接入" },
  curl: { en: "From a terminal", zh: "命令行" },
} as const satisfies Record<string, Sentence>;

/** Whether all endpoints use plain HTTP, which is only allowed for an emulator on this machine. */
function isEmulated({ UPSTREAM_ENDPOINT, directories }: Config): boolean {
  const endpoints = [...directories.values()].map(({ endpoint }) => endpoint);
  if (UPSTREAM_ENDPOINT !== undefined) endpoints.push(UPSTREAM_ENDPOINT);
  return endpoints.every((endpoint) => endpoint.startsWith("http://"));
}

/**
 * Lists the directory aliases if there is no authentication. With authentication
 * they depend on the caller, and this page is public.
 */
function directories(config: Config, label: string): string {
  if (config.directories.size === 0 || hasSignIn(config)) return "";
  const aliases = [...config.directories.keys()].map(
    (alias) => `<code>${escaped(alias)}</code>`,
  );
  return `<p>${label} ${aliases.join(" ")}</p>`;
}

/**
 * The landing page: purpose, upstream, and links to the other pages.
 *
 * @param baseUrl URL of the gateway without a slash at its end
 */
export function landingPage(
  config: Config,
  baseUrl: string,
  language: Language,
): Page {
  const text = (name: keyof typeof TEXTS): string =>
    withCode(TEXTS[name][language]);
  const cards = (items: readonly Card[]): string =>
    `<ul class="cards">${items
      .map(
        ({ href, name, description }) =>
          `<li><a href="${href}">${escaped(name[language])}</a><span>${escaped(description[language])}</span></li>`,
      )
      .join("")}</ul>`;
  return staticPage({
    title: TEXTS.title[language],
    language,
    root: "./",
    body: `<h1>${text("title")}</h1>
<p><span class="tag">${text(isEmulated(config) ? "emulator" : "vendor")}</span></p>
<p>${text("about")}</p>
<p class="soft">${text("not")}</p>
${directories(config, text("directories"))}
<h2>${text("explore")}</h2>
${cards([
  ...(showsSchema(config) ? [PLAYGROUND] : []),
  ...EXPLORE,
  ...(config.embeddedEmulator === undefined ? [] : [EMULATOR]),
])}
<h2>${text("contracts")}</h2>
${cards(CONTRACTS)}
<h2>${text("curl")}</h2>
<pre tabindex="0">curl '${escaped(baseUrl)}/v1/message-contacts?pageSize=3'

curl ${escaped(baseUrl)}/graphql -H 'content-type: application/json' \\
  -d '{"query":"{ messageContacts { totalCount items { id name } } }"}'</pre>`,
  });
}
