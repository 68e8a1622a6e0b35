import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { writeBytes } from "../support/raw-http.js";
import { startBoth, type Running } from "../support/running.js";

let running: Running;

beforeAll(async () => {
  running = await startBoth({ seed: "sample" });
});

afterAll(() => running.stop());

const LIST = "/v1/message-contacts";
const HOST = "Host: 127.0.0.1";
const SMUGGLED = `GET ${LIST} HTTP/1.1\r\n${HOST}\r\n\r\n`;

const lines = (...all: string[]): string => `${all.join("\r\n")}\r\n\r\n`;

const posted = (...headers: string[]): string =>
  lines(
    "POST /graphql HTTP/1.1",
    HOST,
    "Content-Type: application/json",
    ...headers,
  );

/** Malformed requests, and requests that must not be parsed as two (smuggling). */
const BYTES: Readonly<Record<string, string | Buffer>> = {
  nothing: "",
  "a NUL": "\0",
  "no line end": `GET ${LIST} HTTP/1.1`,
  "random bytes": Buffer.from(
    Array.from({ length: 512 }, (_, index) => (index * 73 + 11) % 256),
  ),
  "a TLS hello": Buffer.from("160301020001000001fc0303", "hex"),
  "the preface of HTTP/2": "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
  "HTTP/0.9": `GET ${LIST}\r\n`,
  "HTTP/9.9": lines(`GET ${LIST} HTTP/9.9`, HOST),
  "no host": lines(`GET ${LIST} HTTP/1.1`),
  "no host in HTTP/1.0": lines(`GET ${LIST} HTTP/1.0`),
  "two hosts": lines(`GET ${LIST} HTTP/1.1`, HOST, "Host: evil.example"),
  "two credentials": lines(
    `GET ${LIST} HTTP/1.1`,
    HOST,
    "Authorization: Bearer a",
    "Authorization: Bearer b",
  ),
  "an address of another host": lines(
    `GET http://evil.example${LIST} HTTP/1.1`,
    "Host: evil.example",
  ),
  "a tunnel": lines("CONNECT evil.example:443 HTTP/1.1", HOST),
  "a line with only LF": `GET ${LIST} HTTP/1.1\nHost: evil.example\n\n`,
  "a folded header": lines(
    `GET ${LIST} HTTP/1.1`,
    "Host: evil.example",
    "X-A: 1",
    " folded",
  ),
  "a header without a colon": lines(`GET ${LIST} HTTP/1.1`, HOST, "broken"),
  "a space before the colon": lines(`GET ${LIST} HTTP/1.1`, "Host : x"),
  "a header with NUL": lines(`GET ${LIST} HTTP/1.1`, HOST, "X-A: \0"),
  "a header with a bare CR": lines(`GET ${LIST} HTTP/1.1`, HOST, "X-A: a\rb"),
  "a header of 20 KiB": lines(
    `GET ${LIST} HTTP/1.1`,
    HOST,
    `X-A: ${"a".repeat(20_000)}`,
  ),
  "3,000 headers": lines(
    `GET ${LIST} HTTP/1.1`,
    HOST,
    ...Array.from({ length: 3_000 }, (_, index) => `X-${index}: 1`),
  ),
  "an address of 20 KiB": lines(`GET /${"a".repeat(20_000)} HTTP/1.1`, HOST),
  "a space in the address": lines(`GET ${LIST} x HTTP/1.1`, HOST),
  "two lengths": `${posted("Content-Length: 2", "Content-Length: 60")}{}${SMUGGLED}`,
  "a list of lengths": `${posted("Content-Length: 2, 60")}{}${SMUGGLED}`,
  "a negative length": `${posted("Content-Length: -1")}{}${SMUGGLED}`,
  "a length in words": `${posted("Content-Length: 2e0")}{}${SMUGGLED}`,
  "a length with a sign": `${posted("Content-Length: +2")}{}${SMUGGLED}`,
  "an endless length": posted(`Content-Length: ${"9".repeat(40)}`),
  "length and chunks (CL.TE)": `${posted("Content-Length: 6", "Transfer-Encoding: chunked")}0\r\n\r\n${SMUGGLED}`,
  "chunks and length (TE.CL)": `${posted("Transfer-Encoding: chunked", "Content-Length: 4")}5c\r\n${SMUGGLED}\r\n0\r\n\r\n`,
  "two encodings": `${posted("Transfer-Encoding: chunked", "Transfer-Encoding: identity")}0\r\n\r\n${SMUGGLED}`,
  "an encoding in disguise": `${posted("Transfer-Encoding: xchunked")}0\r\n\r\n${SMUGGLED}`,
  "an encoding with a tab": `${posted("Transfer-Encoding:\tchunked ", "Content-Length: 3")}0\r\n\r\n${SMUGGLED}`,
  "an unknown encoding last": `${posted("Transfer-Encoding: chunked, gzip")}0\r\n\r\n${SMUGGLED}`,
  "a chunk size in words": `${posted("Transfer-Encoding: chunked")}zz\r\n{}\r\n0\r\n\r\n`,
  "a chunk size beyond 64 bits": `${posted("Transfer-Encoding: chunked")}${"f".repeat(20)}\r\n{}\r\n`,
  "a chunk without its end": `${posted("Transfer-Encoding: chunked")}2\r\n{}xx0\r\n\r\n`,
  "chunk extensions of 40 KiB": `${posted("Transfer-Encoding: chunked")}2;${"a".repeat(40_000)}\r\n{}\r\n0\r\n\r\n`,
  "70 KiB in chunks": `${posted("Transfer-Encoding: chunked")}${"1000\r\n".concat("x".repeat(4_096), "\r\n").repeat(18)}0\r\n\r\n`,
  "an upgrade to h2c": lines(
    `GET /nothing HTTP/1.1`,
    HOST,
    "Connection: Upgrade, HTTP2-Settings",
    "Upgrade: h2c",
    "HTTP2-Settings: AAMAAABk",
  ),
  "an upgrade at an unknown address": lines(
    `GET /nothing HTTP/1.1`,
    HOST,
    "Connection: Upgrade",
    "Upgrade: websocket",
    "Sec-WebSocket-Version: 13",
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
  ),
  "an upgrade without a key": lines(
    "GET /graphql HTTP/1.1",
    HOST,
    "Connection: Upgrade",
    "Upgrade: websocket",
  ),
  "an expectation nobody has": lines(
    "POST /graphql HTTP/1.1",
    HOST,
    "Expect: 200-maybe",
    "Content-Length: 0",
  ),
};

describe("raw sockets", () => {
  it.each(Object.entries(BYTES))(
    "%s gets an error or no response, and causes no upstream call",
    async (_name, bytes) => {
      const { control } = running.emulator;
      control.clearCalls();
      const answer = await writeBytes(running.gateway.url, bytes);
      const statuses = [...answer.matchAll(/^HTTP\/1\.1 (\d{3})/gm)].map(
        ([, status]) => Number(status),
      );
      for (const status of statuses) {
        expect(status).toBeGreaterThanOrEqual(400);
        expect(status).toBeLessThan(500);
      }
      expect(statuses.length).toBeLessThanOrEqual(1);
      expect(control.calls()).toHaveLength(0);
    },
  );

  it("leave the gateway working", async () => {
    const response = await fetch(`${running.gateway.url}${LIST}`);
    expect(response.status).toBe(200);
  });

  it("are limited in time", () => {
    const server = running.gateway.app.getHttpServer();
    expect(server).toMatchObject({
      headersTimeout: 10_000,
      requestTimeout: 30_000,
    });
  });

  it("are limited in number", async () => {
    const limited = await startBoth({}, { MAX_CONNECTIONS: "2" });
    const { hostname, port } = new URL(limited.gateway.url);
    const open = async (): Promise<Socket> => {
      const socket = connect(Number(port), hostname);
      await once(socket, "connect");
      return socket;
    };
    const kept = [await open(), await open()];
    const third = await open();
    third.resume();
    await once(third, "close");
    expect(kept.map(({ destroyed }) => destroyed)).toEqual([false, false]);
    for (const socket of kept) socket.destroy();
    await limited.stop();
  });
});
