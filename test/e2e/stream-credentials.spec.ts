import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { DeletionWatch } from "../../src/message-contacts/deletions/deletion-watch.js";
import { SseStreams } from "../../src/http/sse-stream.js";
import { TOM } from "../support/emulator-fixture.js";
import { EventReader, type ReceivedEvent } from "../support/event-stream.js";
import { graphql } from "../support/graphql.js";
import { startBoth, type Running } from "../support/running.js";
import {
  bearer,
  keysFor,
  newFolder,
  TestIssuer,
} from "../support/signed-in.js";
import { until } from "../support/until.js";
import { TestSocket } from "../support/web-socket.js";

const WATCH = `subscription { messageContactDeletionStatus(contactId: "${TOM}") { state } }`;
const DELETE = `mutation { deleteMessageContact(input: { contactId: "${TOM}", retainContactInMembers: false }) { deletion { state } } }`;

const folder = newFolder();
const { file, keys } = keysFor({
  owner: { scopes: ["contacts:delete"] },
  staying: { scopes: ["contacts:read"] },
  leaving: { scopes: ["contacts:read"] },
  demoted: { scopes: ["contacts:read"] },
});

/** The key file without the key of `leaving` and the right of `demoted`. */
function fileAfterwards(): object {
  const { keys: entries } = file as { keys: { caller: string }[] };
  return {
    keys: entries
      .filter(({ caller }) => caller !== "leaving")
      .map((entry) =>
        entry.caller === "demoted" ? { ...entry, scopes: [] } : entry,
      ),
  };
}

let issuer: TestIssuer;
let running: Running;

beforeAll(async () => {
  issuer = await TestIssuer.start();
  running = await startBoth(
    {},
    {
      ...issuer.environment,
      JWT_CLOCK_TOLERANCE_SECONDS: "30",
      API_KEYS_FILE: folder.write("keys.json", file),
      AUDIT_LOG: "none",
    },
  );
  // Stays in progress until the emulator's clock is advanced.
  await graphql(running, DELETE, {}, bearer(keys.owner));
});

afterAll(async () => {
  await running.stop();
  await issuer.stop();
  folder.remove();
});

const overRest = async (credential: string): Promise<EventReader> =>
  new EventReader(
    await fetch(
      `${running.gateway.url}/v1/message-contacts/${TOM}/deletion/events`,
      { headers: bearer(credential) },
    ),
  );

const overSse = async (credential: string): Promise<EventReader> =>
  new EventReader(
    await fetch(`${running.gateway.url}/graphql/stream`, {
      method: "POST",
      headers: { "content-type": "application/json", ...bearer(credential) },
      body: JSON.stringify({ query: WATCH }),
    }),
  );

async function overSocket(credential: string): Promise<TestSocket> {
  const socket = await TestSocket.signedIn(
    running.gateway.url,
    bearer(credential),
  );
  socket.subscribe("1", WATCH);
  await socket.message(({ type }) => type === "next");
  return socket;
}

const dataOf = ({ data = "" }: ReceivedEvent): unknown => JSON.parse(data);

/** Final events for a graphql-sse client whose credential is no longer valid. */
const ended = (code: string) => [
  { event: "next", data: expect.stringContaining(`"code":"${code}"`) },
  { event: "complete", data: "" },
];

describe("an open stream", () => {
  it("ends when its key is revoked or loses a right; streams of other keys go on", async () => {
    const [events, results] = [
      await overRest(keys.leaving),
      await overSse(keys.leaving),
    ];
    const [demotedEvents, demotedResults] = [
      await overRest(keys.demoted),
      await overSse(keys.demoted),
    ];
    const staying = await overRest(keys.staying);
    const readers = [events, results, demotedEvents, demotedResults, staying];
    for (const reader of readers) expect(await reader.next()).not.toBeNull();
    const socket = await overSocket(keys.leaving);
    const demoted = await overSocket(keys.demoted);
    expect(running.gateway.app.get(DeletionWatch).size).toBe(1);

    folder.write("keys.json", fileAfterwards());

    const [problem, ...others] = await events.rest();
    expect(others).toEqual([]);
    expect(problem?.event).toBe("problem");
    expect(dataOf(problem ?? {})).toMatchObject({
      code: "UNAUTHENTICATED",
      status: 401,
    });
    expect(await results.rest()).toEqual(ended("UNAUTHENTICATED"));
    expect(await socket.closed).toBe(4401);
    expect((await demotedEvents.rest()).map(dataOf)).toMatchObject([
      { code: "FORBIDDEN", status: 403 },
    ]);
    expect(await demotedResults.rest()).toEqual(ended("FORBIDDEN"));
    expect(await demoted.closed).toBe(4403);

    const streams = running.gateway.app.get(SseStreams, { strict: false });
    await until("only one stream stays", () => streams.size === 1);
    // A client that reconnects is refused and stops.
    expect((await overRest(keys.leaving)).response.status).toBe(401);
    expect((await overRest(keys.demoted)).response.status).toBe(403);
    await staying.leave();
    await until(
      "nothing is followed",
      () => running.gateway.app.get(DeletionWatch).size === 0,
    );
  });

  it("stays open until its token expires, clock tolerance included, over every protocol", async () => {
    // Expired 22 seconds ago: accepted for 8 more.
    const exp = Math.floor(Date.now() / 1_000) - 22;
    const token = await issuer.token({ exp });
    const list = await fetch(`${running.gateway.url}/v1/message-contacts`, {
      headers: bearer(token),
    });
    expect(list.status).toBe(200);
    const events = await overRest(token);
    const results = await overSse(token);
    const socket = await overSocket(token);
    expect(dataOf((await events.next()) ?? {})).toMatchObject({
      state: "IN_PROGRESS",
    });
    expect((await results.next())?.data).toContain("IN_PROGRESS");

    expect((await events.rest()).map(dataOf)).toMatchObject([
      { code: "UNAUTHENTICATED" },
    ]);
    expect(await results.rest()).toEqual(ended("UNAUTHENTICATED"));
    expect(await socket.closed).toBe(4401);
    expect((await overRest(token)).response.status).toBe(401);
    const again = await TestSocket.open(running.gateway.url);
    again.send({ type: "connection_init", payload: bearer(token) });
    expect(await again.closed).toBe(4401);
  });
});
