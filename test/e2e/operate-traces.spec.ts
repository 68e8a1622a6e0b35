import { afterEach, beforeEach, expect, test } from "@jest/globals";
import { readConfig } from "../../src/config/read-config.js";
import { startEmulator } from "../../src/emulator/emulator.server.js";
import { startGateway, type Gateway } from "../../src/gateway.js";
import { Logger } from "../../src/logging/logger.js";
import { TOM } from "../support/calls.js";
import { APIS, GRAPHQL, REST } from "../support/apis.js";
import { OtlpCollector, type SentSpan } from "../support/otlp-collector.js";
import { environmentFor } from "../support/running.js";

const TRACE = "0af7651916cd43dd8448eb211c80319c";
const PARENT = "b7ad6b7169203331";
const HEADERS = { traceparent: `00-${TRACE}-${PARENT}-01` };

type Emulator = Awaited<ReturnType<typeof startEmulator>>;
let collector: OtlpCollector;
let emulator: Emulator;
let lines: string[];

beforeEach(async () => {
  [collector, emulator] = await Promise.all([
    OtlpCollector.listen(),
    startEmulator(),
  ]);
  lines = [];
});

afterEach(async () => {
  await emulator.stop();
  await collector.close();
});

async function traced(
  environment: Readonly<Record<string, string>> = {},
): Promise<Gateway> {
  const config = readConfig({
    ...environmentFor(emulator.url),
    LOG_LEVEL: "debug",
    OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
    OTEL_EXPORTER_OTLP_HEADERS: "x-team=contacts",
    ...environment,
  });
  const write = (line: string): void => void lines.push(line);
  return startGateway(config, new Logger(config, { write }));
}

const spanNamed = (name: string): SentSpan => {
  const found = collector.spans.find((span) => span.name === name);
  if (found === undefined) {
    throw new Error(collector.spans.map((span) => span.name).join());
  }
  return found;
};

test.each(APIS)(
  "nests request, operation and attempt spans of $name under the caller's span",
  async (api) => {
    const gateway = await traced();
    const input = { contactId: TOM };
    await api.call(gateway.url, "getMessageContact", input, HEADERS);
    // Closing exports the pending spans.
    await gateway.close();
    const request = spanNamed(
      api.name === "rest" ? "GET /v1/message-contacts/{id}" : "POST /graphql",
    );
    expect(request.parentSpanId).toBe(PARENT);
    const operation = spanNamed("getMessageContact");
    if (api.name === "rest") {
      expect(operation.parentSpanId).toBe(request.spanId);
    } else {
      const graphql = spanNamed("query messageContact");
      expect(graphql.parentSpanId).toBe(request.spanId);
      expect(operation.parentSpanId).toBe(graphql.spanId);
    }
    const attempt = spanNamed("POST GetMessageContact");
    expect(attempt.parentSpanId).toBe(operation.spanId);
    expect(attempt.attributes).toMatchObject({
      "message_contacts.outcome": "answered",
      "message_contacts.vendor_code": "OK",
    });
    expect(new Set(collector.spans.map(({ traceId }) => traceId))).toEqual(
      new Set([TRACE]),
    );
    expect(collector.headers[0]).toMatchObject({ "x-team": "contacts" });
    const line = lines.find((one) => one.includes('"msg":"request"'));
    expect(JSON.parse(line ?? "{}")).toMatchObject({ traceId: TRACE });
    const [sent] = emulator.control.calls();
    expect(JSON.stringify(sent)).not.toContain(TRACE);
  },
);

test("creates a span for each attempt and read-back of a write, with its outcome", async () => {
  const gateway = await traced();
  emulator.control.addFault({
    operation: "UpdateMessageContact",
    effect: "reset",
    when: "after",
    times: 1,
  });
  const input = {
    contactId: TOM,
    name: "canary",
    emailAddress: "canary@example.com",
  };
  await GRAPHQL.call(gateway.url, "updateMessageContact", input);
  await gateway.close();
  const operation = spanNamed("updateMessageContact");
  const names = collector.spans
    .filter(({ parentSpanId }) => parentSpanId === operation.spanId)
    .map(({ name }) => name)
    .sort();
  expect(names).toEqual([
    "POST GetMessageContact",
    "POST ListMessageContactVerifications",
    "POST UpdateMessageContact",
  ]);
  expect(spanNamed("POST UpdateMessageContact").status?.code).toBe(2);
  expect(collector.bodies.join()).not.toMatch(/canary|@example/);
});

test("traces refused requests, and keeps queued attempts in their own trace", async () => {
  const gateway = await traced();
  const traces = Array.from({ length: 70 }, (_, at) =>
    (at + 1).toString(16).padStart(32, "0"),
  );
  await Promise.all(
    traces.map((traceId, at) =>
      REST.call(
        gateway.url,
        "listMessageContactVerifications",
        { contactId: `c-absent${at}` },
        { traceparent: `00-${traceId}-${PARENT}-01` },
      ),
    ),
  );
  await fetch(`${gateway.url}/nowhere`);
  await gateway.close();
  const spans = collector.spans;
  for (const traceId of traces) {
    const ofTrace = spans.filter((span) => span.traceId === traceId);
    expect(ofTrace.map(({ name }) => name).sort()).toEqual([
      "GET /v1/message-contacts/{id}/verifications",
      "POST ListMessageContactVerifications",
      "listMessageContactVerifications",
    ]);
  }
  expect(spanNamed("GET").attributes).toMatchObject({
    "http.response.status_code": 404,
  });
});

test("exports no span when the caller does not sample, or when tracing is off", async () => {
  const unsampled = await traced();
  const headers = { traceparent: `00-${TRACE}-${PARENT}-00` };
  const input = { contactId: TOM };
  await REST.call(unsampled.url, "getMessageContact", input, headers);
  await unsampled.close();
  const off = await traced({ OTEL_TRACES_EXPORTER: "none" });
  await REST.call(off.url, "getMessageContact", input, HEADERS);
  await off.close();
  expect(collector.spans).toEqual([]);
});

test("does not send the caller's tracestate to the collector", async () => {
  const gateway = await traced();
  const headers = { ...HEADERS, tracestate: "phone=13800138000" };
  await REST.call(
    gateway.url,
    "getMessageContact",
    { contactId: TOM },
    headers,
  );
  await gateway.close();
  expect(spanNamed("getMessageContact").traceId).toBe(TRACE);
  expect(collector.bodies.join()).not.toContain("13800138000");
});
