import { once } from "node:events";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { WebSocket, type ClientOptions } from "ws";
import { newKey } from "../../src/access/authenticator.js";
import { startBoth, type Running } from "../support/running.js";
import { scraped } from "../support/metrics.js";
import { bearer, keysFor, newFolder } from "../support/signed-in.js";
import { TestSocket } from "../support/web-socket.js";

const folder = newFolder();
const { file, keys } = keysFor({
  reader: { scopes: ["contacts:read"] },
  writer: { scopes: ["contacts:write"] },
});
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

interface Talk {
  /** Close code of the server; 1005 or 1006 without one. */
  readonly closed: number;
  readonly received: readonly string[];
}

/**
 * Says the first message, and the others once it is acknowledged. Listens until
 * the server closes, or until it has said as much as is expected; then hangs up.
 */
async function talk(
  messages: readonly (string | Buffer)[],
  options: ClientOptions = {},
  expected = Infinity,
): Promise<Talk> {
  const url = running.gateway.url.replace("http:", "ws:");
  const socket = new WebSocket(
    `${url}/graphql`,
    "graphql-transport-ws",
    options,
  );
  const received: string[] = [];
  socket.on("message", (data) => {
    received.push((data as Buffer).toString("utf8"));
    if (received.length === 1) {
      for (const message of others) socket.send(message);
    }
    if (received.length >= expected) socket.close(1000);
  });
  const [first = "", ...others] = messages;
  socket.on("open", () => socket.send(first));
  const [closed] = (await once(socket, "close")) as [number];
  return { closed, received };
}

const init = (payload?: object): string =>
  JSON.stringify({ type: "connection_init", payload });

const subscribe = (query: string, id = "1"): string =>
  JSON.stringify({ type: "subscribe", id, payload: { query } });

/** Arrays in arrays, deeper than recursive functions can follow. */
const nested = (type: string): string =>
  `{"type":"${type}","id":"1","payload":{"variables":${"[".repeat(30_000)}${"]".repeat(30_000)}}}`;

const ping = '{"type":"ping"}';

const WATCH =
  'subscription { messageContactDeletionStatus(contactId: "c-qL4HqKONzOM7aB3d") { state } }';

const CONDITIONAL =
  'subscription ($x: Boolean!) { messageContactDeletionStatus(contactId: "c-1") @skip(if: $x) { state } }';

describe("hostile sockets", () => {
  const signedIn = { headers: bearer(keys.reader) };

  it.each<
    [string, () => [readonly (string | Buffer)[], ClientOptions?], number]
  >([
    ["no credential", () => [[init()]], 4401],
    ["a wrong key", () => [[init(bearer(newKey()))]], 4401],
    [
      "two credentials",
      () => [[init({ "x-api-key": keys.reader })], signedIn],
      4401,
    ],
    [
      "a credential that differs from the one in the headers",
      () => [[init({ Authorization: `Bearer ${keys.writer}` })], signedIn],
      4401,
    ],
    [
      "a message that names a prototype",
      () => [
        ['{"type":"connection_init","payload":{"__proto__":{}}}'],
        signedIn,
      ],
      4400,
    ],
    ...["connection_init", "subscribe", "ping", "complete"].map(
      (type): [string, () => [readonly string[], ClientOptions], number] => [
        `a deeply nested ${type} message`,
        () => [[nested(type)], signedIn],
        4400,
      ],
    ),
    ...[
      { type: "connection_ack" },
      { type: "next", id: "1", payload: {} },
      { type: "error", id: "1", payload: [{ message: "no" }] },
    ].flatMap((message) => {
      const text = JSON.stringify(message);
      const row = (
        when: string,
        ...messages: string[]
      ): [string, () => [readonly string[], ClientOptions], number] => [
        `${message.type}, which only servers send, ${when}`,
        () => [messages, signedIn],
        4400,
      ];
      return [row("first", text), row("after sign-in", init(), text)];
    }),
    [
      "a deeply nested subscription after connection_init",
      () => [[init(), nested("subscribe")], signedIn],
      4400,
    ],
    [
      "many messages before connection_init",
      () => [[ping, ...Array<string>(20).fill(ping)], signedIn],
      1006,
    ],
    [
      "a subscription before connection_init",
      () => [[subscribe(WATCH)], signedIn],
      4401,
    ],
    ["a greeting twice", () => [[init(), init()], signedIn], 4429],
    [
      "an unknown directory",
      () => [[init({ "x-resource-directory": "other" })], signedIn],
      4403,
    ],
    ["text that is no JSON", () => [["{"], signedIn], 4400],
    [
      "a message of an unknown type",
      () => [['{"type":"evil"}'], signedIn],
      4400,
    ],
    ["a list", () => [["[]"], signedIn], 4400],
    ["a number", () => [["1"], signedIn], 4400],
    ["bytes", () => [[Buffer.alloc(64, 0xff)], signedIn], 4400],
    [
      "a payload that is not an object",
      () => [['{"type":"connection_init","payload":1}'], signedIn],
      4400,
    ],
    [
      "a message of more than 64 KiB",
      () => [["x".repeat(65 * 1024)], signedIn],
      1009,
    ],
    [
      "the same id twice",
      () => [[init(), subscribe(WATCH), subscribe(WATCH)], signedIn],
      4409,
    ],
  ])("close after %s", async (_name, say, code) => {
    running.emulator.control.clearCalls();
    const [messages, options] = say();
    expect((await talk(messages, options)).closed).toBe(code);
    const actions = running.emulator.control.calls().map((one) => one.action);
    expect(
      actions.filter((one) => one !== "GetMessageContactDeletionStatus"),
    ).toEqual([]);
  });

  it.each([
    [
      "a mutation",
      'mutation { deleteMessageContact(input: { contactId: "c-1" }) { errors { code } } }',
      "BAD_REQUEST",
    ],
    ["a query", "{ messageContacts { totalCount } }", "BAD_REQUEST"],
    [
      "a document beyond the limits",
      `subscription { ${"a { ".repeat(9)} b ${"} ".repeat(9)} }`,
      "BAD_REQUEST",
    ],
    [
      "a document of 1,001 tokens",
      `subscription { ${"a ".repeat(1_001)} }`,
      "BAD_REQUEST",
    ],
    [
      "a root field with a condition",
      CONDITIONAL.replace("($x: Boolean!)", "").replace("$x", "true"),
      "BAD_REQUEST",
    ],
    ["a root field with a variable condition", CONDITIONAL, "BAD_REQUEST"],
    [
      "a malformed id",
      'subscription { messageContactDeletionStatus(contactId: "c-1&Action=x") { state } }',
      "INVALID_INPUT",
    ],
  ])(
    "answer %s with a typed error, without an upstream call",
    async (_name, query, code) => {
      running.emulator.control.clearCalls();
      const { received } = await talk([init(), subscribe(query)], signedIn, 2);
      expect(received[1]).toContain(`"code":"${code}"`);
      expect(running.emulator.control.calls()).toHaveLength(0);
    },
  );

  it.each(["https://evil.example", "null"])(
    "refuse the handshake of the origin %s",
    async (origin) => {
      await expect(talk([init()], { ...signedIn, origin })).rejects.toThrow(
        "Unexpected server response: 403",
      );
    },
  );

  it("refuse a subscription without its scope", async () => {
    running.emulator.control.clearCalls();
    const { received } = await talk(
      [init(), subscribe(WATCH)],
      { headers: bearer(keys.writer) },
      2,
    );
    expect(received[1]).toContain("FORBIDDEN");
    expect(running.emulator.control.calls()).toHaveLength(0);
  });

  it("leave the gateway working", async () => {
    const { received } = await talk([init(), subscribe(WATCH)], signedIn, 2);
    expect(JSON.parse(received[1] ?? "")).toMatchObject({ type: "next" });
  });
});

describe("event streams", () => {
  it("require a credential and a scope", async () => {
    running.emulator.control.clearCalls();
    const path = "/v1/message-contacts/c-qL4HqKONzOM7aB3d/deletion/events";
    const get = (to: string, headers = {}) =>
      fetch(`${running.gateway.url}${to}`, { headers });
    const stream = `/graphql/stream?query=${encodeURIComponent(WATCH)}`;
    expect((await get(path)).status).toBe(401);
    expect((await get(stream)).status).toBe(401);
    expect((await get(path, bearer(keys.writer))).status).toBe(403);
    const refused = await get(stream, {
      accept: "text/event-stream",
      ...bearer(keys.writer),
    });
    expect(await refused.text()).toContain("FORBIDDEN");
    expect(running.emulator.control.calls()).toHaveLength(0);
  });
});

describe("a subscription with a condition on its root field", () => {
  it.each([
    CONDITIONAL,
    CONDITIONAL.replace("($x: Boolean!)", "").replace("$x", "true"),
  ])("is refused by POST and graphql-sse as well: %s", async (query) => {
    const post = (to: string): Promise<Response> =>
      fetch(`${running.gateway.url}${to}`, {
        method: "POST",
        headers: { "content-type": "application/json", ...bearer(keys.reader) },
        body: JSON.stringify({ query, variables: { x: true } }),
      });
    const posted = await post("/graphql");
    expect(posted.status).toBe(400);
    expect(await posted.text()).toContain('"code":"BAD_REQUEST"');
    const text = await (await post("/graphql/stream")).text();
    expect(text).toContain('"code":"BAD_REQUEST"');
    expect(text).toMatch(/event: complete\ndata: \n\n$/);
  });
});

describe("WebSocket slots", () => {
  let limited: Running;
  beforeAll(async () => {
    limited = await startBoth(
      {},
      {
        API_KEYS_FILE: folder.write("limited.json", file),
        AUDIT_LOG: "none",
        MAX_WEBSOCKETS: "8",
      },
    );
  });
  afterAll(() => limited.stop());

  it("are not held by silent sockets: the oldest are closed", async () => {
    const { url, opsUrl } = limited.gateway;
    const silent: TestSocket[] = [];
    for (let n = 0; n < 25; n += 1) silent.push(await TestSocket.open(url));
    const other = await TestSocket.signedIn(url, bearer(keys.reader));
    const codes = silent.slice(0, 23).map(({ closed }) => closed);
    expect(new Set(await Promise.all(codes))).toEqual(new Set([4408]));
    const samples = await scraped(opsUrl);
    const open = (state: string) =>
      samples.get(`message_contacts_websockets_open{state="${state}"}`);
    expect([open("signed-in"), (open("waiting") ?? 9) <= 2]).toEqual([1, true]);
    expect(
      samples.get("message_contacts_websockets_evicted_total"),
    ).toBeGreaterThanOrEqual(23);
    await other.close();
    for (const socket of silent) await socket.close();
  });

  it("are limited per caller: further sockets are closed with 1013, other callers are served", async () => {
    const { url } = limited.gateway;
    const kept: TestSocket[] = [];
    // A quarter of all slots.
    for (let n = 0; n < 2; n += 1) {
      kept.push(await TestSocket.signedIn(url, bearer(keys.reader)));
    }
    const third = await TestSocket.open(url);
    third.send({ type: "connection_init", payload: bearer(keys.reader) });
    expect(await third.closed).toBe(1013);
    kept.push(await TestSocket.signedIn(url, bearer(keys.writer)));
    await kept[0]?.close();
    await TestSocket.signedIn(url, bearer(keys.reader)).then((one) =>
      kept.push(one),
    );
    for (const socket of kept) await socket.close();
  });
});
