import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { REST } from "../support/apis.js";
import { handshake, head, RawPeer } from "../support/raw-peer.js";
import { startBoth, type Running } from "../support/running.js";
import { until } from "../support/until.js";

const HOST = "Host: 127.0.0.1";
const LIST = "/v1/message-contacts?pageSize=1";
const QUERY = JSON.stringify({ query: "{ messageContacts { totalCount } }" });
const H2C = [
  "Connection: Upgrade, HTTP2-Settings",
  "Upgrade: h2c",
  "HTTP2-Settings: AAMAAABkAAQAAP__",
] as const;
const JSON_TYPE = "Content-Type: application/json";

let running: Running;

beforeAll(async () => {
  running = await startBoth({ seed: "sample" });
});
afterAll(() => running.stop());

const open = (): Promise<RawPeer> => RawPeer.open(running.gateway.url);

/** A body in two chunks. */
const chunked = (text: string): string =>
  `5\r\n${text.slice(0, 5)}\r\n${(text.length - 5).toString(16)}\r\n${text.slice(5)}\r\n0\r\n\r\n`;

/** Requests with an offer, by what they are; each is answered with 200. */
const OFFERS: Readonly<Record<string, readonly string[]>> = {
  "h2c without a body": [head(`GET ${LIST} HTTP/1.1`, HOST, ...H2C)],
  "h2c with a body": [
    head(
      "POST /graphql HTTP/1.1",
      HOST,
      ...H2C,
      JSON_TYPE,
      `Content-Length: ${QUERY.length}`,
    ) + QUERY,
  ],
  "h2c with a body that comes later": [
    head(
      "POST /graphql HTTP/1.1",
      HOST,
      ...H2C,
      JSON_TYPE,
      `Content-Length: ${QUERY.length}`,
    ),
    QUERY.slice(0, 10),
    QUERY.slice(10),
  ],
  "h2c with a chunked body": [
    head(
      "POST /graphql HTTP/1.1",
      HOST,
      ...H2C,
      JSON_TYPE,
      "Transfer-Encoding: chunked",
    ) + chunked(QUERY),
  ],
  "TLS 1.0": [
    head(
      `GET ${LIST} HTTP/1.1`,
      HOST,
      "Connection: upgrade",
      "Upgrade: TLS/1.0",
    ),
  ],
  "several protocols": [
    head(
      `GET ${LIST} HTTP/1.1`,
      HOST,
      "Connection: upgrade",
      "Upgrade: h2c, websocket",
    ),
  ],
  "WebSocket with POST": [
    head(
      "POST /graphql HTTP/1.1",
      HOST,
      "Connection: upgrade",
      "Upgrade: websocket",
      JSON_TYPE,
      `Content-Length: ${QUERY.length}`,
    ) + QUERY,
  ],
};

describe("an offer of another protocol", () => {
  it.each(Object.entries(OFFERS))(
    "of %s is ignored, and the connection is kept",
    async (_name, parts) => {
      const peer = await open();
      try {
        for (const repetition of [1, 2]) {
          for (const part of parts) {
            // Each part is a packet of its own.
            await new Promise((resolve) => setImmediate(resolve));
            peer.write(part);
          }
          expect(await peer.answers(repetition)).toEqual(
            Array.from({ length: repetition }, () => 200),
          );
        }
        peer.write(head(`GET ${LIST} HTTP/1.1`, HOST));
        expect(await peer.answers(3)).toEqual([200, 200, 200]);
        expect(peer.received).not.toMatch(/^connection: close/im);
      } finally {
        peer.end();
      }
    },
  );

  it("of HTTP/1.0 is ignored", async () => {
    const peer = await open();
    peer.write(
      head(
        `GET ${LIST} HTTP/1.0`,
        HOST,
        "Connection: upgrade",
        "Upgrade: websocket",
      ),
    );
    expect(await peer.answers()).toEqual([200]);
    peer.end();
  });

  it("of WebSocket is ignored at the address of a list", async () => {
    const peer = await open();
    peer.write(handshake(LIST, HOST));
    expect(await peer.answers()).toEqual([200]);
    peer.end();
  });

  it.each([
    ["an ignored offer", head("GET /docs HTTP/1.1", HOST, ...H2C), 200],
    ["a refused handshake", handshake("/nowhere", HOST), 404],
    ["an accepted handshake", handshake("/graphql", HOST), 101],
  ])(
    "that is %s is answered after a request that still runs",
    async (_name, bytes, status) => {
      const other = await startBoth({ seed: "sample" });
      const { control } = other.emulator;
      control.addFault({ effect: "delay", ms: 3_600_000 });
      const peer = await RawPeer.open(other.gateway.url);
      peer.write(head(`GET ${LIST} HTTP/1.1`, HOST) + bytes);
      await until("the first request runs", () => control.calls().length === 1);
      expect(peer.statuses).toEqual([]);
      control.advanceClock(3_600_000);
      expect(await peer.answers(2)).toEqual([200, status]);
      peer.end();
      await other.stop();
    },
  );

  it("keeps a gateway that serves on when its peer hangs up at once", async () => {
    for (const bytes of [
      head(`GET ${LIST} HTTP/1.1`, HOST, ...H2C),
      handshake("/graphql", HOST),
    ]) {
      const peer = await open();
      peer.write(bytes).end();
    }
    const { code } = await REST.call(
      running.gateway.url,
      "listMessageContacts",
      {},
    );
    expect(code).toBe("OK");
  });

  it("does not change the answer to GET /graphql", async () => {
    const plain = await fetch(`${running.gateway.url}/graphql`);
    expect(plain.status).toBe(400);
    expect(await plain.text()).toContain("The request has no document");
  });
});
