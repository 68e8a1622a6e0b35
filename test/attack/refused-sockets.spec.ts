import { createServer } from "node:http";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { OpsServer } from "../../src/observability/ops.server.js";
import { scraped } from "../support/metrics.js";
import { handshake, head, RawPeer } from "../support/raw-peer.js";
import { startBoth, type Running } from "../support/running.js";
import { keysFor, newFolder } from "../support/signed-in.js";
import { until } from "../support/until.js";

const LIST = "/v1/message-contacts";
const HOST = "Host: 127.0.0.1";
const FOREIGN = "Origin: https://evil.example";

/** A masked text frame of one character, which is not JSON. */
const BAD_FRAME = Buffer.from([0x81, 0x81, 0, 0, 0, 0, 0x7b]);

/** Requests by name, with the status of their refusal. */
const REFUSED: Readonly<Record<string, readonly [number, string]>> = {
  "no HTTP": [400, "PING\r\n\r\n"],
  "a TLS hello": [400, "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"],
  "the preface of HTTP/2": [400, "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"],
  "a head that is too large": [
    431,
    head(`GET ${LIST} HTTP/1.1`, HOST, `Cookie: ${"c=d; ".repeat(5_000)}`),
  ],
  "two lengths": [
    400,
    head(
      "POST /graphql HTTP/1.1",
      HOST,
      "Content-Length: 3",
      "Content-Length: 4",
    ),
  ],
  "no host": [400, head(`GET ${LIST} HTTP/1.1`)],
  "a long body that never comes": [
    401,
    head("POST /graphql HTTP/1.1", HOST, "Content-Length: 100000"),
  ],
  "chunks that never come": [
    401,
    head("POST /graphql HTTP/1.1", HOST, "Transfer-Encoding: chunked"),
  ],
  "a compressed body that never comes": [
    401,
    head(
      "POST /graphql HTTP/1.1",
      HOST,
      "Content-Encoding: gzip",
      "Content-Length: 100000",
    ),
  ],
  "a handshake at an unknown address": [404, handshake("/nowhere", HOST)],
  "a handshake at a page's address": [401, handshake(LIST, HOST)],
  "a handshake with two hosts": [
    400,
    handshake("/graphql", HOST, "Host: evil.example"),
  ],
  "a handshake with two credentials": [
    401,
    handshake("/graphql", HOST, "Authorization: a", "Authorization: b"),
  ],
  "a handshake of a foreign page": [403, handshake("/graphql", HOST, FOREIGN)],
  "a handshake without a key": [
    400,
    head(
      "GET /graphql HTTP/1.1",
      HOST,
      "Connection: Upgrade",
      "Upgrade: websocket",
    ),
  ],
  "an ignored offer with too many headers": [
    431,
    head(
      `GET ${LIST} HTTP/1.1`,
      HOST,
      "Connection: Upgrade",
      "Upgrade: h2c",
      ...Array.from({ length: 1_000 }, (_, index) => `X${index}:1`),
    ),
  ],
};

/** An unknown path is refused only after authentication. */
const statusWithSignIn = (name: string, status: number): number =>
  name === "a handshake at an unknown address" ? 401 : status;

const folder = newFolder();
const { file } = keysFor({ reader: { scopes: ["contacts:read"] } });
const running: Running[] = [];

const start = async (
  environment: Readonly<Record<string, string>> = {},
): Promise<Running> => {
  const one = await startBoth({}, { AUDIT_LOG: "none", ...environment });
  running.push(one);
  return one;
};

const openConnections = ({ gateway }: Running): Promise<number> =>
  new Promise((resolve) => {
    gateway.app
      .getHttpServer()
      .getConnections((_error: Error | null, count: number) => resolve(count));
  });

const released = (one: Running): Promise<unknown> =>
  until(
    "no connection is left",
    async () => (await openConnections(one)) === 0,
  );

afterAll(async () => {
  await Promise.all(running.map((one) => one.stop()));
  folder.remove();
});

describe("a refused connection whose peer ignores its end", () => {
  let signed: Running;

  beforeAll(async () => {
    signed = await start({ API_KEYS_FILE: folder.write("keys.json", file) });
  });

  it("is closed whether the peer is silent or keeps sending", async () => {
    const { url } = signed.gateway;
    const refusals = Object.entries(REFUSED);
    const open = (): Promise<RawPeer[]> =>
      Promise.all(
        refusals.map(async ([, [, bytes]]) =>
          (await RawPeer.open(url)).write(Buffer.from(bytes, "latin1")),
        ),
      );
    const silent = await open();
    const sending = await open();
    for (const peers of [silent, sending]) {
      const statuses = await Promise.all(peers.map((peer) => peer.answers()));
      expect(
        Object.fromEntries(refusals.map(([name], at) => [name, statuses[at]])),
      ).toEqual(
        Object.fromEntries(
          refusals.map(([name, [status]]) => [
            name,
            [statusWithSignIn(name, status)],
          ]),
        ),
      );
    }
    await until("every connection is closed", async () => {
      for (const peer of sending) peer.write("x");
      return (await openConnections(signed)) === 0;
    });
    const samples = await scraped(signed.gateway.opsUrl);
    expect(samples.get("message_contacts_connections_open")).toBe(0);
    expect(samples.get("message_contacts_connections_lingering")).toBe(0);
  });

  it("shows in the gauges until it is closed", async () => {
    const { url, opsUrl } = signed.gateway;
    const peer = (await RawPeer.open(url)).write("PING\r\n\r\n");
    await peer.answers();
    const samples = await scraped(opsUrl);
    expect(samples.get("message_contacts_connections_open")).toBe(1);
    expect(samples.get("message_contacts_connections_lingering")).toBe(1);
    await released(signed);
  });

  it("is closed when the head or the body never arrives", async () => {
    const impatient = await start();
    const { gateway } = impatient;
    Object.assign(gateway.app.getHttpServer(), {
      headersTimeout: 1,
      requestTimeout: 1,
    });
    const peers = await Promise.all(
      [
        `GET ${LIST} HTTP/1.1\r\n${HOST}\r\nAccept:`,
        `${head("POST /graphql HTTP/1.1", HOST, "Content-Type: application/json", "Content-Length: 64")}{"q`,
      ].map(async (bytes) => (await RawPeer.open(gateway.url)).write(bytes)),
    );
    for (const peer of peers) expect(await peer.answers()).toEqual([408]);
    await released(impatient);
  });

  it("is closed when a request or WebSocket limit refuses its handshake", async () => {
    const limited = await start({
      API_KEYS_FILE: folder.write("keys.json", file),
      RATE_LIMIT_PER_ADDRESS_PER_MINUTE: "1",
    });
    const full = await start({ MAX_WEBSOCKETS: "0" });
    await fetch(`${limited.gateway.url}${LIST}`, {
      headers: { connection: "close" },
    });
    for (const [one, status] of [
      [limited, 429],
      [full, 503],
    ] as const) {
      const peer = await RawPeer.open(one.gateway.url);
      peer.write(handshake("/graphql", HOST));
      expect(await peer.answers()).toEqual([status]);
      await released(one);
    }
  });

  it("is closed when the WebSocket protocol refuses it", async () => {
    const open = await start();
    const peer = await RawPeer.open(open.gateway.url);
    peer.write(handshake("/graphql", HOST));
    expect(await peer.answers()).toEqual([101]);
    peer.write(BAD_FRAME);
    await released(open);
  });

  it("does not block new callers when refused peers hold all connections", async () => {
    const small = await start({ MAX_CONNECTIONS: "4" });
    const { url } = small.gateway;
    const peers = await Promise.all(
      Array.from({ length: 4 }, () => RawPeer.open(url)),
    );
    for (const peer of peers) peer.write("PING\r\n\r\n");
    for (const peer of peers) await peer.answers();
    await until("a caller is served", () =>
      fetch(`${url}${LIST}`).then(
        ({ status }) => status === 200,
        () => null,
      ),
    );
  });

  it("does not evict a WebSocket", async () => {
    const small = await start({ MAX_CONNECTIONS: "2" });
    const { url, opsUrl } = small.gateway;
    const socket = (await RawPeer.open(url)).write(handshake("/graphql", HOST));
    expect(await socket.answers()).toEqual([101]);
    const idle = (await RawPeer.open(url)).write(
      head(`GET ${LIST} HTTP/1.1`, HOST),
    );
    expect(await idle.answers()).toEqual([200]);
    const next = (await RawPeer.open(url)).write(
      head(`GET ${LIST} HTTP/1.1`, HOST),
    );
    expect(await next.answers()).toEqual([200]);
    socket.write(BAD_FRAME);
    await until(
      "the WebSocket is closed by its own protocol",
      () =>
        socket.received.includes("4400") ||
        socket.received.includes("\x11\x30"),
    );
    const samples = await scraped(opsUrl);
    expect(samples.get("message_contacts_connections_refused_total")).toBe(0);
    next.end();
  });

  it("does not block new callers when all connections are idle", async () => {
    const small = await start({ MAX_CONNECTIONS: "4" });
    const { url } = small.gateway;
    const peers = await Promise.all(
      Array.from({ length: 4 }, () => RawPeer.open(url)),
    );
    for (const peer of peers) peer.write(head(`GET ${LIST} HTTP/1.1`, HOST));
    for (const peer of peers) expect(await peer.answers()).toEqual([200]);
    expect((await fetch(`${url}${LIST}`)).status).toBe(200);
  });
});

describe("the operations port and the emulator port", () => {
  const MALFORMED: Readonly<Record<string, string>> = {
    "no HTTP": "PING\r\n\r\n",
    "a TLS hello": "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
    "a tunnel": head("CONNECT evil.example:443 HTTP/1.1", HOST),
    "two lengths": head(
      "POST / HTTP/1.1",
      HOST,
      "Content-Length: 3",
      "Content-Length: 4",
    ),
    "a head that is too large": head(
      "GET / HTTP/1.1",
      HOST,
      `A: ${"b".repeat(40_000)}`,
    ),
    "no host": head("GET / HTTP/1.1"),
  };

  it("close refused connections whose peers ignore their end", async () => {
    const { emulator, gateway } = await start();
    for (const url of [gateway.opsUrl, emulator.url]) {
      for (const [name, bytes] of Object.entries(MALFORMED)) {
        const peer = await RawPeer.open(url);
        peer.write(Buffer.from(bytes, "latin1"));
        await until(`${url} closes ${name}`, () => peer.write("x").isGone);
      }
    }
  });

  it("answer requests that offer another protocol", async () => {
    const { emulator, gateway } = await start();
    for (const url of [
      `${gateway.opsUrl}/livez`,
      `${emulator.url}/_emulator`,
    ]) {
      const { pathname } = new URL(url);
      const peer = await RawPeer.open(url);
      peer.write(
        head(
          `GET ${pathname} HTTP/1.1`,
          HOST,
          "Connection: Upgrade",
          "Upgrade: h2c",
        ),
      );
      expect(await peer.answers()).toEqual([200]);
      peer.end();
    }
  });

  it("wait 10 seconds for a request head, as the API port does", async () => {
    const { gateway } = await start();
    expect(gateway.app.getHttpServer()).toMatchObject({
      headersTimeout: 10_000,
    });
    const ops = OpsServer.limits;
    expect(createServer(ops)).toMatchObject({
      headersTimeout: 10_000,
      requestTimeout: 10_000,
    });
  });
});
