import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { until } from "../support/until.js";
import { startBoth, type Running } from "../support/running.js";
import {
  bearer,
  keysFor,
  newFolder,
  TestIssuer,
} from "../support/signed-in.js";

const JSON_TYPE = "application/json; charset=utf-8";
const RESPONSE_TYPE = "application/graphql-response+json; charset=utf-8";

/** Accepted types, and the type of the response. */
const ACCEPTS: readonly (readonly [accept: string | null, type: string])[] = [
  [null, JSON_TYPE],
  ["*/*", JSON_TYPE],
  ["application/*", JSON_TYPE],
  ["application/json", JSON_TYPE],
  ["application/graphql-response+json", RESPONSE_TYPE],
  ["application/graphql-response+json, application/json", RESPONSE_TYPE],
  ["application/graphql-response+json,application/json;q=0.9", RESPONSE_TYPE],
  ["application/json;q=0.9, application/graphql-response+json", RESPONSE_TYPE],
  ["application/graphql-response+json;q=0.5, application/json", JSON_TYPE],
  ["application/json;q=0, */*", RESPONSE_TYPE],
  ["application/graphql-response+json; charset=utf-8", RESPONSE_TYPE],
  ["text/html, */*;q=0.1", JSON_TYPE],
  [
    "application/graphql-response+json, application/graphql+json, application/json, text/event-stream, multipart/mixed",
    RESPONSE_TYPE,
  ],
];

interface Sent {
  readonly method?: string;
  readonly path?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

interface Entry {
  readonly message: string;
  readonly extensions: {
    readonly code: string;
    readonly requestId: string;
    readonly retryAfterSeconds?: number;
  };
}

const folder = newFolder();
const { file, keys } = keysFor({
  reader: { scopes: ["contacts:read"] },
  limited: { scopes: ["contacts:read"] },
});
let running: Running;

afterAll(() => folder.remove());

/** Sends a request with node:http, which adds no Accept header. */
async function send(
  { gateway }: Running,
  { method = "POST", path = "/graphql", headers = {}, body }: Sent,
  accept: string | null,
): Promise<{ status: number; type: string | undefined; entries: Entry[] }> {
  const { request } = await import("node:http");
  return new Promise((resolve, reject) => {
    const outgoing = request(
      `${gateway.url}${path}`,
      {
        method,
        headers: {
          ...(body === undefined ? {} : { "content-type": "application/json" }),
          ...headers,
          ...(accept === null ? {} : { accept }),
        },
      },
      (incoming) => {
        let text = "";
        incoming.on("data", (part: Buffer) => (text += part.toString("utf8")));
        incoming.on("end", () =>
          resolve({
            status: incoming.statusCode ?? 0,
            type: incoming.headers["content-type"],
            entries: (JSON.parse(text) as { errors: Entry[] }).errors,
          }),
        );
      },
    );
    outgoing.on("error", reject);
    outgoing.end(body);
  });
}

const json = (body: unknown): string => JSON.stringify(body);

const QUERY = "{ __typename }";

/** A refused request, its status, its code and a part of its message. */
type Refusal = readonly [name: string, Sent, number, string, string];

const REFUSALS: readonly Refusal[] = [
  [
    "a batch",
    { body: json([{ query: QUERY }]) },
    400,
    "BAD_REQUEST",
    "Batched",
  ],
  ["an empty batch", { body: "[]" }, 400, "BAD_REQUEST", "Batched"],
  ["no body", {}, 400, "BAD_REQUEST", "must be a JSON object"],
  ["null", { body: "null" }, 400, "BAD_REQUEST", "must be a JSON object"],
  ["a text", { body: '"a"' }, 400, "BAD_REQUEST", "must be a JSON object"],
  ["no document", { body: "{}" }, 400, "BAD_REQUEST", "has no document"],
  [
    "an empty document",
    { body: json({ query: "" }) },
    400,
    "BAD_REQUEST",
    "has no document",
  ],
  [
    "a document that is a number",
    { body: json({ query: 1 }) },
    400,
    "BAD_REQUEST",
    "`query` must be a string",
  ],
  [
    "variables that are a list",
    { body: json({ query: QUERY, variables: [] }) },
    400,
    "BAD_REQUEST",
    "`variables` must be a JSON object",
  ],
  [
    "variables that are text",
    { body: json({ query: QUERY, variables: "{}" }) },
    400,
    "BAD_REQUEST",
    "`variables` must be a JSON object",
  ],
  [
    "extensions that are text",
    { body: json({ query: QUERY, extensions: "{}" }) },
    400,
    "BAD_REQUEST",
    "`extensions` must be a JSON object",
  ],
  [
    "an operation name that is a number",
    { body: json({ query: QUERY, operationName: 1 }) },
    400,
    "BAD_REQUEST",
    "`operationName` must be a string",
  ],
  [
    "an unknown operation name",
    { body: json({ query: QUERY, operationName: "X" }) },
    400,
    "BAD_REQUEST",
    'Unknown operation named "X"',
  ],
  [
    "several operations without a name",
    { body: json({ query: "query A { __typename } query B { __typename }" }) },
    400,
    "BAD_REQUEST",
    "operation name",
  ],
  [
    "a syntax error",
    { body: json({ query: "{" }) },
    400,
    "BAD_REQUEST",
    "Syntax Error",
  ],
  [
    "an unknown field",
    { body: json({ query: "{ nothing }" }) },
    400,
    "BAD_REQUEST",
    "Cannot query field",
  ],
  [
    "a subscription",
    {
      body: json({
        query:
          'subscription { messageContactDeletionStatus(contactId: "c-x") { state } }',
      }),
    },
    400,
    "BAD_REQUEST",
    "Subscriptions need",
  ],
  [
    "an unknown document",
    { body: json({ documentId: "x" }) },
    400,
    "PERSISTED_DOCUMENT_NOT_FOUND",
    "is not one of the persisted documents",
  ],
  [
    "another hash",
    {
      body: json({
        query: QUERY,
        extensions: {
          persistedQuery: { version: 1, sha256Hash: "0".repeat(64) },
        },
      }),
    },
    400,
    "BAD_REQUEST",
    "provided sha does not match query",
  ],
  [
    "an unknown hash",
    {
      body: json({
        extensions: {
          persistedQuery: { version: 1, sha256Hash: "0".repeat(64) },
        },
      }),
    },
    200,
    "PERSISTED_QUERY_NOT_FOUND",
    "PersistedQueryNotFound",
  ],
  ["malformed JSON", { body: "{" }, 400, "BAD_REQUEST", "not valid JSON"],
  [
    "a malformed idempotency key",
    { body: json({ query: QUERY }), headers: { "idempotency-key": "a b" } },
    400,
    "BAD_REQUEST",
    "Idempotency-Key must be",
  ],
  [
    "a large body",
    { body: json({ query: QUERY, variables: { a: "a".repeat(70_000) } }) },
    413,
    "BAD_REQUEST",
    "larger than this path accepts",
  ],
  [
    "a form",
    {
      body: "query=1",
      headers: { "content-type": "application/x-www-form-urlencoded" },
    },
    415,
    "BAD_REQUEST",
    "media type or the charset",
  ],
  [
    "a compressed body",
    { body: "x", headers: { "content-encoding": "br" } },
    415,
    "BAD_REQUEST",
    "Content-Encoding of the body is not supported",
  ],
  [
    "another method",
    { method: "PUT", body: json({ query: QUERY }) },
    405,
    "BAD_REQUEST",
    "does not support this method",
  ],
  [
    "a mutation by GET",
    {
      method: "GET",
      path: `/graphql?query=${encodeURIComponent('mutation { deleteMessageContact(input: {contactId: "c-x"}) { errors { code } } }')}`,
      headers: { "apollo-require-preflight": "1" },
    },
    405,
    "BAD_REQUEST",
    "GET executes queries only",
  ],
  [
    "a foreign page",
    { body: json({ query: QUERY }), headers: { origin: "https://a.example" } },
    403,
    "FORBIDDEN",
    "may not call the gateway",
  ],
  [
    "a missing scope",
    {
      body: json({
        query:
          'mutation { deleteMessageContact(input: {contactId: "c-x"}) { errors { code } } }',
      }),
    },
    403,
    "FORBIDDEN",
    "contacts:delete",
  ],
  [
    "an invalid credential",
    { body: json({ query: QUERY }), headers: bearer("mcg_wrong") },
    401,
    "UNAUTHENTICATED",
    "Authentication is required",
  ],
  [
    "an unknown directory",
    {
      body: json({ query: QUERY }),
      headers: { "x-resource-directory": "nowhere" },
    },
    403,
    "FORBIDDEN",
    "does not name a directory",
  ],
  [
    "a stream without a document",
    { path: "/graphql/stream", body: "{}" },
    400,
    "BAD_REQUEST",
    "has no document",
  ],
  [
    "a batch for the stream",
    { path: "/graphql/stream", body: "[]" },
    400,
    "BAD_REQUEST",
    "Batched",
  ],
];

describe("every refusal of the GraphQL API", () => {
  beforeAll(async () => {
    running = await startBoth(
      { seed: "sample" },
      { API_KEYS_FILE: folder.write("keys.json", file), AUDIT_LOG: "none" },
    );
  });
  afterAll(() => running.stop());

  it.each(REFUSALS)(
    "%s: states the reason in the accepted media type",
    async (_name, sent, status, code, reason) => {
      const headers = { ...bearer(keys.reader), ...sent.headers };
      for (const [accept, type] of ACCEPTS) {
        const answer = await send(running, { ...sent, headers }, accept);
        expect([accept, answer.status, answer.type]).toEqual([
          accept,
          status,
          type,
        ]);
        const [entry] = answer.entries;
        expect(entry?.message).toContain(reason);
        expect(entry?.extensions.code).toBe(code);
        expect(entry?.extensions.requestId).toMatch(/^[\w-]{20,}$/);
      }
    },
  );

  it("has status 406 and JSON when the client accepts neither type", async () => {
    for (const accept of ["text/html", "application/xml", "*/*;q=0"]) {
      const headers = bearer(keys.reader);
      const body = json({ query: QUERY });
      const answer = await send(running, { headers, body }, accept);
      expect([answer.status, answer.type]).toEqual([406, JSON_TYPE]);
      expect(answer.entries[0]?.extensions.code).toBe("BAD_REQUEST");
    }
  });
});

describe("a successful response of the GraphQL API", () => {
  beforeAll(async () => {
    running = await startBoth({ seed: "sample" });
  });
  afterAll(() => running.stop());

  it("has the accepted media type, from Apollo Server and from the cache", async () => {
    for (const [accept, type] of ACCEPTS) {
      for (let time = 1; time <= 2; time += 1) {
        const body = json({ query: "{ messageContacts { totalCount } }" });
        const answer = await send(running, { body }, accept);
        expect([accept, answer.status, answer.type]).toEqual([
          accept,
          200,
          type,
        ]);
      }
    }
  });
});

describe("refusals of a limited or busy gateway", () => {
  it("RATE_LIMITED has the accepted media type and `retryAfterSeconds`", async () => {
    running = await startBoth(
      {},
      {
        API_KEYS_FILE: folder.write("keys.json", file),
        AUDIT_LOG: "none",
        RATE_LIMIT_PER_MINUTE: "1",
      },
    );
    const headers = bearer(keys.limited);
    const body = json({ query: QUERY });
    await until("a refusal", async () =>
      (await send(running, { headers, body }, null)).status === 429 ? 1 : null,
    );
    for (const [accept, type] of ACCEPTS) {
      const answer = await send(running, { headers, body }, accept);
      expect([accept, answer.status, answer.type]).toEqual([accept, 429, type]);
      expect(answer.entries[0]?.extensions).toMatchObject({
        code: "RATE_LIMITED",
        retryAfterSeconds: expect.any(Number),
      });
    }
    await running.stop();
  });

  it("AUTHENTICATION_UNAVAILABLE has the accepted media type and `retryAfterSeconds`", async () => {
    const issuer = await TestIssuer.start();
    running = await startBoth(
      {},
      // Nothing listens on this port.
      { ...issuer.environment, JWT_JWKS_URL: "http://127.0.0.1:9/keys" },
    );
    const headers = bearer(await issuer.token());
    for (const [accept, type] of ACCEPTS) {
      const body = json({ query: QUERY });
      const answer = await send(running, { headers, body }, accept);
      expect([accept, answer.status, answer.type]).toEqual([accept, 503, type]);
      expect(answer.entries[0]?.extensions).toMatchObject({
        code: "AUTHENTICATION_UNAVAILABLE",
        retryAfterSeconds: expect.any(Number),
      });
    }
    await running.stop();
    await issuer.stop();
  });
});
