import { createHash } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { getIntrospectionQuery } from "graphql";
import { startBoth, type Running } from "../support/running.js";
import { bearer, keysFor, newFolder } from "../support/signed-in.js";

const LIST = "{ messageContacts { totalCount } }";
const id = `sha256:${createHash("sha256").update(LIST).digest("hex")}`;

const folder = newFolder();
const { file, keys } = keysFor({
  one: { scopes: ["contacts:read"] },
  two: { scopes: ["contacts:read"] },
});

interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: {
    data?: object | null;
    extensions?: object;
    errors?: { message: string; extensions: { code: string } }[];
  };
}

async function ask(
  { gateway }: Running,
  body: object,
  headers: Readonly<Record<string, string>> = {},
): Promise<Answer> {
  const response = await fetch(`${gateway.url}/graphql`, {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body: JSON.stringify(body),
  });
  return {
    status: response.status,
    headers: response.headers,
    body: (await response.json()) as Answer["body"],
  };
}

describe("a caller beyond the limit", () => {
  let running: Running;
  beforeAll(async () => {
    running = await startBoth(
      { seed: "sample" },
      {
        API_KEYS_FILE: folder.write("keys.json", file),
        AUDIT_LOG: "none",
        RATE_LIMIT_PER_MINUTE: "7",
      },
    );
  });
  afterAll(() => running.stop());

  it("gets RATE_LIMITED with Retry-After over both APIs; other callers are served", async () => {
    const one = bearer(keys.one);
    // Each costs one for the request and one for its upstream call.
    for (const left of [6, 4, 2, 0]) {
      const { status, headers } = await ask(running, { query: LIST }, one);
      expect(status).toBe(200);
      expect(headers.get("ratelimit-policy")).toBe('"caller";q=7;w=60');
      expect(headers.get("ratelimit")).toMatch(
        new RegExp(`^"caller";r=${left};t=\\d+$`),
      );
    }
    running.emulator.control.clearCalls();
    const refused = await ask(running, { query: LIST }, one);
    expect(refused.status).toBe(429);
    expect(refused.body.errors?.[0]?.extensions).toMatchObject({
      code: "RATE_LIMITED",
      retryable: true,
    });
    expect(Number(refused.headers.get("retry-after"))).toBeGreaterThan(0);
    const rest = await fetch(`${running.gateway.url}/v1/message-contacts`, {
      headers: one,
    });
    expect(rest.status).toBe(429);
    expect(rest.headers.get("retry-after")).not.toBeNull();
    expect(await rest.json()).toMatchObject({ code: "RATE_LIMITED" });
    expect(running.emulator.control.calls()).toHaveLength(0);
    const other = await ask(running, { query: LIST }, bearer(keys.two));
    expect(other.status).toBe(200);
  });

  it("gets the cost of a request on demand", async () => {
    const headers = { ...bearer(keys.two), "x-cost": "1" };
    const { body } = await ask(running, { query: LIST }, headers);
    expect(body.extensions).toMatchObject({
      cost: { points: 2, upstreamCalls: 1, remaining: 4 },
    });
    const plain = await ask(running, { query: LIST }, bearer(keys.two));
    expect(plain.body.extensions).toBeUndefined();
  });
});

describe("trusted documents", () => {
  let running: Running;
  beforeAll(async () => {
    running = await startBoth(
      { seed: "sample" },
      {
        PERSISTED_DOCUMENTS: "only",
        PERSISTED_DOCUMENTS_FILE: folder.write("documents.json", {
          [id]: LIST,
        }),
        GRAPHQL_INTROSPECTION: "false",
      },
    );
  });
  afterAll(() => running.stop());

  it("run by id and by exact text; other documents are refused", async () => {
    for (const body of [
      { documentId: id },
      { query: LIST },
      {
        extensions: {
          persistedQuery: { version: 1, sha256Hash: id.slice(7) },
        },
      },
    ]) {
      const { status, body: answer } = await ask(running, body);
      expect(status).toBe(200);
      expect(answer).toEqual({ data: { messageContacts: { totalCount: 12 } } });
    }
    for (const [body, code] of [
      [
        { query: "{ messageContacts { totalCount pageSize } }" },
        "PERSISTED_DOCUMENT_NOT_FOUND",
      ],
      [{ documentId: "sha256:00" }, "PERSISTED_DOCUMENT_NOT_FOUND"],
      [{ query: getIntrospectionQuery() }, "PERSISTED_DOCUMENT_NOT_FOUND"],
      [{}, "BAD_REQUEST"],
    ] as const) {
      const { status, body: answer } = await ask(running, body);
      expect(status).toBe(400);
      expect(answer.errors?.[0]?.extensions.code).toBe(code);
    }
  });
});

describe("without introspection", () => {
  let running: Running;
  beforeAll(async () => {
    running = await startBoth(
      { seed: "sample" },
      { GRAPHQL_INTROSPECTION: "false" },
    );
  });
  afterAll(() => running.stop());

  it("reveals neither the schema nor suggested names", async () => {
    const asked = await ask(running, { query: getIntrospectionQuery() });
    expect(asked.status).toBe(400);
    const guessed = await ask(running, { query: "{ messageContact5 { id } }" });
    expect(guessed.status).toBe(400);
    expect(JSON.stringify(guessed.body)).not.toMatch(/Did you mean/);
    expect((await ask(running, { query: "{ __typename }" })).status).toBe(200);
  });

  it("serves no playground and no link to it", async () => {
    const { url } = running.gateway;
    const playground = await fetch(`${url}/playground`);
    expect(playground.status).toBe(404);
    const front = await (await fetch(url)).text();
    expect(front).toContain('href="docs');
    expect(front).not.toContain("/playground");
  });
});

describe("mutations in one operation", () => {
  let running: Running;
  beforeAll(async () => {
    running = await startBoth(
      { seed: "sample" },
      { GRAPHQL_MUTATIONS_PER_OPERATION: "2" },
    );
  });
  afterAll(() => {
    folder.remove();
    return running.stop();
  });

  it("are limited to the configured number", async () => {
    const field = (name: string): string =>
      `${name}: updateMessageContact(input: { contactId: "c-qL4HqKONzOM7aB3d", title: CEO }) { errors { code } }`;
    const two = await ask(running, {
      query: `mutation { ${field("a")} ${field("b")} }`,
    });
    expect(two.status).toBe(200);
    const three = await ask(running, {
      query: `mutation { ${field("a")} ${field("b")} ${field("c")} }`,
    });
    expect(three.status).toBe(400);
  });
});
