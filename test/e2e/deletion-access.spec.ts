import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { createClient } from "graphql-ws";
import { WebSocket } from "ws";
import { EventReader } from "../support/event-stream.js";
import { startBoth, type Running } from "../support/running.js";
import {
  bearer,
  keysFor,
  newFolder,
  type Folder,
} from "../support/signed-in.js";

const UNKNOWN_ID = "c-neverExistedHere0";
const SUBSCRIPTION = `subscription { messageContactDeletionStatus(contactId: "${UNKNOWN_ID}") { state } }`;
const QUERY = "{ messageContacts { totalCount } }";

const { file, keys } = keysFor({
  reader: { scopes: ["contacts:read"] },
  writer: { scopes: ["contacts:write"] },
  short: { scopes: ["contacts:read"], expiresAt: soon() },
});

function soon(): string {
  return new Date(Date.now() + 4_000).toISOString();
}

let folder: Folder;
let running: Running;

beforeAll(async () => {
  folder = newFolder();
  running = await startBoth({}, { API_KEYS_FILE: folder.write("keys", file) });
});

afterAll(async () => {
  await running.stop();
  folder.remove();
});

/** Tries to watch; resolves with the states, an error code or a close code. */
type Attempt = (headers: Record<string, string>) => Promise<unknown>;

const overSocket: Attempt = async (connectionParams) => {
  const client = createClient({
    url: `${running.gateway.url.replace("http", "ws")}/graphql`,
    webSocketImpl: WebSocket,
    connectionParams,
    retryAttempts: 0,
  });
  try {
    const states: unknown[] = [];
    for await (const { data, errors } of client.iterate<{
      messageContactDeletionStatus: { state: string };
    }>({ query: SUBSCRIPTION })) {
      states.push(
        errors?.[0]?.extensions?.["code"] ??
          data?.messageContactDeletionStatus.state,
      );
    }
    return states;
  } catch (error) {
    return (error as CloseEvent).code;
  } finally {
    await client.dispose();
  }
};

interface CloseEvent {
  readonly code: number;
}

const overStream: Attempt = async (headers) => {
  const response = await fetch(`${running.gateway.url}/graphql/stream`, {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body: JSON.stringify({ query: SUBSCRIPTION }),
  });
  if (!response.ok) return response.status;
  const [next] = await new EventReader(response).rest();
  const { data, errors } = JSON.parse(next?.data ?? "") as {
    data?: { messageContactDeletionStatus: { state: string } } | null;
    errors?: { extensions: { code: string } }[];
  };
  return [
    errors?.[0]?.extensions.code ?? data?.messageContactDeletionStatus.state,
  ];
};

const overEvents: Attempt = async (headers) => {
  const response = await fetch(
    `${running.gateway.url}/v1/message-contacts/${UNKNOWN_ID}/deletion/events`,
    { headers },
  );
  if (!response.ok) return response.status;
  const [event] = await new EventReader(response).rest();
  return [(JSON.parse(event?.data ?? "") as { state: string }).state];
};

describe.each([
  {
    name: "WebSocket",
    attempt: overSocket,
    refused: 4401,
    forbidden: ["FORBIDDEN"],
  },
  {
    name: "graphql-sse",
    attempt: overStream,
    refused: 401,
    forbidden: ["FORBIDDEN"],
  },
  { name: "REST", attempt: overEvents, refused: 401, forbidden: 403 },
])("watching over $name", ({ attempt, refused, forbidden }) => {
  it("requires a credential", async () => {
    expect(await attempt({})).toBe(refused);
    expect(await attempt(bearer("mcg_wrong"))).toBe(refused);
  });

  it("requires the scope contacts:read", async () => {
    expect(await attempt(bearer(keys.writer))).toEqual(forbidden);
  });

  it("accepts a caller with contacts:read, by either header", async () => {
    expect(await attempt(bearer(keys.reader))).toEqual(["UNKNOWN"]);
    expect(await attempt({ "x-api-key": keys.reader })).toEqual(["UNKNOWN"]);
  });
});

describe("a WebSocket", () => {
  it("closes with 4401 when the credential expires", async () => {
    const socket = new WebSocket(
      `${running.gateway.url.replace("http", "ws")}/graphql`,
      "graphql-transport-ws",
    );
    const code = new Promise((resolve) => socket.once("close", resolve));
    socket.once("open", () =>
      socket.send(
        JSON.stringify({
          type: "connection_init",
          payload: bearer(keys.short),
        }),
      ),
    );
    expect(await code).toBe(4401);
  });
});

describe("graphql-sse", () => {
  it("rejects queries and malformed bodies", async () => {
    const send = (body: object): Promise<Response> =>
      fetch(`${running.gateway.url}/graphql/stream`, {
        method: "POST",
        headers: { "content-type": "application/json", ...bearer(keys.reader) },
        body: JSON.stringify(body),
      });
    const [next, complete] = await new EventReader(
      await send({ query: QUERY }),
    ).rest();
    expect(JSON.parse(next?.data ?? "")).toMatchObject({
      errors: [{ extensions: { code: "BAD_REQUEST" } }],
    });
    expect(complete).toEqual({ event: "complete", data: "" });
    expect((await send({ nothing: true })).status).toBe(400);
  });

  it("accepts a subscription in the query string", async () => {
    const search = new URLSearchParams({ query: SUBSCRIPTION });
    const response = await fetch(
      `${running.gateway.url}/graphql/stream?${search.toString()}`,
      { headers: bearer(keys.reader) },
    );
    const [next] = await new EventReader(response).rest();
    expect(next?.data).toContain("UNKNOWN");
  });
});
