import { once } from "node:events";
import {
  afterAll,
  beforeAll,
  beforeEach,
  describe,
  expect,
  it,
} from "@jest/globals";
import { generateKeyPair, SignJWT } from "jose";
import { WebSocket } from "ws";
import { newKey } from "../../src/access/authenticator.js";
import { readConfig } from "../../src/config/read-config.js";
import {
  startEmulator,
  type RunningEmulator,
} from "../../src/emulator/emulator.server.js";
import { startGateway, type ProbedGateway } from "../../src/gateway.js";
import { Logger } from "../../src/logging/logger.js";
import { TOM } from "../support/emulator-fixture.js";
import { send, writeBytes, type RawRequest } from "../support/raw-http.js";
import { environmentFor } from "../support/running.js";
import {
  bearer,
  keysFor,
  newFolder,
  TestIssuer,
} from "../support/signed-in.js";
import { until } from "../support/until.js";

interface Line {
  readonly level: string;
  readonly msg: string;
  readonly requestId?: string;
  readonly reason?: string;
  readonly header?: string;
}

const CREDENTIALS = {
  accessKeyId: "ALIBABA_CLOUD_ACCESS_KEY_ID",
  accessKeySecret: "ALIBABA_CLOUD_ACCESS_KEY_SECRET",
};

const { file, keys } = keysFor({
  admin: {
    scopes: [
      "contacts:read",
      "contacts:write",
      "contacts:delete",
      "contacts:verify",
      "contacts:read-personal",
    ],
    directories: ["main"],
  },
  reader: { scopes: ["contacts:read"], directories: ["main"] },
  two: { scopes: ["contacts:read"], directories: ["main", "second"] },
  none: { scopes: ["contacts:read"], directories: [] },
  expired: {
    scopes: ["contacts:read"],
    directories: ["main"],
    expiresAt: "2020-01-01T00:00:00Z",
  },
});
const folder = newFolder();
const lines: Line[] = [];
let texts = "";
let emulator: RunningEmulator;
let issuer: TestIssuer;
let gateway: ProbedGateway;

const write = (line: string): void => {
  texts += line;
  lines.push(JSON.parse(line) as Line);
};

async function start(
  environment: Readonly<Record<string, string>> = {},
): Promise<ProbedGateway> {
  const { UPSTREAM_ENDPOINT: endpoint = "", ...rest } = environmentFor(
    emulator.url,
  );
  const config = readConfig({
    ...rest,
    LOG_LEVEL: "info",
    AUDIT_LOG: "none",
    DIRECTORIES_FILE: folder.write("directories.json", {
      directories: {
        main: { endpoint, credentials: CREDENTIALS },
        second: { endpoint, credentials: CREDENTIALS },
      },
    }),
    API_KEYS_FILE: folder.write("keys.json", file),
    ...issuer.environment,
    ...environment,
  });
  return startGateway(config, new Logger(config, { write }));
}

beforeAll(async () => {
  emulator = await startEmulator({ seed: "sample" });
  issuer = await TestIssuer.start();
  gateway = await start();
});

afterAll(async () => {
  await gateway.close();
  await emulator.stop();
  await issuer.stop();
  folder.remove();
});

beforeEach(() => {
  lines.length = 0;
  texts = "";
});

const nowSeconds = (): number => Math.floor(Date.now() / 1_000);
const JSON_TYPE = { "content-type": "application/json" };
const ADMIN = bearer(keys.admin);
const CONTACTS = "/v1/message-contacts";

const get = (
  path: string,
  headers: RawRequest["headers"] = ADMIN,
): Omit<RawRequest, "name"> => ({ method: "GET", path, headers });

const post = (
  path: string,
  body: string,
  headers: RawRequest["headers"] = ADMIN,
): Omit<RawRequest, "name"> => ({
  method: "POST",
  path,
  body,
  headers: { ...JSON_TYPE, ...headers },
});

const graphql = (
  query: string,
  variables: object = {},
  headers: RawRequest["headers"] = ADMIN,
): Omit<RawRequest, "name"> =>
  post("/graphql", JSON.stringify({ query, variables }), headers);

const token = async (
  ...args: Parameters<TestIssuer["token"]>
): Promise<Omit<RawRequest, "name">> =>
  get(CONTACTS, bearer(await issuer.token(...args)));

const repeated = (text: string, count: number): string =>
  Array.from({ length: count }, (_, at) =>
    text.replaceAll("#", String(at)),
  ).join(" ");

const ADD =
  "mutation ($input: AddMessageContactInput!) { addMessageContact(input: $input) { errors { code } } }";

/** A request of each kind of refusal, by the reason in the log. */
const CASES: readonly [
  reason: string,
  request: () => Omit<RawRequest, "name"> | Promise<Omit<RawRequest, "name">>,
][] = [
  ["missing-credential", () => get(CONTACTS, {})],
  ["unknown-key", () => get(CONTACTS, bearer(newKey()))],
  ["expired-key", () => get(CONTACTS, bearer(keys.expired))],
  [
    "malformed-credential",
    () => get(CONTACTS, { authorization: "Basic YTpi" }),
  ],
  [
    "several-credentials",
    () => get(CONTACTS, { ...ADMIN, "x-api-key": keys.admin }),
  ],
  [
    "repeated-header",
    () =>
      get(CONTACTS, {
        authorization: [ADMIN.authorization, ADMIN.authorization],
      }),
  ],
  ["malformed-token", () => get(CONTACTS, bearer("a.b.c"))],
  ["unknown-issuer", () => token({ iss: "https://other.example" })],
  ["wrong-audience", () => token({ aud: "other" })],
  ["expired-token", () => token({ exp: nowSeconds() - 600 })],
  ["token-not-yet-valid", () => token({ nbf: nowSeconds() + 600 })],
  ["not-access-token", () => token({}, { typ: "logout+jwt" })],
  ["invalid-claims", () => token({ sub: "" })],
  ["bad-signature", async () => get(CONTACTS, bearer(await forged("first")))],
  ["unknown-key-id", async () => get(CONTACTS, bearer(await forged("none")))],
  ["no-directory", () => get(CONTACTS, bearer(keys.none))],
  ["missing-header", () => get(CONTACTS, bearer(keys.two))],
  [
    "invalid-header",
    () => get(CONTACTS, { ...ADMIN, "x-resource-directory": "second" }),
  ],
  [
    "invalid-header",
    () => post(CONTACTS, "{}", { ...ADMIN, "idempotency-key": "not a key" }),
  ],
  ["origin", () => get(CONTACTS, { ...ADMIN, origin: "https://a.example" })],
  ["missing-scope", () => post(CONTACTS, "{}", bearer(keys.reader))],
  ["missing-scope", () => graphql(ADD, { input: {} }, bearer(keys.reader))],
  ["unknown-route", () => get("/v1/message-contact")],
  ["unknown-route", () => get("/errors/NO_SUCH_CODE", {})],
  ["unknown-route", () => ({ method: "GET", path: "*", headers: ADMIN })],
  ["method", () => ({ method: "PUT", path: CONTACTS, headers: ADMIN })],
  ["graphql-request", () => get("/graphql")],
  [
    "unknown-route",
    () => ({ method: "PROPFIND", path: CONTACTS, headers: ADMIN }),
  ],
  ["malformed-url", () => get("/v1/%zz")],
  ["invalid-input", () => get(`${CONTACTS}/${"x".repeat(300)}`)],
  ["malformed-json", () => post(CONTACTS, "{")],
  ["malformed-json", () => post("/graphql", "{")],
  ["malformed-json", () => post(CONTACTS, '{"__proto__":{}}')],
  ["empty-body", () => post(CONTACTS, "")],
  ["body-too-large", () => post(CONTACTS, " ".repeat(70_000))],
  ["body-too-large", () => post("/graphql", " ".repeat(70_000))],
  [
    "media-type",
    () => post(CONTACTS, "<a/>", { ...ADMIN, "content-type": "text/xml" }),
  ],
  [
    "content-encoding",
    () => post(CONTACTS, "x", { ...ADMIN, "content-encoding": "br" }),
  ],
  [
    "content-encoding",
    () => post(CONTACTS, "x", { ...ADMIN, "content-encoding": "gzip" }),
  ],
  [
    "unexpected-body",
    () => ({ ...post(`${CONTACTS}/${TOM}`, "{}"), method: "DELETE" }),
  ],
  ["invalid-input", () => post(CONTACTS, "{}")],
  ["invalid-input", () => get(`${CONTACTS}/nobody`)],
  ["invalid-input", () => graphql('{ messageContact(id: "nobody") { id } }')],
  ["contact-not-found", () => get(`${CONTACTS}/c-neverExisted0`)],
  ["graphql-request", () => post("/graphql", "[]")],
  [
    "persisted-document-not-found",
    () => post("/graphql", '{"documentId":"sha256:0"}'),
  ],
  ["graphql-request", () => post("/graphql/stream", "[]")],
  ["document-syntax", () => graphql("{")],
  ["document-tokens", () => graphql(`{ ${"a ".repeat(1_100)} }`)],
  ["document-invalid", () => graphql("{ noSuchField }")],
  [
    "document-depth",
    () =>
      graphql(`{ messageContacts ${"{ items ".repeat(9)} ${"}".repeat(10)}`),
  ],
  ["document-aliases", () => graphql(`{ ${repeated("a#: __typename", 31)} }`)],
  ["document-root-fields", () => graphql(`{ ${repeated("__typename", 21)} }`)],
  [
    "document-directives",
    () => graphql(`{ __typename ${repeated("@include(if: true)", 21)} }`),
  ],
  [
    "document-mutations",
    () =>
      graphql(
        `mutation { ${repeated('a#: deleteMessageContact(input: { contactId: "c-a" }) { errors { code } }', 2)} }`,
      ),
  ],
  [
    "unknown-operation",
    () =>
      post(
        "/graphql",
        JSON.stringify({
          query: "query A { __typename }",
          operationName: "B",
        }),
      ),
  ],
  [
    "operation-kind",
    () =>
      graphql(
        'subscription { messageContactDeletionStatus(contactId: "c-a") { state } }',
      ),
  ],
  ["invalid-variables", () => graphql(ADD, { input: { title: "CEOO" } })],
  [
    "not-acceptable",
    () => graphql("{ __typename }", {}, { ...ADMIN, accept: "text/css" }),
  ],
  [
    "upstream-calls",
    () =>
      graphql(
        "{ messageContacts(pageSize: 100) { items { pendingVerifications { target } } } }",
      ),
  ],
  [
    "handshake",
    () =>
      get("/graphql", {
        connection: "upgrade",
        upgrade: "websocket",
        "sec-websocket-version": "13",
      }),
  ],
];

/** A token that an unknown key has signed. */
async function forged(kid: string): Promise<string> {
  const { privateKey } = await generateKeyPair("ES256");
  return new SignJWT({
    iss: issuer.issuer,
    aud: issuer.audience,
    sub: "mallory",
    exp: nowSeconds() + 600,
  })
    .setProtectedHeader({ alg: "ES256", kid })
    .sign(privateKey);
}

const lineOf = (requestId: unknown): Promise<Line> =>
  until(
    "the log line",
    () => lines.find((line) => line.requestId === requestId) ?? null,
  );

/** Since 24.9, Node declines an upgrade itself and accepts as many headers. */
const IGNORED_UPGRADE: [string, string][] =
  Number(process.versions.node.split(".")[0]) >= 25
    ? []
    : [
        [
          "headers-too-large",
          `GET / HTTP/1.1\r\nhost: x\r\nconnection: upgrade\r\nupgrade: h2c\r\n${"a: b\r\n".repeat(950)}\r\n`,
        ],
      ];

describe("a refused request", () => {
  it.each(CASES)(
    "is logged with its request id and reason: %s",
    async (reason, request) => {
      const { headers, text } = await send(gateway.url, {
        name: reason,
        ...(await request()),
      });
      const requestId = headers["x-request-id"];
      expect(requestId).toMatch(/^[\da-f-]{36}$/);
      // An error in a payload has no request id of its own.
      if (text.includes('"requestId"')) expect(text).toContain(requestId);
      const line = await lineOf(requestId);
      expect(line).toMatchObject({ level: "info", msg: "request", reason });
    },
  );

  it.each([
    ["malformed-http", "nonsense\r\n\r\n"],
    ["malformed-http", "FOO / HTTP/1.1\r\nhost: x\r\n\r\n"],
    ["missing-header", "GET / HTTP/1.1\r\n\r\n"],
    ["method", "CONNECT a.example:443 HTTP/1.1\r\nhost: x\r\n\r\n"],
    [
      "malformed-http",
      "POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 1\r\ntransfer-encoding: chunked\r\n\r\n",
    ],
    [
      "headers-too-large",
      `GET / HTTP/1.1\r\nhost: x\r\na: ${"a".repeat(20_000)}\r\n\r\n`,
    ],
    ...IGNORED_UPGRADE,
  ])("is logged even if Node rejects it: %s", async (reason, bytes) => {
    const answer = await writeBytes(gateway.url, bytes);
    const requestId = /x-request-id: (.*)\r/.exec(answer)?.[1];
    expect(answer).toContain(`"requestId":"${requestId}"`);
    await expect(lineOf(requestId)).resolves.toMatchObject({ reason });
  });

  it("is logged without credential, body, URL and header values", async () => {
    const key = newKey();
    await send(gateway.url, {
      name: "",
      ...post(
        `${CONTACTS}?q=zoe@example.com`,
        '{"phoneNumber":"86-13900001234"}',
        {
          "x-api-key": key,
          "x-resource-directory": "zoe@example.com",
        },
      ),
    });
    await until("a line", () => lines[0] ?? null);
    for (const secret of [key, "zoe", "13900001234"]) {
      expect(texts).not.toContain(secret);
    }
  });
});

describe("a limit", () => {
  it.each([
    ["caller-rate-limit", { RATE_LIMIT_PER_MINUTE: "1" }],
    ["address-rate-limit", { RATE_LIMIT_PER_ADDRESS_PER_MINUTE: "1" }],
  ])("is named in the log: %s", async (reason, environment) => {
    const limited = await start(environment);
    await send(limited.url, { name: "", ...get(CONTACTS) });
    const { status, headers, text } = await send(limited.url, {
      name: "",
      ...get(CONTACTS),
    });
    expect(status).toBe(429);
    expect(text).toContain("has used its 1 points of this minute");
    const line = await lineOf(headers["x-request-id"]);
    expect(line).toMatchObject({ reason });
    await limited.close();
  });

  it("on log lines suppresses further refusals and logs their number", async () => {
    const sampled = await start({ LOG_REFUSALS_PER_SECOND: "2" });
    for (let count = 0; count < 7; count += 1) {
      await send(sampled.url, { name: "", ...get(CONTACTS, {}) });
    }
    await sampled.close();
    const counted = lines.filter(
      ({ reason }) => reason === "missing-credential",
    );
    const written = counted.filter(({ msg }) => msg === "request");
    const suppressed = counted
      .map((line) => (line as { suppressed?: number }).suppressed ?? 0)
      .reduce((sum, count) => sum + count, 0);
    expect(written.length + suppressed).toBe(7);
    expect(suppressed).toBeGreaterThan(0);
  });
});

describe("a WebSocket that the gateway closes", () => {
  it.each([
    ["socket-message", 4400, ["nonsense"]],
    [
      "unauthenticated-socket",
      4401,
      [{ type: "subscribe", id: "1", payload: { query: "{ a }" } }],
    ],
    [
      "repeated-init",
      4429,
      [
        { type: "connection_init", payload: ADMIN },
        { type: "connection_init", payload: ADMIN },
      ],
    ],
    [
      "unknown-key",
      4401,
      [{ type: "connection_init", payload: bearer(newKey()) }],
    ],
    ["missing-credential", 4401, [{ type: "connection_init" }]],
  ])(
    "is logged with the request id of its handshake: %s",
    async (reason, code, messages) => {
      const socket = new WebSocket(
        `${gateway.url.replace("http", "ws")}/graphql`,
        "graphql-transport-ws",
      );
      const upgraded = once(socket, "upgrade");
      const closed = once(socket, "close");
      await once(socket, "open");
      for (const message of messages) {
        socket.send(
          typeof message === "string" ? message : JSON.stringify(message),
        );
      }
      const [{ headers }] = (await upgraded) as [{ headers: object }];
      const requestId = (headers as Record<string, string>)["x-request-id"];
      expect(requestId).toMatch(/^[\da-f-]{36}$/);
      expect((await closed)[0]).toBe(code);
      const line = await until(
        "the log line",
        () =>
          lines.find(
            (one) => one.requestId === requestId && one.reason === reason,
          ) ?? null,
      );
      expect(line.level).toBe("info");
    },
  );
});
