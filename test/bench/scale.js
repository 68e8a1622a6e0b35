import { spawn } from "node:child_process";
import { createHash, randomBytes } from "node:crypto";
import { once } from "node:events";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { WebSocket } from "undici";
import { launchOf } from "./peers.js";
import { freePort, Server } from "./processes.js";
import { medianOf, table } from "./report.js";
import { requestOf } from "./workloads.js";

// How the gateway behaves as things grow: processes, callers, documents, open
// subscriptions. Only the gateway is looked at.

const CONNECTIONS = 64;
const REQUESTS = 4_000;
const ROUNDS = 5;

/** Subscriptions at the end, and how many one caller may have. */
const MOST = 5_000;
const WATCHES_PER_CALLER = 50;

const UNLIMITED = {
  RATE_LIMIT_PER_MINUTE: "10000000",
  RATE_LIMIT_PER_ADDRESS_PER_MINUTE: "10000000",
  AUDIT_LOG: "none",
};

export class Scale {
  next = 1;

  constructor({ gateway, stub, load, scratch }) {
    this.gateway = gateway;
    this.stub = stub;
    this.load = load;
    this.scratch = scratch;
  }

  async measure() {
    return {
      processes: await this.processes(),
      callers: await this.callers(),
      documents: await this.documents(),
      subscriptions: await this.subscriptions(),
    };
  }

  async start(env = {}) {
    const launch = launchOf("ours", {
      gateway: this.gateway,
      upstream: `http://127.0.0.1:${this.stub.greeting}`,
      opsPort: await freePort(),
    });
    const server = await Server.start(
      { ...launch, env: { ...launch.env, ...env } },
      await freePort(),
    );
    for (let tries = 0; tries < 3_000; tries += 1) {
      if (server.child.exitCode !== null) throw new Error(server.complaints);
      const response = await fetch(`${server.origin}/`).catch(() => null);
      if (response !== null) return server;
      await delay(5);
    }
    throw new Error(`no answer\n${server.complaints}`);
  }

  /** Medians over some rounds, after one that does not count. */
  async run(server, authorization) {
    const rounds = [];
    for (let round = 0; round <= ROUNDS; round += 1) {
      const before = server.cpuMicros();
      const { result, error } = await this.load.ask({
        origin: server.origin,
        workload: "get-one",
        apis: ["graphql"],
        first: this.next,
        count: REQUESTS,
        connections: CONNECTIONS,
        ...(authorization && { authorization }),
      });
      if (error !== undefined) throw new Error(error);
      this.next += REQUESTS;
      if (round === 0) continue;
      rounds.push({
        cpuMicros: (server.cpuMicros() - before) / REQUESTS,
        requestsPerSecond: REQUESTS / result.seconds,
        p99Ms: result.p99Ms,
      });
    }
    const of = (name) => medianOf(rounds.map((one) => one[name]));
    return {
      cpuMicros: of("cpuMicros"),
      requestsPerSecond: of("requestsPerSecond"),
      p99Ms: of("p99Ms"),
    };
  }

  /** One process and two, sharing a Redis. */
  async processes() {
    const port = await freePort();
    const redis = spawn(
      "redis-server",
      ["--port", String(port), "--save", "", "--appendonly", "no"],
      { stdio: "ignore" },
    );
    const started = await Promise.race([
      once(redis, "spawn").then(() => true),
      once(redis, "error").then(() => false),
    ]);
    if (!started) return "redis-server is not installed";
    const rows = [];
    try {
      for (const count of [1, 2]) {
        const server = await this.start({
          REDIS_URL: `redis://127.0.0.1:${port}`,
          WEB_CONCURRENCY: String(count),
        });
        rows.push({ processes: count, ...(await this.run(server)) });
        await server.stop();
      }
    } finally {
      redis.kill("SIGKILL");
    }
    return rows;
  }

  /** The cost of a request as the file of API keys grows. */
  async callers() {
    const rows = [];
    for (const count of [1, 100, 5_000]) {
      const { file, keys } = this.keyFile(count);
      const server = await this.start({
        API_KEYS_FILE: file,
        ...UNLIMITED,
      });
      const authorization = `Bearer ${keys[count >> 1]}`;
      rows.push({ callers: count, ...(await this.run(server, authorization)) });
      await server.stop();
    }
    return rows;
  }

  /** The cost of a request as more documents are known, beyond what is kept. */
  async documents() {
    const rows = [];
    const server = await this.start();
    let known = 0;
    for (const count of [1, 1_000, 10_000]) {
      for (; known < count; known += 1) {
        await fetch(`${server.origin}/graphql`, {
          method: "POST",
          headers: { "content-type": "application/json" },
          body: JSON.stringify({
            query: `query D${known} { messageContact(id: "c-1") { id name title } }`,
          }),
        }).then((response) => response.text());
      }
      rows.push({
        documents: count,
        ...(await this.run(server)),
        residentMib: residentMib(server),
      });
    }
    await server.stop();
    return rows;
  }

  /** The memory that open subscriptions take, one on each WebSocket. */
  async subscriptions() {
    const { file, keys } = this.keyFile(MOST / WATCHES_PER_CALLER);
    const server = await this.start({
      API_KEYS_FILE: file,
      MAX_CONNECTIONS: "8192",
      MAX_WEBSOCKETS: String(MOST),
      ...UNLIMITED,
    });
    await this.run(server, `Bearer ${keys[0]}`);
    const sockets = [];
    const rows = [];
    for (const count of [0, 10, 100, 1_000, MOST]) {
      while (sockets.length < count) {
        const at = sockets.length;
        const more = Math.min(WATCHES_PER_CALLER, count - at);
        const opened = Array.from({ length: more }, (_, index) => {
          const key = keys[Math.floor((at + index) / WATCHES_PER_CALLER)];
          return subscribe(server.origin, key);
        });
        sockets.push(...(await Promise.all(opened)));
      }
      await delay(3_000);
      rows.push({ subscriptions: count, residentMib: residentMib(server) });
    }
    for (const socket of sockets) socket.close();
    await server.stop();
    return rows;
  }

  keyFile(count) {
    const file = join(this.scratch, `keys-${count}.json`);
    const keys = Array.from(
      { length: count },
      () => `mcg_${randomBytes(32).toString("base64url")}`,
    );
    const entries = keys.map((key, index) => ({
      caller: `caller-${index}`,
      sha256: createHash("sha256").update(key).digest("hex"),
      scopes: ["contacts:read", "contacts:read-personal"],
    }));
    writeFileSync(file, JSON.stringify({ keys: entries }));
    return { file, keys };
  }
}

function residentMib({ child }) {
  const status = readFileSync(`/proc/${child.pid}/status`, "utf8");
  return Number(/VmRSS:\s+(\d+)/.exec(status)[1]) / 1_024;
}

/** Resolves when the first state of the deletion has come. */
async function subscribe(origin, key) {
  const socket = new WebSocket(
    `${origin.replace("http", "ws")}/graphql`,
    "graphql-transport-ws",
  );
  const next = async (type) => {
    const [{ data }] = await once(socket, "message");
    const message = JSON.parse(data);
    if (message.type !== type) throw new Error(`${type} wanted, came ${data}`);
  };
  await once(socket, "open");
  socket.send(
    JSON.stringify({
      type: "connection_init",
      payload: { authorization: `Bearer ${key}` },
    }),
  );
  await next("connection_ack");
  socket.send(
    JSON.stringify({
      id: "1",
      type: "subscribe",
      payload: {
        query:
          'subscription { messageContactDeletionStatus(contactId: "c-bench") { state } }',
      },
    }),
  );
  await next("next");
  return socket;
}

/** Tables for people, one for each thing that grows. */
export function scaleTables(parts) {
  const text = (value) =>
    Number.isInteger(value) ? String(value) : value.toFixed(0);
  return Object.values(parts)
    .map((rows) =>
      typeof rows === "string"
        ? `${rows}\n`
        : table(
            Object.keys(rows[0]),
            rows.map((one) => Object.values(one).map(text)),
          ),
    )
    .join("\n\n")
    .concat("\n");
}
