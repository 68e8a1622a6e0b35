import { afterAll, afterEach, beforeEach, expect, test } from "@jest/globals";
import { readConfig } from "../../src/config/read-config.js";
import { startEmulator } from "../../src/emulator/emulator.server.js";
import { startGateway, type ProbedGateway } from "../../src/gateway.js";
import { Logger } from "../../src/logging/logger.js";
import { EventReader } from "../support/event-stream.js";
import { scraped } from "../support/metrics.js";
import { OtlpCollector } from "../support/otlp-collector.js";
import { environmentFor } from "../support/running.js";
import { bearer, keysFor, newFolder } from "../support/signed-in.js";
import { until } from "../support/until.js";
import { TestSocket } from "../support/web-socket.js";

const TRACE = "0af7651916cd43dd8448eb211c80319c";
const PARENT = "b7ad6b7169203331";
const WATCH =
  'subscription { messageContactDeletionStatus(contactId: "c-neverExisted0") { state } }';
const QUERY = "{ messageContacts { totalCount } }";
const STATUS = "getMessageContactDeletionStatus";

const { file, keys } = keysFor({
  reader: { scopes: ["contacts:read"] },
  writer: { scopes: ["contacts:write"] },
});

interface Line {
  readonly msg: string;
  readonly protocol?: string;
  readonly route?: string;
  readonly operation?: string;
  readonly code?: string;
  readonly caller?: string;
  readonly traceId?: string;
}

const folder = newFolder();
let emulator: Awaited<ReturnType<typeof startEmulator>>;
let collector: OtlpCollector;
let gateway: ProbedGateway;
let lines: Line[];

beforeEach(async () => {
  [collector, emulator] = await Promise.all([
    OtlpCollector.listen(),
    startEmulator(),
  ]);
  lines = [];
  const config = readConfig({
    ...environmentFor(emulator.url),
    // Only the rate limit refuses operations.
    MAX_REQUESTS_IN_FLIGHT: "0",
    LOG_LEVEL: "debug",
    API_KEYS_FILE: folder.write("keys.json", file),
    AUDIT_LOG: "none",
    RATE_LIMIT_PER_MINUTE: "1000",
    OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
  });
  const write = (line: string): void =>
    void lines.push(JSON.parse(line) as Line);
  gateway = await startGateway(config, new Logger(config, { write }));
});

afterEach(async () => {
  await gateway.close();
  await emulator.stop();
  await collector.close();
});

afterAll(() => folder.remove());

const requests = () => lines.filter(({ msg }) => msg === "request");

/** Rate limit points that the caller has left, from the headers of another request. */
async function remaining(credential: string): Promise<number> {
  const { headers } = await fetch(`${gateway.url}/graphql`, {
    method: "POST",
    headers: { "content-type": "application/json", ...bearer(credential) },
    body: JSON.stringify({ query: "{ __typename }" }),
  });
  return Number(/r=(\d+)/.exec(headers.get("ratelimit") ?? "")?.[1]);
}

test("logs, counts and traces the sign-in and each operation of a WebSocket", async () => {
  const socket = await TestSocket.signedIn(gateway.url, {
    ...bearer(keys.reader),
    traceparent: `00-${TRACE}-${PARENT}-01`,
  });
  socket.subscribe("1", QUERY);
  await socket.message(({ id, type }) => id === "1" && type === "error");
  socket.subscribe("2", WATCH);
  await socket.message(({ id, type }) => id === "2" && type === "complete");
  await socket.close();

  const common = {
    protocol: "websocket",
    route: "/graphql",
    caller: "reader",
    traceId: TRACE,
  };
  const mine = requests().filter(({ protocol }) => protocol === "websocket");
  expect(mine).toMatchObject([
    { ...common, operation: "connect" },
    { ...common, operation: "listMessageContacts", code: "BAD_REQUEST" },
    { ...common, operation: STATUS },
  ]);
  expect(mine.map(({ code }) => code)).toEqual([
    undefined,
    "BAD_REQUEST",
    undefined,
  ]);

  const samples = await scraped(gateway.opsUrl);
  const count = (operation: string, code: string) =>
    samples.get(
      `message_contacts_requests_total{door="websocket",operation="${operation}",code="${code}"}`,
    );
  expect(count("connect", "OK")).toBe(1);
  expect(count("listMessageContacts", "BAD_REQUEST")).toBe(1);
  expect(count(STATUS, "OK")).toBe(1);

  // Closing flushes the remaining spans.
  await gateway.close();
  const spans = collector.spans.filter(({ traceId }) => traceId === TRACE);
  const own = spans.filter(({ kind }) => kind === 2);
  expect(own.map(({ name }) => name).sort()).toEqual([
    "connect",
    "query messageContacts",
    "subscription messageContactDeletionStatus",
  ]);
  expect(own.map(({ parentSpanId }) => parentSpanId)).toEqual([
    PARENT,
    PARENT,
    PARENT,
  ]);
  const watching = own.find(
    ({ attributes }) => attributes["message_contacts.operation"] === STATUS,
  );
  const call = spans.find(({ name }) => name === STATUS);
  expect(call?.parentSpanId).toBe(watching?.spanId);
  expect(own.map(({ attributes }) => attributes)).toContainEqual(
    expect.objectContaining({
      "message_contacts.operation": "listMessageContacts",
      "message_contacts.code": "BAD_REQUEST",
    }),
  );
});

test("logs and counts refusals over a WebSocket with their caller and code", async () => {
  const anonymous = await TestSocket.open(gateway.url);
  anonymous.send({ type: "connection_init" });
  expect(await anonymous.closed).toBe(4401);
  const socket = await TestSocket.signedIn(gateway.url, bearer(keys.writer));
  socket.subscribe("1", WATCH);
  await socket.message(({ type }) => type === "next");
  await socket.message(({ type }) => type === "complete");
  await socket.close();
  const mine = requests().filter(({ protocol }) => protocol === "websocket");
  expect(mine).toMatchObject([
    { operation: "connect", code: "UNAUTHENTICATED", caller: "nobody" },
    { operation: "connect", caller: "writer" },
    { operation: STATUS, code: "FORBIDDEN", caller: "writer" },
  ]);
  const samples = await scraped(gateway.opsUrl);
  expect(
    samples.get(
      `message_contacts_requests_total{door="websocket",operation="${STATUS}",code="FORBIDDEN"}`,
    ),
  ).toBe(1);
});

test("names operation and code of a graphql-sse stream in the log and the metrics", async () => {
  for (const credential of [keys.reader, keys.writer]) {
    const response = await fetch(`${gateway.url}/graphql/stream`, {
      method: "POST",
      headers: { "content-type": "application/json", ...bearer(credential) },
      body: JSON.stringify({ query: WATCH }),
    });
    await new EventReader(response).rest();
  }
  await until("two lines", () => requests().length === 2);
  expect(requests()).toMatchObject([
    { route: "/graphql/stream", operation: STATUS, caller: "reader" },
    {
      route: "/graphql/stream",
      operation: STATUS,
      code: "FORBIDDEN",
      caller: "writer",
    },
  ]);
  const samples = await scraped(gateway.opsUrl);
  for (const code of ["OK", "FORBIDDEN"]) {
    expect(
      samples.get(
        `message_contacts_requests_total{door="stream",operation="${STATUS}",code="${code}"}`,
      ),
    ).toBe(1);
  }
});

test("charges the caller one point per operation and one per upstream call", async () => {
  const first = await remaining(keys.reader);
  const socket = await TestSocket.signedIn(gateway.url, bearer(keys.reader));
  socket.subscribe("1", QUERY);
  await socket.message(({ id }) => id === "1");
  socket.subscribe("2", WATCH);
  await socket.message(({ id, type }) => id === "2" && type === "complete");
  await socket.close();
  const calls = emulator.control.calls().length;
  expect(calls).toBeGreaterThan(0);
  // The connection, two operations, the upstream calls, and the request that reads the header.
  expect(await remaining(keys.reader)).toBe(first - 3 - calls - 1);
});

test("refuses operations beyond the caller's limit as POST does", async () => {
  const left = await remaining(keys.reader);
  const socket = await TestSocket.signedIn(gateway.url, bearer(keys.reader));
  for (let id = 0; id < left; id += 1) socket.subscribe(String(id), QUERY);
  socket.subscribe("last", WATCH);
  const refused = await socket.message(({ id }) => id === "last");
  expect(refused).toMatchObject({
    type: "error",
    payload: [{ extensions: { code: "RATE_LIMITED", retryable: true } }],
  });
  expect(emulator.control.calls()).toHaveLength(0);
  const late = await TestSocket.open(gateway.url);
  late.send({ type: "connection_init", payload: bearer(keys.reader) });
  expect(await late.closed).toBe(1013);
  await socket.close();
});
