import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { readConfig } from "../../src/config/read-config.js";
import {
  startEmulator,
  type RunningEmulator,
} from "../../src/emulator/emulator.server.js";
import { startGateway, type ProbedGateway } from "../../src/gateway.js";
import { Logger } from "../../src/logging/logger.js";
import { GRAPHQL, REST } from "../support/apis.js";
import { TOM } from "../support/calls.js";
import { OtlpCollector, type SentSpan } from "../support/otlp-collector.js";
import { environmentFor } from "../support/running.js";

/** Span kinds and the status of an error in OTLP. */
const SERVER = 2;
const CLIENT = 3;
const ERROR = 2;

/** Encodings of exports; the collector decodes both. */
describe.each(["http/json", "http/protobuf"])("spans over %s", (protocol) => {
  let collector: OtlpCollector;
  let emulator: RunningEmulator;
  let gateway: ProbedGateway;

  beforeEach(async () => {
    collector = await OtlpCollector.listen();
    emulator = await startEmulator();
    const config = readConfig({
      ...environmentFor(emulator.url),
      OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
      OTEL_EXPORTER_OTLP_PROTOCOL: protocol,
      PUBLIC_URL: "https://api.example.com/gw",
    });
    gateway = await startGateway(config, new Logger(config));
  });
  afterEach(async () => {
    await emulator.stop();
    await collector.close();
  });

  /** Closes the gateway, which exports all spans, and returns the one of this name. */
  const sent = async (name: string): Promise<SentSpan> => {
    await gateway.close();
    const found = collector.spans.find((span) => span.name === name);
    if (found === undefined) {
      throw new Error(collector.spans.map((span) => span.name).join());
    }
    return found;
  };
  const own = {
    "server.address": "api.example.com",
    "server.port": 443,
    "url.scheme": "https",
    "network.protocol.version": "1.1",
  };

  it("describe a REST request and its call of the vendor", async () => {
    await REST.call(gateway.url, "getMessageContact", { contactId: TOM });
    const server = await sent("GET /v1/message-contacts/{id}");
    expect(server.kind).toBe(SERVER);
    expect(server.status?.code ?? 0).toBe(0);
    expect(server.attributes).toEqual({
      ...own,
      "http.request.method": "GET",
      "http.route": "/v1/message-contacts/{id}",
      "http.response.status_code": 200,
      "url.path": `/v1/message-contacts/${TOM}`,
      "message_contacts.operation": "getMessageContact",
    });
    const client = await sent("POST GetMessageContact");
    const { port } = new URL(emulator.url);
    expect(client.kind).toBe(CLIENT);
    expect(client.attributes).toEqual({
      "http.request.method": "POST",
      "http.response.status_code": 200,
      "url.full": `http://127.0.0.1:${port}/`,
      "server.address": "127.0.0.1",
      "server.port": Number(port),
      "network.protocol.version": "1.1",
      "message_contacts.outcome": "answered",
      "message_contacts.vendor_code": "OK",
      "message_contacts.vendor_request_id": expect.any(String),
    });
  });

  it("describe a GraphQL request by HTTP and by GraphQL", async () => {
    await GRAPHQL.call(gateway.url, "getMessageContact", { contactId: TOM });
    const http = await sent("POST /graphql");
    expect(http.kind).toBe(SERVER);
    expect(http.attributes).toEqual({
      ...own,
      "http.request.method": "POST",
      "http.route": "/graphql",
      "http.response.status_code": 200,
      "url.path": "/graphql",
      "message_contacts.operation": "getMessageContact",
    });
    const graphql = await sent("query messageContact");
    expect(graphql.kind).toBe(SERVER);
    expect(graphql.parentSpanId).toBe(http.spanId);
    expect(graphql.attributes).toEqual({
      "graphql.operation.type": "query",
      "graphql.operation.name": "messageContact",
      "message_contacts.operation": "getMessageContact",
    });
  });

  it("have the status and type of an error that the caller did not cause", async () => {
    emulator.control.addFault({ effect: "reset", times: 100 });
    const input = { contactId: TOM };
    await REST.call(gateway.url, "getMessageContact", input);
    await GRAPHQL.call(gateway.url, "getMessageContact", input);
    const server = await sent("GET /v1/message-contacts/{id}");
    expect(server.status?.code).toBe(ERROR);
    expect(server.attributes).toMatchObject({
      "http.response.status_code": 503,
      "error.type": "UPSTREAM_UNAVAILABLE",
    });
    const http = await sent("POST /graphql");
    expect(http.attributes["http.response.status_code"]).toBe(200);
    expect(http.status?.code ?? 0).toBe(0);
    const graphql = await sent("query messageContact");
    expect(graphql.status?.code).toBe(ERROR);
    expect(graphql.attributes["error.type"]).toBe("UPSTREAM_UNAVAILABLE");
    const attempts = collector.spans.filter(
      ({ name, parentSpanId }) =>
        name === "POST GetMessageContact" &&
        parentSpanId ===
          collector.spans.find((span) => span.parentSpanId === server.spanId)
            ?.spanId,
    );
    expect(
      attempts
        .map(({ attributes }) => attributes["http.request.resend_count"] ?? 0)
        .sort(),
    ).toEqual([0, 1, 2]);
    for (const { status, attributes } of attempts) {
      expect(status?.code).toBe(ERROR);
      expect(attributes["error.type"]).toEqual(
        expect.stringMatching(/^(?:ECONNRESET|UND_ERR_SOCKET)$/),
      );
    }
  });

  it("have the status as error type of a call that the vendor rejects", async () => {
    const input = { contactId: "c-absent" };
    await REST.call(gateway.url, "getMessageContact", input);
    const client = await sent("POST GetMessageContact");
    expect(client.status?.code).toBe(ERROR);
    expect(client.attributes).toMatchObject({
      "http.response.status_code": 404,
      "error.type": "404",
      "message_contacts.outcome": "final",
    });
    const server = await sent("GET /v1/message-contacts/{id}");
    expect(server.attributes).toMatchObject({
      "http.response.status_code": 404,
      "message_contacts.code": "CONTACT_NOT_FOUND",
    });
    // A mistake of the caller is no error of the server.
    expect(server.status?.code ?? 0).toBe(0);
    expect(server.attributes["error.type"]).toBeUndefined();
  });

  it("contain no personal data, wherever a caller puts it", async () => {
    const canary = "canary@example.com";
    const headers = {
      "content-type": "application/json",
      "user-agent": canary,
      referer: canary,
      "x-request-id": canary,
      "x-forwarded-for": canary,
      tracestate: "k=canary",
      baggage: `user=${canary}`,
    };
    for (const [path, body] of [
      [`/v1/message-contacts/${canary}?q=${canary}`, null],
      [`/${canary}`, null],
      ["/v1/message-contacts", { name: "canary", emailAddress: canary }],
      [
        "/graphql",
        {
          operationName: "canary13900001234",
          query: `query canary13900001234($id: ID!) { canary: messageContact(id: $id) { id } }`,
          variables: { id: canary },
        },
      ],
      ["/graphql", { query: "{ canary }" }],
    ] as const) {
      const response = await fetch(gateway.url + path, {
        headers,
        ...(body === null
          ? {}
          : { method: "POST", body: JSON.stringify(body) }),
      });
      await response.arrayBuffer();
    }
    await gateway.close();
    const names = collector.spans.map(({ name }) => name);
    expect(names).toEqual(
      expect.arrayContaining([
        "GET /v1/message-contacts/{id}",
        "GET",
        "POST /v1/message-contacts",
        "query messageContact",
        "GraphQL Operation",
      ]),
    );
    expect(collector.bodies.join()).not.toContain("canary");
  });
});
