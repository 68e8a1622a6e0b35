import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { connect, type Socket } from "node:net";
import { request } from "node:http";
import { setTimeout as delay } from "node:timers/promises";
import { Redis } from "ioredis";
import { startEmulator } from "../../src/emulator/emulator.server.js";
import { GatewayProcess } from "../support/gateway-process.js";
import { RedisServer } from "../support/redis-server.js";
import {
  bearer,
  keysFor,
  newFolder,
  TestIssuer,
} from "../support/signed-in.js";
import { MemoryWatch, residentMib } from "./memory.js";

/** Heap limit of each process, in MiB. */
const HEAP_MIB = 128;

/** Timeout of requests of the well-behaved client. */
const RESPONSE_TIMEOUT_MS = 5_000;

/** Result of a run with hostile input against a gateway with two workers. */
export interface HostileReport {
  readonly documents: number;
  readonly sockets: number;
  readonly tokens: number;
  readonly redisRefusals: number;
  /** Reads of a well-behaved caller while `/readyz` was 200. */
  readonly reads: number;
  readonly served: number;
  /** Typed 503 responses among those reads. */
  readonly shed: number;
  /** Reads that got no response, or one without a code, while `/readyz` was 200. */
  readonly failedUnderGreenProbe: number;
  /** Worker processes that were replaced during the run. */
  readonly restarts: number;
  readonly isAlive: boolean;
  readonly rssStartMib: number;
  readonly rssPeakMib: number;
  readonly rssSlopeMibPerMinute: number;
}

/**
 * Attacks a gateway with two workers and a small heap for some minutes: with new
 * documents, refused and silent sockets, invalid tokens, and a Redis that rejects
 * commands. Meanwhile a well-behaved caller from another address sends reads. Each
 * successful probe is compared with the response of that caller.
 */
export async function hostileRun(
  entry: string,
  minutes: number,
): Promise<HostileReport> {
  const emulator = await startEmulator();
  const redis = await RedisServer.start();
  const issuer = await TestIssuer.start();
  const folder = newFolder();
  const { file, keys } = keysFor({
    good: { scopes: ["contacts:read", "contacts:write"] },
    hostile: { scopes: ["contacts:read"] },
  });
  const gateway = await GatewayProcess.start(entry, {
    NODE_OPTIONS: `--max-old-space-size=${HEAP_MIB}`,
    WEB_CONCURRENCY: "2",
    UPSTREAM_ENDPOINT: emulator.url,
    REDIS_URL: redis.url,
    API_KEYS_FILE: folder.write("keys.json", file),
    LOG_LEVEL: "silent",
    // The rate limit would stop the attack before it reaches the attacked code.
    RATE_LIMIT_PER_MINUTE: "0",
    ...issuer.environment,
  });
  const attack = new Attack(gateway, redis, issuer, keys.hostile);
  const workers = new Set(childrenOf(gateway.pid));
  const rssStartMib = await totalMib(gateway.pid);
  const memory = new MemoryWatch(gateway.pid, totalMib);
  const probe = new Probe(gateway, keys.good);
  const end = performance.now() + minutes * 60_000;
  const isOver = (): boolean => performance.now() >= end || gateway.hasEnded;
  try {
    await Promise.all([attack.run(isOver), probe.run(isOver)]);
    memory.stop();
    const isAlive = !gateway.hasEnded;
    const now = isAlive ? childrenOf(gateway.pid) : [];
    return {
      documents: attack.documents,
      sockets: attack.sockets,
      tokens: attack.tokens,
      redisRefusals: attack.redisRefusals,
      ...probe.figures,
      restarts: now.filter((pid) => !workers.has(pid)).length,
      isAlive,
      rssStartMib: Math.round(rssStartMib),
      rssPeakMib: memory.peakMib,
      rssSlopeMibPerMinute: memory.slopeMibPerMinute,
    };
  } finally {
    memory.stop();
    await gateway.kill();
    await redis.kill();
    await issuer.stop();
    await emulator.stop();
    folder.remove();
  }
}

/** Probes `/readyz`, then reads like a well-behaved caller, and counts the results. */
class Probe {
  private reads = 0;
  private served = 0;
  private shed = 0;
  private failed = 0;

  constructor(
    private readonly gateway: GatewayProcess,
    private readonly key: string,
  ) {}

  get figures(): Pick<
    HostileReport,
    "reads" | "served" | "shed" | "failedUnderGreenProbe"
  > {
    const { reads, served, shed, failed } = this;
    return { reads, served, shed, failedUnderGreenProbe: failed };
  }

  async run(isOver: () => boolean): Promise<void> {
    while (!isOver()) {
      const probe = await this.get(`${this.gateway.opsUrl}/readyz`);
      if (probe.status === 200) {
        const read = await this.get(
          `${this.gateway.url}/v1/message-contacts?pageSize=1`,
          bearer(this.key),
        );
        this.reads += 1;
        if (read.status === 200) this.served += 1;
        else if (read.status === 503 && read.text.includes('"code"')) {
          this.shed += 1;
        } else this.failed += 1;
      }
      await delay(250);
    }
  }

  private async get(
    url: string,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<{ readonly status: number; readonly text: string }> {
    try {
      const response = await fetch(url, {
        headers: { ...headers, connection: "close" },
        signal: AbortSignal.timeout(RESPONSE_TIMEOUT_MS),
      });
      return { status: response.status, text: await response.text() };
    } catch {
      return { status: 0, text: "" };
    }
  }
}

/** All attacks; each kind uses its own loopback address. */
class Attack {
  documents = 0;
  sockets = 0;
  tokens = 0;
  redisRefusals = 0;

  constructor(
    private readonly gateway: GatewayProcess,
    private readonly redis: RedisServer,
    private readonly issuer: TestIssuer,
    private readonly key: string,
  ) {}

  async run(isOver: () => boolean): Promise<void> {
    const repeat = async (step: () => Promise<void>): Promise<void> => {
      while (!isOver()) await step();
    };
    await Promise.all([
      repeat(() => this.sendDocument()),
      repeat(() => this.sendDocument()),
      repeat(() => this.openRefusedSockets()),
      repeat(() => this.openSilentWebSockets()),
      repeat(() => this.sendToken()),
      repeat(() => this.refuseInRedis()),
    ]);
  }

  /** Sends a new document, one with nested fragments, or one with many invalid variables. */
  private async sendDocument(): Promise<void> {
    this.documents += 1;
    const name = `n${this.documents}x`;
    const bodies = [
      {
        query: `{${Array.from({ length: 15 }, (_, n) => `${name}q${n}:messageContact(id:"c-${n}"){id title status}`).join(" ")}}`,
      },
      {
        query: `{messageContact(id:"c-1"){...F1}} ${Array.from({ length: 22 }, (_, n) => `fragment F${n + 1} on MessageContact{${n === 21 ? `${name}:id` : `...F${n + 2} ...F${n + 2}`}}`).join(" ")}`,
      },
      {
        query: `query ${name}($t: [ID!]) { messageContacts(boundTo: "r-1") { totalCount } }`,
        variables: { t: Array.from({ length: 12_000 }, () => null) },
      },
    ];
    await this.post(
      "127.0.0.2",
      bodies[this.documents % bodies.length],
      this.key,
    );
  }

  /** Opens sockets that the HTTP parser or the router refuses; the peer ignores the FIN. */
  private async openRefusedSockets(): Promise<void> {
    const upgrade = (path: string, to: string): string =>
      `GET ${path} HTTP/1.1\r\nHost: g\r\nConnection: Upgrade\r\nUpgrade: ${to}\r\n\r\n`;
    const texts = [
      "PING\r\n\r\n",
      "GET /docs HTTP/1.1\r\nHost: g\r\nAccept:",
      `GET /docs HTTP/1.1\r\nHost: g\r\nCookie: ${"c=d; ".repeat(5_000)}\r\n\r\n`,
      "POST /graphql HTTP/1.1\r\nHost: g\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\n",
      upgrade("/nowhere", "websocket"),
      upgrade("/docs", "h2c"),
    ];
    const held = texts.flatMap((text) =>
      Array.from({ length: 10 }, () => this.open("127.0.0.3", text)),
    );
    this.sockets += held.length;
    await delay(3_000);
    for (const socket of held) socket.destroy();
  }

  private async openSilentWebSockets(): Promise<void> {
    const { host } = new URL(this.gateway.url);
    const text = `GET /graphql HTTP/1.1\r\nHost: ${host}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${Buffer.alloc(16, 9).toString("base64")}\r\nSec-WebSocket-Protocol: graphql-transport-ws\r\n\r\n`;
    const held = Array.from({ length: 100 }, () =>
      this.open("127.0.0.4", text),
    );
    this.sockets += held.length;
    await delay(4_000);
    for (const socket of held) socket.destroy();
  }

  private async sendToken(): Promise<void> {
    this.tokens += 1;
    const past = Math.floor(Date.now() / 1_000) - 3_600;
    const claims = [
      { exp: past },
      { aud: "elsewhere" },
      { iss: "https://evil.example" },
      { sub: "" },
    ];
    const token =
      this.tokens % 5 === 0
        ? `${"x".repeat(40)}.${randomUUID()}.y`
        : await this.issuer.token(claims[this.tokens % claims.length]);
    await this.post(
      "127.0.0.5",
      { query: "{ messageContacts { totalCount } }" },
      token,
    );
    await delay(50);
  }

  /** Makes Redis reject commands that need memory, recover, and sometimes restart. */
  private async refuseInRedis(): Promise<void> {
    this.redisRefusals += 1;
    const client = new Redis(this.redis.url, {
      lazyConnect: true,
      maxRetriesPerRequest: 1,
    });
    client.on("error", () => undefined);
    try {
      await client.connect();
      await client.config(
        "SET",
        "maxmemory",
        this.redisRefusals % 2 === 0 ? "1" : "0",
      );
    } catch {
      // Ignored: a failing Redis is part of the test.
    } finally {
      client.disconnect();
    }
    await delay(10_000);
    if (this.redisRefusals % 6 === 0) await this.redis.restart();
  }

  private open(localAddress: string, text: string): Socket {
    const { hostname, port } = new URL(this.gateway.url);
    const socket = connect({
      host: hostname,
      port: Number(port),
      localAddress,
      allowHalfOpen: true,
    });
    socket.on("error", () => undefined).on("data", () => undefined);
    socket.write(text);
    return socket;
  }

  private post(
    localAddress: string,
    body: unknown,
    credential: string,
  ): Promise<void> {
    const { hostname, port } = new URL(this.gateway.url);
    return new Promise((resolve) => {
      const call = request(
        {
          hostname,
          port,
          localAddress,
          agent: false,
          method: "POST",
          path: "/graphql",
          headers: {
            "content-type": "application/json",
            ...bearer(credential),
          },
          signal: AbortSignal.timeout(30_000),
        },
        (response) => response.resume().on("close", resolve),
      );
      call.on("error", () => resolve());
      call.end(JSON.stringify(body));
    });
  }
}

/** Child processes (Linux). */
function childrenOf(pid: number): number[] {
  const text = readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8");
  return text.split(" ").filter(Boolean).map(Number);
}

/** Resident memory of a process and its children, in MiB. */
async function totalMib(pid: number): Promise<number> {
  const sizes = await Promise.all(
    [pid, ...childrenOf(pid)].map((one) => residentMib(one).catch(() => 0)),
  );
  return sizes.reduce((sum, size) => sum + size, 0);
}
