import { connect } from "node:net";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { TOM } from "../support/emulator-fixture.js";
import { send, type RawAnswer } from "../support/raw-http.js";
import { head, RawPeer } from "../support/raw-peer.js";
import { startBoth, type Running } from "../support/running.js";

let running: Running;

beforeAll(async () => {
  running = await startBoth({ seed: "sample" });
});

afterAll(() => running.stop());

const LIST = "/v1/message-contacts";
const QUERY = '{"query":"{ __typename }"}';

const ask = (
  method: string,
  path: string,
  headers: Readonly<Record<string, string>> = {},
  body?: string | Buffer,
): Promise<RawAnswer> =>
  send(running.gateway.url, {
    name: "",
    method,
    path,
    headers,
    ...(body === undefined ? {} : { body }),
  });

/** Writes a request and resolves with the bytes that arrive until the gateway closes. */
const raw = (text: string): Promise<string> =>
  new Promise((resolve, reject) => {
    const { hostname, port } = new URL(running.gateway.url);
    const socket = connect(Number(port), hostname, () => socket.write(text));
    let received = "";
    socket.on("data", (data) => (received += data.toString("latin1")));
    socket.on("close", () => resolve(received));
    socket.on("error", reject);
  });

describe("the media type of a body", () => {
  it.each([
    "application/json",
    "Application/JSON",
    "application/json;charset=utf-8",
    "application/json; charset=UTF-8",
    'application/json; charset="utf-8"',
    'application/json ; CharSet="UTF-8" ; v=1',
    "application/json; charset=utf8",
    "application/json; charset=us-ascii",
    "application/json;",
  ])("%s is accepted", async (type) => {
    const headers = { "content-type": type };
    expect((await ask("POST", "/graphql", headers, QUERY)).status).toBe(200);
    expect((await ask("POST", LIST, headers, "{}")).status).toBe(422);
  });

  it.each([
    "application/json; charset=iso-8859-1",
    'application/json; charset="utf-16"',
    "application/json; charset=",
    "application/json; charset=utf-8; charset=utf-16",
    "application/jsonx",
    "text/plain",
    "application/x-www-form-urlencoded",
    "json",
    "",
  ])("%j is refused with 415, which names what is accepted", async (type) => {
    for (const path of ["/graphql", LIST]) {
      const answer = await ask("POST", path, { "content-type": type }, QUERY);
      expect(answer.status).toBe(415);
      expect(answer.headers["accept"]).toBe("application/json");
      expect(answer.text).toContain("UTF-8");
    }
    const patch = await ask(
      "PATCH",
      `${LIST}/${TOM}`,
      { "content-type": type },
      "{}",
    );
    expect([patch.status, patch.headers["accept-patch"]]).toEqual([
      415,
      "application/json",
    ]);
  });
});

describe("a compressed body", () => {
  const JSON_GZIP = {
    "content-type": "application/json",
    "content-encoding": "gzip",
  };

  it.each(["gzip", "GZIP", "x-gzip"])(
    "with %s is decompressed",
    async (encoding) => {
      const headers = { ...JSON_GZIP, "content-encoding": encoding };
      const body = gzipSync(QUERY);
      const answer = await ask("POST", "/graphql", headers, body);
      expect([answer.status, answer.text]).toEqual([
        200,
        '{"data":{"__typename":"Query"}}\n',
      ]);
    },
  );

  it("is refused with 413 beyond the limit of a body, and is not decompressed further", async () => {
    for (const size of [65_000, 70_000, 40_000_000]) {
      const body = gzipSync(JSON.stringify("x".repeat(size)));
      const { status } = await ask("POST", LIST, JSON_GZIP, body);
      expect([size, status]).toEqual([size, size === 65_000 ? 422 : 413]);
    }
    expect((await ask("GET", "/")).status).toBe(200);
  });

  it.each([
    ["empty members", Buffer.concat(Array<Buffer>(4_000).fill(gzipSync("")))],
    [
      "zeros after the body",
      Buffer.concat([gzipSync(QUERY), Buffer.alloc(70_000)]),
    ],
  ])(
    "that never ends is refused with 413 at the limit: %s",
    async (_name, body) => {
      expect(body.length).toBeGreaterThan(65_536);
      const peer = await RawPeer.open(running.gateway.url);
      peer.write(
        head(
          "POST /graphql HTTP/1.1",
          "Host: localhost",
          "Content-Type: application/json",
          "Content-Encoding: gzip",
          "Transfer-Encoding: chunked",
        ),
      );
      peer
        .write(`${body.length.toString(16)}\r\n`)
        .write(body)
        .write("\r\n");
      expect(await peer.answers()).toEqual([413]);
      expect(peer.received).toMatch(/^connection: close\r$/im);
      peer.end();
    },
  );

  it("that is not gzip, cut off or followed by other bytes is refused with 400", async () => {
    const whole = gzipSync(QUERY);
    for (const body of [
      Buffer.from(QUERY),
      whole.subarray(0, -5),
      Buffer.concat([whole, Buffer.from("trailing")]),
    ]) {
      const { status } = await ask("POST", "/graphql", JSON_GZIP, body);
      expect(status).toBe(400);
    }
  });

  it.each(["br", "deflate", "gzip, gzip", "compress"])(
    "with %s is refused with 415 and Accept-Encoding",
    async (encoding) => {
      const headers = { ...JSON_GZIP, "content-encoding": encoding };
      const answer = await ask("POST", "/graphql", headers, QUERY);
      expect([answer.status, answer.headers["accept-encoding"]]).toEqual([
        415,
        "gzip, identity",
      ]);
    },
  );
});

describe("a contract document", () => {
  it.each([
    ["gzip", "gzip"],
    ["gzip;q=0", undefined],
    ["*", "gzip"],
    ["*;q=0.5, identity;q=1", undefined],
    ["br", undefined],
    ["identity", undefined],
    ["xgzip", undefined],
    ["", undefined],
  ])("honours Accept-Encoding: %s", async (accepted, encoding) => {
    const { headers } = await ask("GET", "/openapi.json", {
      "accept-encoding": accepted,
    });
    expect(headers["content-encoding"]).toBe(encoding);
    expect(headers["vary"]).toContain("accept-encoding");
  });

  it("compares entity tags weakly, also in a list", async () => {
    const etag = String((await ask("GET", "/schema.graphql")).headers["etag"]);
    const strong = etag.replace("W/", "");
    for (const [known, status] of [
      [etag, 304],
      [strong, 304],
      [`"other", ${etag}`, 304],
      ["*", 304],
      ['"other"', 200],
    ] as const) {
      const answer = await ask("GET", "/schema.graphql", {
        "if-none-match": known,
      });
      expect([known, answer.status]).toEqual([known, status]);
      expect(answer.headers["etag"]).toBe(etag);
      expect(answer.headers["vary"]).toContain("accept-encoding");
    }
  });
});

describe("HEAD", () => {
  it.each([
    "/",
    "/docs",
    "/errors/NAME_TAKEN",
    "/openapi.json",
    LIST,
    `${LIST}/${TOM}`,
    `${LIST}/${TOM}/deletion/events`,
  ])("of %s has the status and type of GET, and no body", async (path) => {
    const head = await ask("HEAD", path);
    expect([head.status, head.text]).toEqual([200, ""]);
    expect(head.headers["content-type"]).toBeDefined();
  });

  it("of a URL without GET gets 405 and Allow", async () => {
    const { status, headers } = await ask("HEAD", "/graphql");
    expect([status, headers["allow"]]).toEqual([405, expect.any(String)]);
  });
});

describe("unusual requests get a response with a body", () => {
  const HOST = "Host: 127.0.0.1\r\nConnection: close";

  it.each([
    ["HTTP/1.0 without Host", `GET ${LIST} HTTP/1.0\r\n\r\n`, 421],
    ["HTTP/1.0", `GET ${LIST} HTTP/1.0\r\nHost: 127.0.0.1\r\n\r\n`, 200],
    [
      "HTTP/1.0 with keep-alive",
      `GET / HTTP/1.0\r\nHost: 127.0.0.1\r\nConnection: keep-alive\r\n\r\nGET / HTTP/1.0\r\nHost: 127.0.0.1\r\n\r\n`,
      200,
    ],
    ["HTTP/1.1 without Host", `GET ${LIST} HTTP/1.1\r\n\r\n`, 400],
    [
      "the absolute form",
      `GET http://127.0.0.1${LIST} HTTP/1.1\r\nHost: other.example\r\nConnection: close\r\n\r\n`,
      200,
    ],
    [
      "the absolute form of another host",
      `GET http://evil.example${LIST} HTTP/1.1\r\n${HOST}\r\n\r\n`,
      421,
    ],
    [
      "the absolute form without path",
      `GET http://127.0.0.1 HTTP/1.1\r\n${HOST}\r\n\r\n`,
      200,
    ],
    ["OPTIONS *", `OPTIONS * HTTP/1.1\r\n${HOST}\r\n\r\n`, 404],
    [
      "two slashes",
      `GET //v1//message-contacts HTTP/1.1\r\n${HOST}\r\n\r\n`,
      200,
    ],
    [
      "encoded letters",
      `GET /%76%31/message%2Dcontacts HTTP/1.1\r\n${HOST}\r\n\r\n`,
      200,
    ],
    [
      "an encoded slash",
      `GET /v1%2Fmessage-contacts HTTP/1.1\r\n${HOST}\r\n\r\n`,
      404,
    ],
    ["a malformed escape", `GET /%zz HTTP/1.1\r\n${HOST}\r\n\r\n`, 400],
    [
      "dots",
      `GET /docs/../v1/message-contacts HTTP/1.1\r\n${HOST}\r\n\r\n`,
      404,
    ],
    ["a slash at the end", `GET ${LIST}/ HTTP/1.1\r\n${HOST}\r\n\r\n`, 200],
    [
      "an unknown expectation",
      `GET ${LIST} HTTP/1.1\r\n${HOST}\r\nExpect: x\r\n\r\n`,
      200,
    ],
    ["an unknown method", `PROPFIND ${LIST} HTTP/1.1\r\n${HOST}\r\n\r\n`, 404],
    ["TRACE", `TRACE ${LIST} HTTP/1.1\r\n${HOST}\r\n\r\n`, 404],
  ])("%s", async (_name, text, status) => {
    const answer = await raw(text);
    expect(answer).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
    const [, body = ""] = answer.split("\r\n\r\n");
    expect(body.length).toBeGreaterThan(10);
  });
});
