import { hasSignIn, showsSchema, type Config } from "../config/config.js";
import type { Language, Sentence } from "../errors/error-codes.js";
import { escaped, staticPage, withCode, type Page } from "./html.js";

interface Place {
  readonly href: string;
  readonly name: Sentence;
  readonly about: Sentence;
}

const same = (text: string): Sentence => ({ en: text, zh: text });

const PLAYGROUND: Place = {
  href: "/playground",
  name: { en: "Playground", zh: "GraphQL 调试台" },
  about: {
    en: "GraphQL in the browser, with an example of every operation.",
    zh: "在浏览器中使用 GraphQL,每个操作都有示例。",
  },
};

const EXPLORE: readonly Place[] = [
  {
    href: "/docs",
    name: { en: "REST documentation", zh: "REST 文档" },
    about: {
      en: "Every route, answer and problem; requests can be tried out.",
      zh: "全部路由、返回值与错误，可直接试用。",
    },
  },
  {
    href: "/errors",
    name: { en: "Errors", zh: "错误码" },
    about: {
      en: "What each code means, whether to repeat, what to do.",
      zh: "每个错误码的含义、能否重试以及处理方法。",
    },
  },
];

const EMULATOR: Place = {
  href: "/emulator",
  name: { en: "Emulator", zh: "模拟器" },
  about: {
    en: "Contacts, pending verifications, sent messages, clock, faults and calls.",
    zh: "联系人、待验证地址、已发送消息、时钟、故障与调用记录。",
  },
};

const CONTRACTS: readonly Place[] = [
  {
    href: "/schema.graphql",
    name: same("schema.graphql"),
    about: {
      en: "The GraphQL schema, for code generators.",
      zh: "GraphQL 模式，可用于代码生成。",
    },
  },
  {
    href: "/possibleTypes.json",
    name: same("possibleTypes.json"),
    about: {
      en: "Types behind each interface, for Apollo Client.",
      zh: "各接口对应的类型，供 Apollo Client 使用。",
    },
  },
  {
    href: "/openapi.json",
    name: same("openapi.json"),
    about: {
      en: "The REST contract as OpenAPI 3.1.",
      zh: "REST 接口的 OpenAPI 3.1 描述。",
    },
  },
];

const WORDS = {
  title: {
    en: "Message contacts of a resource directory",
    zh: "资源目录的消息联系人",
  },
  about: {
    en: "This gateway manages the people who receive the messages of a resource directory's accounts at Alibaba Cloud: add, change, verify, bind, delete. It speaks GraphQL at `/graphql` and REST at `/v1/message-contacts`.",
    zh: "本网关管理接收阿里云资源目录内各账号消息的联系人：添加、修改、验证、绑定、删除。GraphQL 地址为 `/graphql`,REST 地址为 `/v1/message-contacts`。",
  },
  not: {
    en: "Not meant are the contacts of one account's Message Center, nor alarm contacts.",
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
    zh: "可用的目录(`X-Resource-Directory` 请求头):",
  },
  explore: { en: "Explore", zh: "浏览" },
  contracts: { en: "Connect", zh: "接入" },
  curl: { en: "From a terminal", zh: "命令行" },
} as const satisfies Record<string, Sentence>;

/** Plain HTTP is only ever spoken to a stand-in on this machine. */
function isEmulated({ UPSTREAM_ENDPOINT, directories }: Config): boolean {
  const endpoints = [...directories.values()].map(({ endpoint }) => endpoint);
  if (UPSTREAM_ENDPOINT !== undefined) endpoints.push(UPSTREAM_ENDPOINT);
  return endpoints.every((endpoint) => endpoint.startsWith("http://"));
}

/**
 * Aliases, where anybody may use them; with sign-in they are each caller's own
 * business and this page is everybody's.
 */
function directories(config: Config, label: string): string {
  if (config.directories.size === 0 || hasSignIn(config)) return "";
  const aliases = [...config.directories.keys()].map(
    (alias) => `<code>${escaped(alias)}</code>`,
  );
  return `<p>${label} ${aliases.join(" ")}</p>`;
}

/** The first page: what this is, what stands behind it, where to go. */
export function landingPage(
  config: Config,
  origin: string,
  language: Language,
): Page {
  const word = (name: keyof typeof WORDS): string =>
    withCode(WORDS[name][language]);
  const cards = (places: readonly Place[]): string =>
    `<ul class="cards">${places
      .map(
        ({ href, name, about }) =>
          `<li><a href="${href}">${escaped(name[language])}</a><span>${escaped(about[language])}</span></li>`,
      )
      .join("")}</ul>`;
  return staticPage({
    title: WORDS.title[language],
    language,
    path: "/",
    body: `<h1>${word("title")}</h1>
<p><span class="tag">${word(isEmulated(config) ? "emulator" : "vendor")}</span></p>
<p>${word("about")}</p>
<p class="soft">${word("not")}</p>
${directories(config, word("directories"))}
<h2>${word("explore")}</h2>
${cards([
  ...(showsSchema(config) ? [PLAYGROUND] : []),
  ...EXPLORE,
  ...(config.embeddedEmulator === undefined ? [] : [EMULATOR]),
])}
<h2>${word("contracts")}</h2>
${cards(CONTRACTS)}
<h2>${word("curl")}</h2>
<pre>curl '${escaped(origin)}/v1/message-contacts?pageSize=3'

curl ${escaped(origin)}/graphql -H 'content-type: application/json' \\
  -d '{"query":"{ messageContacts { totalCount items { id name } } }"}'</pre>`,
  });
}
