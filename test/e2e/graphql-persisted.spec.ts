import { createHash } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { TOM } from "../support/calls.js";
import { EventReader } from "../support/event-stream.js";
import { startBoth, type Running } from "../support/running.js";
import { newFolder } from "../support/signed-in.js";
import { TestSocket } from "../support/web-socket.js";

const LIST = "query List { messageContacts { totalCount } }";
const OTHER = "query Other { messageContacts { pageSize } }";
const WATCH =
  "subscription Watch($id: ID!) { messageContactDeletionStatus(contactId: $id) { state } }";

const sha256 = (text: string): string =>
  createHash("sha256").update(text).digest("hex");
const md5 = (text: string): string =>
  createHash("md5").update(text).digest("hex");

const byHash = (text: string) => ({
  extensions: { persistedQuery: { version: 1, sha256Hash: sha256(text) } },
});

const COUNTED = { data: { messageContacts: { totalCount: 12 } } };
const SIZED = { data: { messageContacts: { pageSize: 10 } } };
const WATCHED = {
  data: { messageContactDeletionStatus: { state: "UNKNOWN" } },
};

const folder = newFolder();
afterAll(() => folder.remove());

interface Answer {
  readonly data?: unknown;
  readonly errors?: readonly {
    readonly message: string;
    readonly extensions: { readonly code: string };
  }[];
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
  return (await response.json()) as Answer;
}

const codeOf = ({ errors }: Answer): string | undefined =>
  errors?.[0]?.extensions.code;

/** Results of a subscription over WebSocket, or its errors. */
async function overSocket(
  { gateway }: Running,
  payload: object,
): Promise<unknown> {
  const socket = await TestSocket.signedIn(gateway.url);
  socket.send({ type: "subscribe", id: "1", payload });
  const { payload: result } = await socket.message(
    ({ type }) => type === "next" || type === "error",
  );
  await socket.close();
  return Array.isArray(result) ? { errors: result as unknown[] } : result;
}

/** First result of a subscription over SSE, or its errors. */
async function overSse(
  { gateway }: Running,
  body: Readonly<Record<string, unknown>>,
  method: "GET" | "POST",
): Promise<unknown> {
  const search = new URLSearchParams(
    Object.entries(body).map(([name, value]): [string, string] => [
      name,
      typeof value === "string" ? value : JSON.stringify(value),
    ]),
  );
  const response = await (method === "GET"
    ? fetch(`${gateway.url}/graphql/stream?${search.toString()}`)
    : fetch(`${gateway.url}/graphql/stream`, {
        method,
        headers: { "content-type": "application/json" },
        body: JSON.stringify(body),
      }));
  if (!response.headers.get("content-type")?.startsWith("text/event-stream")) {
    return response.json();
  }
  const event = await new EventReader(response).next();
  return JSON.parse(event?.data ?? "null") as unknown;
}

const manifests = {
  "a plain map": {
    [sha256(LIST)]: LIST,
    [md5(WATCH)]: WATCH,
    [`sha256:${sha256(WATCH)}`]: WATCH,
    "list-v1": LIST,
  },
  "Apollo's manifest": {
    format: "apollo-persisted-query-manifest",
    version: 1,
    operations: [
      { id: sha256(LIST), name: "List", type: "query", body: LIST },
      { id: sha256(WATCH), name: "Watch", type: "subscription", body: WATCH },
      { id: md5(WATCH), name: "Watch", type: "subscription", body: WATCH },
      { id: "list-v1", name: "List", type: "query", body: LIST },
    ],
  },
};

describe.each(Object.entries(manifests))(
  "persisted documents of %s",
  (name, manifest) => {
    describe.each(["prefer", "only"])("in the mode %s", (mode) => {
      let running: Running;
      beforeAll(async () => {
        running = await startBoth(
          { seed: "sample" },
          {
            PERSISTED_DOCUMENTS: mode,
            PERSISTED_DOCUMENTS_FILE: folder.write(
              `${name}-${mode}.json`,
              manifest,
            ),
          },
        );
      });
      afterAll(() => running.stop());

      it("run by each form of their id", async () => {
        for (const body of [
          { documentId: `sha256:${sha256(LIST)}` },
          { documentId: sha256(LIST) },
          { documentId: "list-v1" },
          { doc_id: sha256(LIST) },
          { id: sha256(LIST) },
          byHash(LIST),
          { ...byHash(LIST), query: LIST },
        ]) {
          expect(await ask(running, body)).toEqual(COUNTED);
        }
      });

      it("run as subscriptions that have only an id, over WebSocket and SSE", async () => {
        const variables = { id: TOM };
        for (const body of [
          { documentId: `sha256:${sha256(WATCH)}`, variables },
          { documentId: sha256(WATCH), query: null, variables },
          { doc_id: md5(WATCH), variables },
          { ...byHash(WATCH), variables },
        ]) {
          expect(await overSocket(running, body)).toEqual(WATCHED);
          const { query: _none, ...sent } = { query: null, ...body };
          expect(await overSse(running, sent, "POST")).toEqual(WATCHED);
          expect(await overSse(running, sent, "GET")).toEqual(WATCHED);
        }
      });

      it("have an error of their own when they are unknown", async () => {
        const body = { documentId: "nothing" };
        const unknown = {
          errors: [
            expect.objectContaining({
              message:
                "The document is not one of the persisted documents of this gateway.",
              extensions: expect.objectContaining({
                code: "PERSISTED_DOCUMENT_NOT_FOUND",
              }),
            }),
          ],
        };
        expect(await ask(running, body)).toEqual(unknown);
        expect(await overSocket(running, body)).toEqual(unknown);
        expect(await overSse(running, body, "POST")).toEqual(unknown);
        expect(await overSse(running, body, "GET")).toEqual(unknown);
      });

      it("are not required for a full document unless the mode is only", async () => {
        for (const id of [{}, byHash(OTHER), { documentId: "new" }]) {
          const answer = await ask(running, { ...id, query: OTHER });
          if (mode === "prefer") expect(answer).toEqual(SIZED);
          else expect(codeOf(answer)).toBe("PERSISTED_DOCUMENT_NOT_FOUND");
        }
      });
    });
  },
);

describe("automatic persisted queries", () => {
  let running: Running;
  beforeAll(async () => {
    running = await startBoth({ seed: "sample" });
  });
  afterAll(() => running.stop());

  it("are found after a client has sent the text with its hash", async () => {
    const chinese = { "accept-language": "zh-CN" };
    const missing = await ask(running, byHash(LIST), chinese);
    expect(missing.errors?.[0]).toMatchObject({
      // Clients compare the message, so it is not translated.
      message: "PersistedQueryNotFound",
      extensions: { code: "PERSISTED_QUERY_NOT_FOUND", retryable: false },
    });
    const sent = await ask(running, { ...byHash(LIST), query: LIST });
    expect(sent).toEqual(COUNTED);
    expect(await ask(running, byHash(LIST))).toEqual(COUNTED);
  });

  it("are registered by a request that the operation cache answers", async () => {
    await ask(running, { query: OTHER });
    await ask(running, { query: OTHER });
    await ask(running, { ...byHash(OTHER), query: OTHER });
    expect(await ask(running, byHash(OTHER))).toEqual(SIZED);
  });

  it("are not registered with a wrong hash or an invalid document", async () => {
    const query = "query Third { __typename }";
    const wrong = await ask(running, { ...byHash(query), query: LIST });
    expect(codeOf(wrong)).toBe("BAD_REQUEST");
    expect(codeOf(await ask(running, byHash(query)))).toBe(
      "PERSISTED_QUERY_NOT_FOUND",
    );
    const invalid = "{ nothing }";
    await ask(running, { ...byHash(invalid), query: invalid });
    expect(codeOf(await ask(running, byHash(invalid)))).toBe(
      "PERSISTED_QUERY_NOT_FOUND",
    );
  });

  it("include subscriptions", async () => {
    const variables = { id: TOM };
    const hashed = { ...byHash(WATCH), variables };
    expect(codeOf((await overSocket(running, hashed)) as Answer)).toBe(
      "PERSISTED_QUERY_NOT_FOUND",
    );
    expect(await overSocket(running, { ...hashed, query: WATCH })).toEqual(
      WATCHED,
    );
    expect(await overSocket(running, hashed)).toEqual(WATCHED);
    expect(await overSse(running, hashed, "GET")).toEqual(WATCHED);
  });

  it("are not supported in the mode only", async () => {
    const trusted = await startBoth(
      {},
      {
        PERSISTED_DOCUMENTS: "only",
        PERSISTED_DOCUMENTS_FILE: folder.write("only.json", { list: LIST }),
      },
    );
    const answer = await ask(trusted, byHash(OTHER));
    expect(answer.errors?.[0]).toMatchObject({
      message: "PersistedQueryNotSupported",
      extensions: { code: "PERSISTED_QUERY_NOT_SUPPORTED" },
    });
    await trusted.stop();
  });
});
