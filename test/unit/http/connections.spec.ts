import type { Duplex } from "node:stream";
import { once } from "node:events";
import { createServer, type Server, type ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import {
  Connections,
  IDLE_SEARCH_INTERVAL_MS,
  LINGER_MS,
  WARN_INTERVAL_MS,
} from "../../../src/http/connections.js";
import { head, RawPeer } from "../../support/raw-peer.js";
import { until } from "../../support/until.js";

/** A stopped clock, and timers that the test fires. */
class FakeTime {
  ms = 0;
  readonly waiting = new Map<() => void, number>();
  readonly now = (): number => this.ms;
  readonly after = (ms: number, run: () => void): (() => void) => {
    this.waiting.set(run, ms);
    return () => this.waiting.delete(run);
  };

  due(): void {
    for (const run of [...this.waiting.keys()]) run();
  }
}

const REQUEST = head("GET / HTTP/1.1", "Host: h");

describe("Connections", () => {
  let time: FakeTime;
  let lines: string[];
  let server: Server;
  let connections: Connections;
  let url: string;
  let peers: RawPeer[];
  let answer: (response: ServerResponse) => void;

  beforeEach(async () => {
    time = new FakeTime();
    lines = [];
    peers = [];
    connections = new Connections(
      2,
      { log: (level, message) => lines.push(`${level} ${message}`) },
      time,
    );
    answer = (response) => response.end("x");
    server = createServer((_request, response) => answer(response));
    server.on("clientError", (_error, socket) =>
      connections.dismiss(socket, "HTTP/1.1 400 Bad Request\r\n\r\n"),
    );
    connections.watch(server);
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterEach(async () => {
    for (const peer of peers) peer.end();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });

  const open = async (): Promise<RawPeer> => {
    const peer = await RawPeer.open(url);
    peers.push(peer);
    return peer;
  };
  const two = async (): Promise<[RawPeer, RawPeer]> => {
    const both: [RawPeer, RawPeer] = [await open(), await open()];
    await until("both are open", () => connections.open === 2);
    return both;
  };

  it("resets a refused connection after the linger time when the peer ignores its end", async () => {
    const peer = (await open()).write("no HTTP\r\n\r\n");
    await peer.answers();
    await until("it lingers", () => connections.lingering === 1);
    expect([...time.waiting.values()]).toEqual([LINGER_MS]);
    expect(connections.open).toBe(1);
    time.due();
    await until("it is closed", () => connections.open === 0);
    expect(connections.lingering).toBe(0);
  });

  it("starts one timer for a refused connection whose peer keeps sending", async () => {
    const peer = (await open()).write("no HTTP\r\n\r\n");
    await peer.answers();
    let seen = 0;
    const [socket] = (connections as unknown as { sockets: Set<Socket> })
      .sockets;
    socket?.on("data", (data: Buffer) => (seen += data.length));
    peer.write("more");
    await until("the server has read it", () => seen === 4);
    expect(time.waiting.size).toBe(1);
    expect(peer.statuses).toEqual([400]);
  });

  it("cancels the timer of a refused connection that the peer closes", async () => {
    const peer = (await open()).write("no HTTP\r\n\r\n");
    await peer.answers();
    peer.end();
    await until("it is closed", () => connections.open === 0);
    expect(time.waiting.size).toBe(0);
    expect(connections.lingering).toBe(0);
  });

  it("closes connections beyond the limit and counts them", async () => {
    await two();
    const third = await open();
    await until("it is counted", () => connections.refused === 1);
    third.write("x");
    await until("it is closed", () => third.write("x").isGone);
    expect(connections.open).toBe(2);
  });

  it("closes idle connections at the limit, but none with a running request", async () => {
    const [idle, busy] = await two();
    idle.write(REQUEST);
    await idle.answers();
    let running: ServerResponse | undefined;
    answer = (response) => (running = response);
    busy.write(REQUEST);
    await until("the request runs", () => running !== undefined);
    answer = (response) => response.end("x");
    const next = (await open()).write(REQUEST);
    expect(await next.answers()).toEqual([200]);
    expect(connections.refused).toBe(0);
    running?.end("x");
    expect(await busy.answers()).toEqual([200]);
  });

  it("searches for idle connections at most once per interval", async () => {
    const [first, second] = await two();
    await open();
    await until("it is refused", () => connections.refused === 1);
    first.write(REQUEST);
    second.write(REQUEST);
    await first.answers();
    await second.answers();
    await open();
    await until("it is refused", () => connections.refused === 2);
    time.ms += IDLE_SEARCH_INTERVAL_MS;
    const next = (await open()).write(REQUEST);
    expect(await next.answers()).toEqual([200]);
    expect(connections.refused).toBe(2);
  });

  it("warns once per interval while the limit is reached", async () => {
    await two();
    const refuse = async (count: number): Promise<void> => {
      await open();
      await until("it is refused", () => connections.refused === count);
    };
    await refuse(1);
    await refuse(2);
    expect(lines).toEqual(["warn the connection limit is reached"]);
    time.ms += WARN_INTERVAL_MS;
    await refuse(3);
    expect(lines).toHaveLength(2);
  });

  it("stops accepting, and still serves open connections until they close", async () => {
    const [first, second] = await two();
    let isDone = false;
    const stopped = connections.stopAccepting(server, 1_000).then(() => {
      isDone = true;
    });
    await until("the listener is closed", () => !server.listening);
    await expect(RawPeer.open(url)).rejects.toThrow("ECONNREFUSED");
    expect(await first.write(REQUEST).answers()).toEqual([200]);
    expect(isDone).toBe(false);
    first.end();
    second.end();
    await stopped;
    expect(time.waiting.size).toBe(0);
  });

  it("accepts a connection that arrives while it stops", async () => {
    const stopped = connections.stopAccepting(server, 1_000);
    const peer = await open();
    expect(await peer.write(REQUEST).answers()).toEqual([200]);
    peer.end();
    await stopped;
  });

  it("stops waiting for open connections after the given time", async () => {
    await two();
    const stopped = connections.stopAccepting(server, 1_000);
    await until("the listener is closed", () => !server.listening);
    expect([...time.waiting.values()]).toEqual([1_000]);
    time.due();
    await stopped;
    expect(connections.open).toBe(2);
  });
});

describe("a refusal while an earlier request is being answered", () => {
  it.each(["PING\r\n\r\n", "CONNECT a:1 HTTP/1.1\r\nHost: a\r\n\r\n"])(
    "cuts the response off, and writes no other one into it: %j",
    async (refused) => {
      const connections = new Connections(10, { log: () => undefined });
      const server = createServer((_request, response) => {
        response.write("begun");
      });
      const refuse = (socket: Duplex): void =>
        connections.dismiss(socket, "HTTP/1.1 400 Bad Request\r\n\r\n");
      server.on("clientError", (_error, socket) => refuse(socket));
      server.on("connect", (_request, socket) => refuse(socket));
      connections.watch(server);
      await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
      const { port } = server.address() as AddressInfo;
      const peer = await RawPeer.open(`http://127.0.0.1:${port}`);
      peer.write("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
      await until("a response", () => peer.received.includes("begun"));
      peer.write(refused);
      await until("the end", () => connections.open === 0);
      expect(peer.statuses).toEqual([200]);
      server.close();
    },
  );
});
