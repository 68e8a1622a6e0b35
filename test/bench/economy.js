import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { Agent, request } from "undici";
import { freePort, Server } from "./processes.js";
import { table } from "./report.js";

// How many requests are answered completely while the vendor allows 20 calls a second
// for each operation. The load is open: requests arrive at a fixed rate, however long
// the earlier ones take.

const LIMIT = 20;
const CONTACTS = 20;
const RATES = [50, 200, 1_000];
const REPLICAS = [1, 2];

/** The first requests start without a cache, and the programs without compiled code. */
const WARM_UP_SECONDS = 3;

const UNLIMITED = {
  RATE_LIMIT_PER_MINUTE: "10000000",
  RATE_LIMIT_PER_ADDRESS_PER_MINUTE: "10000000",
};

const PAGE =
  "query ($id: ID!) { messageContact(id: $id) { id name status emailAddress bindings { targetId } pendingVerifications { target channel } } }";

/** Connections of the load generator, for all requests in flight. */
const agent = new Agent({ connections: 512, keepAliveTimeout: 60_000 });

/** Measures the table of docs/performance.md with a gateway that is built in a folder. */
export async function measureEconomy(gateway, { seconds = 20 } = {}) {
  const rows = [];
  for (const replicas of REPLICAS) {
    for (const rate of RATES) {
      const setup = await Setup.start(gateway, replicas);
      try {
        rows.push({ replicas, rate, ...(await setup.measure(rate, seconds)) });
      } finally {
        await setup.stop();
      }
    }
  }
  return economyTable(rows);
}

function economyTable(rows) {
  return table(
    [
      "Replicas",
      "Requests per second",
      "answered completely, %",
      "p50, ms",
      "p99, ms",
      "most calls in a second, per operation",
      "throttled",
      "calls saved, %",
      "maximum age, ms",
    ],
    rows.map((row) => [
      row.replicas,
      row.rate,
      row.complete.toFixed(2),
      row.p50Ms.toFixed(0),
      row.p99Ms.toFixed(0),
      row.most,
      row.throttled,
      row.saved.toFixed(1),
      row.ageMs.toFixed(0),
    ]),
  );
}

/** One emulator, gateways in front of it, and Redis if there are several. */
class Setup {
  static async start(gateway, replicas) {
    const setup = new Setup();
    try {
      await setup.launch(gateway, replicas);
      return setup;
    } catch (error) {
      await setup.stop();
      throw error;
    }
  }

  servers = [];
  gateways = [];

  async launch(gateway, replicas) {
    const port = await freePort();
    this.emulator = `http://127.0.0.1:${port}`;
    this.servers.push(
      await Server.start(
        {
          command: [process.execPath, "dist/emulator/main.js"],
          cwd: gateway,
          env: { EMULATOR_PORT: String(port) },
        },
        port,
      ),
    );
    await answers(`${this.emulator}/_emulator/settings`);
    const env = {
      ...UNLIMITED,
      LOG_LEVEL: "warn",
      UPSTREAM_ENDPOINT: this.emulator,
      ALIBABA_CLOUD_ACCESS_KEY_ID: "testid",
      ALIBABA_CLOUD_ACCESS_KEY_SECRET: "testsecret",
      ...(replicas > 1 && { REDIS_URL: await this.startRedis() }),
    };
    for (let n = 0; n < replicas; n += 1) {
      const server = await Server.start(
        {
          command: [process.execPath, "dist/bundle/main.js"],
          cwd: gateway,
          env: { ...env, OPS_PORT: String(await freePort()) },
        },
        await freePort(),
      );
      this.servers.push(server);
      this.gateways.push(server.origin);
      await answers(`${server.origin}/v1/message-contacts`);
    }
    this.ids = await this.fillDirectory();
    await control(this.emulator, "PATCH", "/settings", {
      callsPerSecond: LIMIT,
    });
  }

  async startRedis() {
    const port = await freePort();
    const options = `--port ${port} --bind 127.0.0.1 --appendonly no`;
    this.redis = spawn("redis-server", [...options.split(" "), "--save", ""], {
      stdio: "ignore",
    });
    return `redis://127.0.0.1:${port}`;
  }

  /** Adds contacts until the directory is full, and returns their ids. */
  async fillDirectory() {
    const list = `${this.gateways[0]}/v1/message-contacts`;
    const first = await json(await request(`${list}?pageSize=100`));
    for (let n = first.totalCount; n < CONTACTS; n += 1) {
      const letters = "abcdefghijklmnopqrst";
      await request(list, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({
          name: `bench${letters[n]}`,
          emailAddress: `bench${n}@example.com`,
          title: "OTHER",
          messageTypes: ["SERVICE_MESSAGE"],
        }),
      }).then(({ body }) => body.dump());
    }
    const { items } = await json(await request(`${list}?pageSize=100`));
    await delay(1_500);
    return items.map(({ id }) => id);
  }

  async measure(rate, seconds) {
    await this.load(rate, WARM_UP_SECONDS);
    await control(this.emulator, "DELETE", "/calls");
    const sums = await this.load(rate, seconds);
    const calls = await control(this.emulator, "GET", "/calls");
    return { ...sums, ...countCalls(calls.calls ?? calls) };
  }

  async load(rate, seconds) {
    const count = rate * seconds;
    const latencies = [];
    let complete = 0;
    let requested = 0;
    let made = 0;
    let ageMs = 0;
    const pending = [];
    const startedAt = performance.now();
    for (let n = 0; n < count; n += 1) {
      const waitMs = startedAt + (n * 1_000) / rate - performance.now();
      if (waitMs > 1) await delay(waitMs);
      pending.push(
        this.send(n).then((result) => {
          latencies.push(result.ms);
          if (result.isComplete) complete += 1;
          requested += result.requested;
          made += result.made;
          ageMs = Math.max(ageMs, result.ageMs);
        }),
      );
    }
    await Promise.all(pending);
    latencies.sort((a, b) => a - b);
    return {
      complete: (100 * complete) / count,
      p50Ms: latencies[Math.floor((count - 1) * 0.5)],
      p99Ms: latencies[Math.floor((count - 1) * 0.99)],
      saved: 100 * (1 - made / Math.max(1, requested)),
      ageMs,
    };
  }

  /** Sends one contact over REST and one contact page over GraphQL in turns. */
  async send(n) {
    const origin = this.gateways[n % this.gateways.length];
    const id = this.ids[Math.floor(Math.random() * this.ids.length)];
    const isPage = Math.floor(n / this.gateways.length) % 2 === 0;
    const startedAt = performance.now();
    try {
      const response = isPage
        ? await request(`${origin}/graphql`, {
            method: "POST",
            dispatcher: agent,
            headers: { "content-type": "application/json", "x-cost": "1" },
            body: JSON.stringify({ query: PAGE, variables: { id } }),
          })
        : await request(`${origin}/v1/message-contacts/${id}`, {
            dispatcher: agent,
          });
      const body = await json(response);
      const cost = body.extensions?.cost;
      return {
        ms: performance.now() - startedAt,
        isComplete: response.statusCode === 200 && body.errors === undefined,
        requested: cost?.requestedCalls ?? 0,
        made: cost?.upstreamCalls ?? 0,
        ageMs: cost?.ageMs ?? 0,
      };
    } catch {
      return {
        ms: performance.now() - startedAt,
        isComplete: false,
        requested: 0,
        made: 0,
        ageMs: 0,
      };
    }
  }

  async stop() {
    await Promise.all(this.servers.map((server) => server.stop()));
    if (this.redis === undefined) return;
    const exited = once(this.redis, "exit");
    this.redis.kill("SIGKILL");
    await exited;
  }
}

/** The most calls of an operation in any second, and those that were throttled. */
function countCalls(calls) {
  const timesOf = {};
  for (const { action, at } of calls) {
    (timesOf[action] ??= []).push(Date.parse(at));
  }
  let most = 0;
  for (const times of Object.values(timesOf)) {
    let first = 0;
    for (const [last, at] of times.entries()) {
      while (times[first] <= at - 1_000) first += 1;
      most = Math.max(most, last - first + 1);
    }
  }
  const throttled = calls.filter(({ verdict }) =>
    String(verdict).includes("Throttling"),
  ).length;
  return { most, throttled };
}

async function json({ body }) {
  return JSON.parse(await body.text());
}

async function control(emulator, method, path, body) {
  const response = await fetch(`${emulator}/_emulator${path}`, {
    method,
    ...(body !== undefined && {
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
    }),
  });
  if (!response.ok) throw new Error(`${path}: ${response.status}`);
  const text = await response.text();
  return text === "" ? null : JSON.parse(text);
}

async function answers(url) {
  for (let tries = 0; tries < 3_000; tries += 1) {
    const isOk = await fetch(url).then(
      (response) => response.text().then(() => response.ok),
      () => false,
    );
    if (isOk) return;
    await delay(10);
  }
  throw new Error(`${url} does not answer`);
}
