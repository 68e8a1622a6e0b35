import { Agent, get, type IncomingMessage } from "node:http";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { TOM } from "../support/emulator-fixture.js";
import { EventReader } from "../support/event-stream.js";
import { graphql } from "../support/graphql.js";
import { packageVersion } from "../../src/config/version.js";
import { scraped } from "../support/metrics.js";
import { startBoth, type Running } from "../support/running.js";
import { until } from "../support/until.js";
import { TestSocket } from "../support/web-socket.js";

/** A contact that is not being deleted. */
const OTHER = "c-W8rT2yXn5KpVb0Qa";
const P = "message_contacts_";
const WATCH = `subscription { messageContactDeletionStatus(contactId: "${TOM}") { state } }`;
const DELETE = `mutation { deleteMessageContact(input: { contactId: "${TOM}", retainContactInMembers: false }) { deletion { state } } }`;

/** What is open now, as counted by the test. */
interface Reality {
  eventStreams: number;
  waitingSockets: number;
  signedInSockets: number;
  /** Deletions watched by a stream or a WebSocket. */
  followed: number;
  requests: number;
  readsRunning: number;
  writesWaiting: number;
}

const NOTHING: Reality = {
  eventStreams: 0,
  waitingSockets: 0,
  signedInSockets: 0,
  followed: 0,
  requests: 0,
  readsRunning: 0,
  writesWaiting: 0,
};

let running: Running;
beforeAll(async () => {
  running = await startBoth();
  // The deletion outlasts the test.
  running.emulator.control.changeSettings({ deletionDelayMs: 3_600_000 });
  await graphql(running, DELETE);
});
afterAll(() => running.stop());

/** Connections as counted by the server. */
function connections(): Promise<number> {
  const server = running.gateway.app.getHttpServer();
  return promisify(server.getConnections.bind(server))();
}

/**
 * Every sample of every gauge and its value. A gauge that is not listed fails
 * the test: list it here together with the way to its real value.
 */
async function expected(reality: Reality): Promise<Record<string, number>> {
  return {
    'upstream_breaker_state{directory="default",kind="read"}': 0,
    'upstream_breaker_state{directory="default",kind="write"}': 0,
    'upstream_reads_running{directory="default"}': reality.readsRunning,
    'upstream_reads_waiting{directory="default"}': 0,
    'upstream_writes_waiting{directory="default"}': reality.writesWaiting,
    [`build_info{version="${packageVersion()}",node="${process.version}"}`]: 1,
    workers_ready: 1,
    workers_wanted: 1,
    deletions_followed: reality.followed,
    // Compared by its sign: the age grows with the clock.
    api_key_file_failing: 0,
    trace_export_failing: 0,
    'log_failing{output="audit"}': 0,
    'log_failing{output="log"}': 0,
    deletion_oldest_seconds: Math.sign(reality.followed),
    event_streams_open: reality.eventStreams,
    'websockets_open{state="waiting"}': reality.waitingSockets,
    'websockets_open{state="signed-in"}': reality.signedInSockets,
    requests_in_work: reality.requests,
    connections_open: await connections(),
    connections_lingering: 0,
    'shared_state{standing="memory"}': 1,
    'shared_state{standing="redis"}': 0,
    'shared_state{standing="redis-away"}': 0,
    'shared_state{standing="redis-refused"}': 0,
    // The deletion started before the test.
    'state_entries{table="deletions"}': 1,
    'state_entries{table="idempotency-keys"}': 0,
    'state_entries{table="verification-messages"}': 0,
    'state_entries_limit{table="deletions"}': 40_000,
    'state_entries_limit{table="idempotency-keys"}': 40_000,
    'state_entries_limit{table="verification-messages"}': 20_000,
  };
}

async function gauges(): Promise<Record<string, number>> {
  const { opsUrl } = running.gateway;
  const text = await (await fetch(`${opsUrl}/metrics`)).text();
  const names = [...text.matchAll(/^# TYPE (message_contacts_\w+) gauge$/gm)];
  const isGauge = (sample: string): boolean =>
    names.some(([, name = ""]) => sample.split("{", 1)[0] === name);
  const samples = [...(await scraped(opsUrl))]
    .filter(([sample]) => isGauge(sample))
    .map(([sample, value]): [string, number] => [
      sample.slice(P.length),
      sample === `${P}deletion_oldest_seconds` ? Math.sign(value) : value,
    ]);
  return Object.fromEntries(samples);
}

/** Waits until every gauge has its real value; otherwise shows the difference. */
async function compare(changes: Partial<Reality>): Promise<void> {
  const reality = { ...NOTHING, ...changes };
  const matches = async (): Promise<boolean> => {
    const [found, wanted] = [await gauges(), await expected(reality)];
    return Object.entries(found).every(([name, n]) => n === wanted[name]);
  };
  await until("gauges", matches, 5_000).catch(() => undefined);
  const found = await gauges();
  const wanted = await expected(reality);
  expect(found).toEqual(
    Object.fromEntries(
      Object.entries(wanted).filter(([name]) => name in found),
    ),
  );
}

test("every gauge has its real value while each kind of connection opens and closes", async () => {
  const { url } = running.gateway;
  await compare({});

  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const list = `${url}/v1/message-contacts`;
  await new Promise((resolve) => {
    get(list, { agent }, (answer: IncomingMessage) => {
      answer.resume().once("end", resolve);
    });
  });
  const before = await connections();
  expect(before).toBeGreaterThan(0);
  // An idle keep-alive connection, without a running request.
  await compare({});

  const events = new EventReader(await fetch(`${list}/${TOM}/deletion/events`));
  await events.next();
  await compare({ eventStreams: 1, followed: 1 });

  const results = new EventReader(
    await fetch(`${url}/graphql/stream`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ query: WATCH }),
    }),
  );
  await results.next();
  await compare({ eventStreams: 2, followed: 1 });

  const silent = await TestSocket.open(url);
  const socket = await TestSocket.signedIn(url);
  await compare({
    eventStreams: 2,
    followed: 1,
    waitingSockets: 1,
    signedInSockets: 1,
  });

  silent.send({ type: "connection_init" });
  await silent.message(({ type }) => type === "connection_ack");
  for (const id of ["1", "2"]) socket.subscribe(id, WATCH);
  for (const id of ["1", "2"]) {
    await socket.message((one) => one.type === "next" && one.id === id);
  }
  const open = { eventStreams: 2, followed: 1, signedInSockets: 2 };
  await compare(open);

  // A slow vendor: one read, and two writes that are sent one after the other.
  const { control } = running.emulator;
  const effect = { effect: "delay", ms: 60_000 } as const;
  control.addFault({ ...effect, operation: "ListMessageContacts" });
  control.addFault({ ...effect, operation: "UpdateMessageContact" });
  const read = fetch(`${list}?pageSize=3`);
  await compare({ ...open, requests: 1, readsRunning: 1 });
  const change = (title: string): Promise<Response> =>
    fetch(`${list}/${OTHER}`, {
      method: "PATCH",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ title }),
    });
  const first = change("CEO");
  await until("it was sent", () =>
    control.calls().some(({ action }) => action === "UpdateMessageContact"),
  );
  const second = change("OTHER");
  await compare({ ...open, requests: 3, readsRunning: 1, writesWaiting: 1 });
  control.advanceClock(60_000);
  for (const answer of [read, first, second]) await (await answer).text();
  await compare(open);
  agent.destroy();

  await events.leave();
  await compare({ ...open, eventStreams: 1 });
  await results.leave();
  await compare({ ...open, eventStreams: 0 });
  await silent.close();
  await compare({ followed: 1, signedInSockets: 1 });
  for (const id of ["1", "2"]) socket.send({ type: "complete", id });
  await compare({ signedInSockets: 1 });
  await socket.close();
  await compare({});
});
