import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { TOM } from "../support/emulator-fixture.js";
import { startBoth, type Running } from "../support/running.js";
import { bearer, keysFor, newFolder } from "../support/signed-in.js";

const { file, keys } = keysFor({
  admin: { scopes: ["contacts:read", "contacts:write", "contacts:delete"] },
  reader: { scopes: ["contacts:read"] },
  bare: { scopes: [] },
});
const folder = newFolder();
let running: Running;

beforeAll(async () => {
  running = await startBoth(
    { seed: "sample" },
    { API_KEYS_FILE: folder.write("keys.json", file), AUDIT_LOG: "none" },
  );
});

afterAll(async () => {
  await running.stop();
  folder.remove();
});

const CONTACTS = "/v1/message-contacts";
const TITLES =
  "CEO, FINANCE_DIRECTOR, MAINTENANCE_DIRECTOR, OTHER, PROJECT_DIRECTOR, TECHNICAL_DIRECTOR";

interface Options {
  readonly key?: string;
  readonly language?: "en" | "zh-CN";
  readonly headers?: Readonly<Record<string, string>>;
}

/** Sends a JSON body and resolves with status and body of the response. */
async function call(
  method: string,
  path: string,
  body?: object,
  { key = keys.admin, language = "en", headers = {} }: Options = {},
) {
  const response = await fetch(`${running.gateway.url}${path}`, {
    method,
    headers: {
      ...bearer(key),
      "accept-language": language,
      ...(body === undefined ? {} : { "content-type": "application/json" }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return {
    status: response.status,
    allow: response.headers.get("allow"),
    text: await response.text(),
  };
}

/** The sentences of all violations of a REST request. */
async function violations(
  method: string,
  path: string,
  body?: object,
  options?: Options,
): Promise<string[]> {
  const { text } = await call(method, path, body, options);
  const { errors = [] } = JSON.parse(text) as {
    errors?: { message: string }[];
  };
  return errors.map(({ message }) => message);
}

async function detail(...args: Parameters<typeof call>): Promise<string> {
  const { text } = await call(...args);
  return (JSON.parse(text) as { detail: string }).detail;
}

interface GraphqlErrors {
  readonly errors?: readonly {
    readonly message: string;
    readonly extensions: {
      readonly advice: string;
      readonly violations?: readonly { message: string }[];
    };
  }[];
  readonly data?: Record<string, { errors: { message: string }[] } | null>;
}

async function graphql(
  query: string,
  variables: object = {},
  options?: Options,
): Promise<GraphqlErrors> {
  const body = { query, variables };
  const { text } = await call("POST", "/graphql", body, options);
  return JSON.parse(text) as GraphqlErrors;
}

const ADD =
  "mutation ($input: AddMessageContactInput!) { addMessageContact(input: $input) { errors { message } } }";
const UPDATE =
  "mutation ($input: UpdateMessageContactInput!) { updateMessageContact(input: $input) { errors { message } } }";
const NEW = {
  name: "Ada",
  emailAddress: "ada@example.com",
  title: "CEO",
  messageTypes: ["FAULT_MESSAGE"],
};

describe("a violation in REST", () => {
  it.each([
    [{ title: "CEOO" }, `title must be one of ${TITLES}. Did you mean CEO?`],
    [
      { emailAddress: "tom" },
      "emailAddress must be an e-mail address, such as tom@example.com.",
    ],
    [
      { phoneNumber: "139" },
      "phoneNumber must be a phone number, such as 86-13900001234 or +8613900001234.",
    ],
    [
      { phoneNumber: "1-13900001234" },
      "phoneNumber must have a country code that is accepted: 86.",
    ],
    [
      { phoneNumber: null },
      "phoneNumber cannot be cleared, because the vendor does not support that: omit the field to keep its value.",
    ],
    [{ name: "x" }, "name must have 2 to 12 characters."],
    [{ name: 7 }, "name must be a string."],
    [{ messageTypes: [] }, "messageTypes must have 1 to 100 items."],
    [
      { emailAdress: "a@b.c" },
      "emailAdress is not a known field. Did you mean emailAddress?",
    ],
    [
      { zzz: 1 },
      "zzz is not a known field; known fields: name, emailAddress, phoneNumber, title, messageTypes.",
    ],
    [
      { contactId: TOM },
      "contactId must not be sent here: the URL names the contact.",
    ],
    [
      {},
      "The input requires at least one of name, emailAddress, phoneNumber, title, messageTypes.",
    ],
  ])("says what is accepted in place of %j", async (body, sentence) => {
    await expect(
      violations("PATCH", `${CONTACTS}/${TOM}`, body),
    ).resolves.toContain(sentence);
  });

  it("says it in Chinese as well", async () => {
    await expect(
      violations(
        "PATCH",
        `${CONTACTS}/${TOM}`,
        { title: "CEOO", phoneNumber: null, name: "x" },
        { language: "zh-CN" },
      ),
    ).resolves.toEqual([
      "name 须为 2～12 个字符。",
      "phoneNumber 无法清空，因为阿里云不支持清空该字段：如需保留原值，请省略该字段。",
      `title 须为以下之一：${TITLES.replaceAll(", ", "、")}。您是否想使用 CEO？`,
    ]);
  });

  it("names the parameter that resembles an unknown one", async () => {
    await expect(
      violations("GET", `${CONTACTS}?pagesize=5&pageNumber=0`),
    ).resolves.toEqual([
      "pagesize is not a known field. Did you mean pageSize?",
      "pageNumber must be a number from 1 to 2147483647.",
    ]);
  });

  it("never suggests a field that the URL sets", async () => {
    const [sentence] = await violations("PATCH", `${CONTACTS}/${TOM}`, {
      contactID: TOM,
    });
    expect(sentence).not.toMatch(/Did you mean|contactId/);
  });
});

describe("a violation in GraphQL", () => {
  it.each([
    [
      { ...NEW, title: "CEOO" },
      `title must be one of ${TITLES}. Did you mean CEO?`,
    ],
    [{ ...NEW, name: undefined }, "name is required."],
    [{ ...NEW, name: null }, "name must not be null."],
    [{ ...NEW, nam: "Ada" }, "nam is not a known field. Did you mean name?"],
    [{ ...NEW, phoneNumber: 139 }, "phoneNumber must be a string."],
    [{ ...NEW, messageTypes: ["FAULT"] }, "messageTypes.0 must be one of"],
  ])(
    "of a variable says what is accepted in place of %j",
    async (input, sentence) => {
      const { errors } = await graphql(ADD, { input });
      expect(errors?.[0]?.message).toContain(sentence);
      expect(errors?.[0]?.extensions.violations?.[0]?.message).toContain(
        sentence,
      );
    },
  );

  it("of a variable is translated", async () => {
    const { errors } = await graphql(
      ADD,
      { input: { ...NEW, title: "CEOO" } },
      { language: "zh-CN" },
    );
    expect(errors?.[0]?.message).toBe(
      `变量与声明的类型不符。title 须为以下之一：${TITLES.replaceAll(", ", "、")}。您是否想使用 CEO？`,
    );
  });

  it("of a variable never repeats the value", async () => {
    const input = {
      ...NEW,
      phoneNumber: 13900001234,
      title: "secret@example.com",
    };
    expect(JSON.stringify(await graphql(ADD, { input }))).not.toMatch(
      /13900001234|secret/,
    );
  });

  it("of a value in the document lists the accepted values", async () => {
    const { errors } = await graphql(
      'mutation { updateMessageContact(input: { contactId: "c-a", title: CTO }) { errors { code } } }',
    );
    expect(errors?.[0]?.message).toContain(`Accepted values: ${TITLES}.`);
  });

  it("of null says that the field cannot be cleared, as in REST", async () => {
    const { data } = await graphql(UPDATE, {
      input: { contactId: TOM, phoneNumber: null },
    });
    expect(
      data?.["updateMessageContact"]?.errors.map(({ message }) => message),
    ).toEqual(
      await violations("PATCH", `${CONTACTS}/${TOM}`, { phoneNumber: null }),
    );
  });
});

describe("a missing scope", () => {
  const EN =
    "You need the scope contacts:write to do this. Your credential has the scopes contacts:read. Ask an operator of the gateway for the missing scope.";
  const ZH =
    "此操作需要权限 contacts:write。您的凭证具有的权限：contacts:read。请向网关管理员申请缺少的权限。";

  it.each([
    ["en", EN],
    ["zh-CN", ZH],
  ] as const)(
    "is named by both APIs, with the scopes of the caller (%s)",
    async (language, text) => {
      const options = { key: keys.reader, language };
      await expect(detail("POST", CONTACTS, NEW, options)).resolves.toBe(text);
      const { errors = [] } = await graphql(ADD, { input: NEW }, options);
      const [error] = errors;
      const space = language === "en" ? " " : "";
      expect(`${error?.message}${space}${error?.extensions.advice}`).toBe(text);
    },
  );

  it("of a caller without scopes is named", async () => {
    await expect(
      detail("GET", CONTACTS, undefined, { key: keys.bare }),
    ).resolves.toContain(
      "You need the scope contacts:read to do this. Your credential has no scopes.",
    );
  });
});

describe("a refused URL, method or header", () => {
  it.each([
    ["/v1/message-contact", "/v1/message-contacts"],
    [`${CONTACTS}/${TOM}/verification`, `${CONTACTS}/{id}/verifications`],
    ["/graphq", "/graphql"],
    ["/playgroud", "/playground"],
    ["/errors/FORBIDEN", "/errors/FORBIDDEN"],
  ])("names the closest route: %s", async (path, route) => {
    await expect(detail("GET", path)).resolves.toBe(
      `There is no resource at this URL. Did you mean ${route}? The API description is at /openapi.json.`,
    );
  });

  it("names no route if none is similar", async () => {
    await expect(detail("GET", "/wp-login.php")).resolves.toBe(
      "There is no resource at this URL. The API description is at /openapi.json.",
    );
  });

  it("names the supported methods", async () => {
    const { text, allow } = await call("PUT", CONTACTS, {});
    expect(text).toContain(`Supported methods: ${allow}.`);
  });

  it("names the origin to add", async () => {
    const headers = { origin: "https://console.example.com" };
    await expect(
      detail("GET", CONTACTS, undefined, { headers }),
    ).resolves.toContain("add https://console.example.com to CORS_ORIGINS");
  });

  it("does not repeat an invalid origin", async () => {
    const headers = { origin: "<script>" };
    await expect(
      detail("GET", CONTACTS, undefined, { headers }),
    ).resolves.toContain("This page states no valid origin");
  });

  it("names the media type, the size limit and the encoding that are accepted", async () => {
    const headers = { "content-type": "text/xml" };
    await expect(detail("POST", CONTACTS, {}, { headers })).resolves.toContain(
      "Content-Type: application/json",
    );
    const large = { name: "x".repeat(70_000) };
    await expect(detail("POST", CONTACTS, large)).resolves.toContain(
      "at most 64 KiB",
    );
    const encoded = { "content-encoding": "br" };
    await expect(
      detail("POST", CONTACTS, {}, { headers: encoded }),
    ).resolves.toContain("with `Content-Encoding: gzip`");
  });
});
