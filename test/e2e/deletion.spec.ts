import {
  afterAll,
  beforeAll,
  beforeEach,
  describe,
  expect,
  it,
} from "@jest/globals";
import { createClient, type Client } from "graphql-ws";
import { WebSocket } from "ws";
import { DeletionWatch } from "../../src/message-contacts/deletions/deletion-watch.js";
import { TOM } from "../support/emulator-fixture.js";
import { EventReader, type ReceivedEvent } from "../support/event-stream.js";
import { settled } from "../support/fake-upstream.js";
import { graphql } from "../support/graphql.js";
import { startBoth, type Running } from "../support/running.js";

const UNKNOWN_ID = "c-neverExistedHere0";
const FIELDS =
  "contactId state isFinal startedHere failures { accountId messageTypes advice } advice problem { code message retryable }";
const SUBSCRIPTION = `subscription ($id: ID!) { messageContactDeletionStatus(contactId: $id) { ${FIELDS} } }`;
const DELETE = `mutation ($id: ID!) { deleteMessageContact(input: { contactId: $id, retainContactInMembers: false }) { deletion { state observedAt startedHere } errors { code } } }`;

interface Deletion {
  readonly state: string;
  readonly isFinal: boolean;
  readonly startedHere: boolean | null;
  readonly failures: readonly object[];
  readonly advice: string | null;
  readonly problem: { readonly code: string; readonly message: string } | null;
}

let running: Running;

beforeAll(async () => {
  running = await startBoth();
});

beforeEach(async () => {
  running.emulator.control.reset();
  // A new gateway: the deletion ledger holds the contacts of the previous test.
  await running.gateway.close();
  running = { ...running, ...(await restarted()) };
});

afterAll(() => running.stop());

async function restarted(): Promise<Running> {
  const { environmentFor } = await import("../support/running.js");
  const { readConfig } = await import("../../src/config/read-config.js");
  const { startGateway } = await import("../../src/gateway.js");
  const { emulator } = running;
  const gateway = await startGateway(readConfig(environmentFor(emulator.url)));
  return {
    emulator,
    gateway,
    stop: async () => {
      await gateway.close();
      await emulator.stop();
    },
  };
}

/** A transport that streams the states of a deletion. */
interface WatchTransport {
  readonly name: string;
  readonly watch: (
    contactId: string,
    language?: string,
  ) => AsyncIterator<Deletion>;
}

async function* overSse(
  open: Promise<Response>,
  pick: (event: ReceivedEvent) => Deletion | null,
): AsyncGenerator<Deletion, undefined> {
  const reader = new EventReader(await open);
  try {
    for (let event = await reader.next(); event; event = await reader.next()) {
      const deletion = pick(event);
      if (deletion !== null) yield deletion;
    }
  } finally {
    await reader.leave();
  }
  return undefined;
}

function client(language = "en"): Client {
  return createClient({
    url: `${running.gateway.url.replace("http", "ws")}/graphql`,
    webSocketImpl: WebSocket,
    connectionParams: { "accept-language": language },
    retryAttempts: 0,
  });
}

async function* overSocket(
  contactId: string,
  language?: string,
): AsyncGenerator<Deletion, undefined> {
  const socket = client(language);
  try {
    const results = socket.iterate<{ messageContactDeletionStatus: Deletion }>({
      query: SUBSCRIPTION,
      variables: { id: contactId },
    });
    for await (const { data, errors } of results) {
      expect(errors).toBeUndefined();
      if (data != null) yield data.messageContactDeletionStatus;
    }
  } finally {
    await socket.dispose();
  }
  return undefined;
}

const TRANSPORTS: readonly WatchTransport[] = [
  { name: "graphql-ws", watch: overSocket },
  {
    name: "graphql-sse",
    watch: (id, language = "en") =>
      overSse(
        fetch(`${running.gateway.url}/graphql/stream`, {
          method: "POST",
          headers: {
            "content-type": "application/json",
            accept: "text/event-stream",
            "accept-language": language,
          },
          body: JSON.stringify({ query: SUBSCRIPTION, variables: { id } }),
        }),
        ({ event, data = "" }) =>
          event === "next"
            ? (
                JSON.parse(data) as {
                  data: { messageContactDeletionStatus: Deletion };
                }
              ).data.messageContactDeletionStatus
            : null,
      ),
  },
  {
    name: "server-sent events of REST",
    watch: (id, language = "en") =>
      overSse(
        fetch(eventsUrl(id), { headers: { "accept-language": language } }),
        ({ event, data = "" }) =>
          event === undefined ? (JSON.parse(data) as Deletion) : null,
      ),
  },
];

const eventsUrl = (id: string): string =>
  `${running.gateway.url}/v1/message-contacts/${id}/deletion/events`;

async function rest(watcher: AsyncIterator<Deletion>): Promise<Deletion[]> {
  const states: Deletion[] = [];
  for (;;) {
    const next: IteratorResult<Deletion, unknown> = await watcher.next();
    if (next.done === true) return states;
    states.push(next.value);
  }
}

describe.each(TRANSPORTS)("a deletion watched over $name", ({ watch }) => {
  it("yields one UNKNOWN state for an unknown contact, then ends", async () => {
    const states = await rest(watch(UNKNOWN_ID));
    expect(states).toMatchObject([
      { state: "UNKNOWN", isFinal: true, startedHere: null },
    ]);
  });

  it("yields IN_PROGRESS, then DELETED, then ends", async () => {
    await graphql(running, DELETE, { id: TOM });
    const watcher = watch(TOM);
    expect((await watcher.next()).value).toMatchObject({
      state: "IN_PROGRESS",
      isFinal: false,
      startedHere: true,
    });
    running.emulator.control.advanceClock(60_000);
    expect(await rest(watcher)).toMatchObject([
      { state: "DELETED", isFinal: true, startedHere: true },
    ]);
  });

  it("lists the failures of a failed deletion, with advice in the requested language", async () => {
    running.emulator.control.failDeletions({
      failures: [
        { AccountId: "1997968394350002", MessageTypes: ["SecurityMessage"] },
      ],
    });
    await graphql(running, DELETE, { id: TOM });
    running.emulator.control.advanceClock(60_000);
    const [state, ...others] = await rest(watch(TOM, "zh-CN"));
    expect(others).toEqual([]);
    expect(state).toMatchObject({
      state: "FAILED",
      isFinal: true,
      failures: [
        {
          accountId: "1997968394350002",
          messageTypes: ["SECURITY_MESSAGE"],
          advice: expect.stringContaining("重新删除"),
        },
      ],
      advice: expect.stringContaining("联系人仍然存在"),
    });
  });

  it("reports a retryable problem while the vendor is unreachable, then recovers", async () => {
    await graphql(running, DELETE, { id: TOM });
    running.emulator.control.addFault({
      effect: "reset",
      operation: "GetMessageContactDeletionStatus",
      times: null,
    });
    const watcher = watch(TOM);
    expect((await watcher.next()).value).toMatchObject({
      state: "UNKNOWN",
      isFinal: false,
      problem: { code: "UPSTREAM_UNAVAILABLE", retryable: true },
    });
    running.emulator.control.clearFaults();
    expect((await watcher.next()).value).toMatchObject({
      state: "IN_PROGRESS",
      problem: null,
    });
    running.emulator.control.advanceClock(60_000);
    expect(await rest(watcher)).toMatchObject([{ state: "DELETED" }]);
  });
});

describe.each(TRANSPORTS)(
  "a contact that exists again, over $name",
  ({ watch }) => {
    it("is UNKNOWN although an earlier deletion was observed", async () => {
      await graphql(running, DELETE, { id: TOM });
      running.emulator.control.advanceClock(60_000);
      expect(await rest(watch(TOM))).toMatchObject([{ state: "DELETED" }]);
      running.emulator.control.reset();
      expect(await rest(watch(TOM))).toMatchObject([
        { state: "UNKNOWN", startedHere: null },
      ]);
    });
  },
);

describe("a contact that exists again", () => {
  it("has no deletion in queries and over REST", async () => {
    await graphql(running, DELETE, { id: TOM });
    running.emulator.control.advanceClock(60_000);
    const read = (): Promise<unknown> =>
      graphql(
        running,
        `
          query ($id: ID!) {
            messageContact(id: $id) {
              status
              deletion {
                state
              }
            }
            messageContactDeletionStatus(contactId: $id) {
              state
            }
          }
        `,
        { id: TOM },
      );
    expect(await read()).toMatchObject({
      data: {
        messageContact: null,
        messageContactDeletionStatus: { state: "DELETED" },
      },
    });
    running.emulator.control.reset();
    expect(await read()).toMatchObject({
      data: {
        messageContact: { status: "ACTIVE", deletion: null },
        messageContactDeletionStatus: { state: "UNKNOWN" },
      },
    });
    const response = await fetch(
      `${running.gateway.url}/v1/message-contacts/${TOM}/deletion`,
    );
    expect(await response.json()).toMatchObject({
      state: "UNKNOWN",
      observedAt: null,
    });
  });

  it("is reported to a client that reconnects with the id of the final state", async () => {
    await graphql(running, DELETE, { id: TOM });
    running.emulator.control.advanceClock(60_000);
    const [deleted] = await new EventReader(await fetch(eventsUrl(TOM))).rest();
    const headers = { "last-event-id": deleted?.id ?? "" };
    expect((await fetch(eventsUrl(TOM), { headers })).status).toBe(204);
    running.emulator.control.reset();
    const again = await fetch(eventsUrl(TOM), { headers });
    expect(again.status).toBe(200);
    const [state] = await new EventReader(again).rest();
    expect(JSON.parse(state?.data ?? "")).toMatchObject({ state: "UNKNOWN" });
  });
});

describe("watching", () => {
  const watching = (): DeletionWatch => running.gateway.app.get(DeletionWatch);

  it("polls once for three watchers over three transports", async () => {
    await graphql(running, DELETE, { id: TOM });
    running.emulator.control.clearCalls();
    const watchers = TRANSPORTS.map(({ watch }) => watch(TOM));
    for (const watcher of watchers) await watcher.next();
    expect(watching().size).toBe(1);
    expect(running.emulator.control.calls()).toHaveLength(1);
    for (const watcher of watchers) await watcher.return?.();
    while (watching().size > 0) await settled();
  });

  it("follows a deletion that another client started and sets startedHere to false", async () => {
    const other = await restarted();
    await graphql(other, DELETE, { id: TOM });
    await other.gateway.close();
    const watcher = overSocket(TOM);
    expect((await watcher.next()).value).toMatchObject({
      state: "IN_PROGRESS",
      startedHere: false,
    });
    running.emulator.control.advanceClock(60_000);
    expect(await rest(watcher)).toMatchObject([
      { state: "DELETED", startedHere: false },
    ]);
  });

  it("verifies a recorded deletion with one read of the contact", async () => {
    await graphql(
      running,
      `
        mutation ($id: ID!) {
          deleteMessageContact(input: { contactId: $id }) {
            deletion {
              state
            }
            errors {
              code
            }
          }
        }
      `,
      { id: TOM },
    );
    running.emulator.control.clearCalls();
    expect(await rest(overSocket(TOM))).toMatchObject([{ state: "DELETED" }]);
    expect(running.emulator.control.calls()).toMatchObject([
      { action: "GetMessageContact" },
    ]);
  });
});

describe("server-sent events of REST", () => {
  const open = (headers: Record<string, string> = {}): Promise<Response> =>
    fetch(eventsUrl(TOM), { headers });

  it("ends with a `complete` event and returns 204 when the client reconnects", async () => {
    const response = await fetch(eventsUrl(UNKNOWN_ID));
    expect(response.headers.get("content-type")).toBe(
      "text/event-stream; charset=utf-8",
    );
    const [state, complete, ...others] = await new EventReader(response).rest();
    expect(complete).toEqual({ event: "complete", data: "" });
    expect(others).toEqual([]);
    running.emulator.control.clearCalls();
    const again = await fetch(eventsUrl(UNKNOWN_ID), {
      headers: { "last-event-id": state?.id ?? "" },
    });
    expect(again.status).toBe(204);
    expect(running.emulator.control.calls()).toEqual([]);
  });

  it("does not repeat the state named by Last-Event-ID", async () => {
    await graphql(running, DELETE, { id: TOM });
    const first = new EventReader(await open());
    const seen = await first.next();
    await first.leave();
    const second = new EventReader(
      await open({ "last-event-id": seen?.id ?? "" }),
    );
    running.emulator.control.advanceClock(60_000);
    const event = await second.next();
    expect(JSON.parse(event?.data ?? "")).toMatchObject({ state: "DELETED" });
  });

  it("returns a problem document for a malformed contact id", async () => {
    const response = await fetch(eventsUrl("nonsense"));
    expect(response.status).toBe(422);
    expect(await response.json()).toMatchObject({ code: "INVALID_INPUT" });
  });
});

describe("the WebSocket", () => {
  it("rejects queries and mutations", async () => {
    const socket = client();
    const results = socket.iterate({
      query: "{ messageContacts { totalCount } }",
    });
    await expect(results.next()).rejects.toMatchObject([
      { extensions: { code: "BAD_REQUEST" } },
    ]);
    await socket.dispose();
  });

  it("reports an invalid argument in the same form as POST", async () => {
    const socket = client();
    const results = socket.iterate({
      query: SUBSCRIPTION,
      variables: { id: "nonsense" },
    });
    const next: IteratorResult<unknown, unknown> = await results.next();
    expect(next.value).toMatchObject({
      errors: [{ extensions: { code: "INVALID_INPUT", retryable: false } }],
    });
    await socket.dispose();
  });

  it("closes with 1009 on a message of more than 64 KiB", async () => {
    const socket = new WebSocket(
      `${running.gateway.url.replace("http", "ws")}/graphql`,
      "graphql-transport-ws",
    );
    const code = new Promise((resolve) => socket.once("close", resolve));
    socket.once("open", () => socket.send("x".repeat(64 * 1024 + 1)));
    expect(await code).toBe(1009);
  });

  it("rejects a handshake from another origin with 403", async () => {
    const socket = new WebSocket(
      `${running.gateway.url.replace("http", "ws")}/graphql`,
      "graphql-transport-ws",
      { origin: "https://elsewhere.example" },
    );
    const [error] = await new Promise<[Error]>((resolve) =>
      socket.once("error", (...args: [Error]) => resolve(args)),
    );
    expect(error.message).toContain("403");
  });

  it("rejects a handshake with 404 at any path other than /graphql", async () => {
    const socket = new WebSocket(
      `${running.gateway.url.replace("http", "ws")}/elsewhere`,
      "graphql-transport-ws",
    );
    const [error] = await new Promise<[Error]>((resolve) =>
      socket.once("error", (...args: [Error]) => resolve(args)),
    );
    expect(error.message).toContain("404");
  });
});

describe("a gateway that stops", () => {
  it("closes WebSockets with 1001 and ends event streams without a `complete` event", async () => {
    const other = await restarted();
    await graphql(other, DELETE, { id: TOM });
    const { url } = other.gateway;
    const socket = new WebSocket(
      `${url.replace("http", "ws")}/graphql`,
      "graphql-transport-ws",
    );
    const received: string[] = [];
    const hasBegun = new Promise<void>((resolve) => {
      socket.on("message", (data: Buffer) => {
        const message = data.toString();
        received.push((JSON.parse(message) as { type: string }).type);
        if (message.includes("connection_ack")) {
          socket.send(
            JSON.stringify({
              id: "1",
              type: "subscribe",
              payload: { query: SUBSCRIPTION, variables: { id: TOM } },
            }),
          );
        }
        if (message.includes("IN_PROGRESS")) resolve();
      });
    });
    socket.once("open", () =>
      socket.send(JSON.stringify({ type: "connection_init" })),
    );
    const code = new Promise((resolve) => socket.once("close", resolve));
    const events = new EventReader(
      await fetch(`${url}/v1/message-contacts/${TOM}/deletion/events`),
    );
    await hasBegun;
    await events.next();
    await other.gateway.close();
    expect(await code).toBe(1001);
    expect(received).toEqual(["connection_ack", "next"]);
    expect(await events.rest()).toEqual([]);
  });
});
