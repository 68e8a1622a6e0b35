import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { benchContacts, seedContacts } from "./dist/bench/economy/directory.js";
import { launchOf, VENDOR_LIMIT_PEERS, writeApiKey } from "./peers.js";
import { freePort, Server } from "./processes.js";

/** Calls per second of an operation (documented for another version of the API). */
const CALLS_PER_SECOND = 20;

/** The load sends the messages of many days. The limit per minute stays. */
const NO_DAILY_LIMIT = { verificationPhonesPerDay: 10_000_000 };

const EMPTY_DIRECTORY = {
  directoryId: "rd-bench1",
  rootFolderId: "r-bench1",
  folders: [],
  members: [],
};

/** The gateway as it is by default, apart from the pause between two messages. */
const SETTINGS = {
  LOG_LEVEL: "warn",
  VERIFICATION_COOLDOWN_SECONDS: "0",
};

/** The emulator knows this access key. */
const ACCESS_KEY = {
  ALIBABA_CLOUD_ACCESS_KEY_ID: "testid",
  ALIBABA_CLOUD_ACCESS_KEY_SECRET: "testsecret",
};

/** An emulator with a full directory, servers in front of it, and Redis for replicas. */
export class LimitedSetup {
  static async start(run) {
    const setup = new LimitedSetup(run.peer);
    try {
      await setup.launch(run);
      return setup;
    } catch (error) {
      await setup.stop();
      throw error;
    }
  }

  contacts = benchContacts();
  servers = [];
  origins = [];

  constructor(peer) {
    this.peer = peer;
  }

  /** See `MixApi`. */
  get api() {
    return {
      hasRest: VENDOR_LIMIT_PEERS[this.peer].apis.includes("rest"),
      hasRetryAfter: this.peer === "ours",
    };
  }

  get target() {
    const headers = { authorization: this.apiKey.authorization };
    return { origins: this.origins, headers };
  }

  async launch({ gateway, scratch, replicas }) {
    const port = await freePort();
    this.emulator = `http://127.0.0.1:${port}`;
    const emulator = {
      command: [process.execPath, "dist/emulator/main.js"],
      cwd: gateway,
      env: { EMULATOR_PORT: String(port) },
    };
    this.servers.push(await Server.start(emulator, port));
    await answers(`${this.emulator}/_emulator/settings`);
    await this.control("POST", "/seed", {
      seed: {
        directory: EMPTY_DIRECTORY,
        contacts: seedContacts(this.contacts),
      },
    });
    await this.control("PATCH", "/settings", {
      callsPerSecond: CALLS_PER_SECOND,
      ...NO_DAILY_LIMIT,
    });
    this.apiKey = writeApiKey(join(scratch, "api-keys.json"));
    const redis = replicas > 1 && { REDIS_URL: await this.startRedis() };
    for (let n = 0; n < replicas; n += 1) {
      const { env, ...launch } = launchOf(this.peer, {
        gateway,
        upstream: this.emulator,
        apiKey: this.apiKey,
        opsPort: await freePort(),
        settings: SETTINGS,
      });
      const server = await Server.start(
        { ...launch, env: { ...env, ...ACCESS_KEY, ...redis } },
        await freePort(),
      );
      this.servers.push(server);
      this.origins.push(server.origin);
      await answers(`${server.origin}/`);
    }
  }

  async startRedis() {
    const port = await freePort();
    const options = `--port ${port} --bind 127.0.0.1 --appendonly no`;
    this.redis = spawn("redis-server", [...options.split(" "), "--save", ""], {
      stdio: "ignore",
    });
    await once(this.redis, "spawn");
    return `redis://127.0.0.1:${port}`;
  }

  /** CPU time of the servers so far, without the emulator, in microseconds. */
  cpuMicros() {
    const [, ...servers] = this.servers;
    return servers.reduce((sum, server) => sum + server.cpuMicros(), 0);
  }

  /** Collects the vendor's calls from now on, until the reader is stopped. */
  readCalls(everySeconds) {
    const calls = new Map();
    const read = async () => {
      const answer = await this.control("GET", "/calls");
      for (const call of answer.calls) calls.set(call.callId, call);
    };
    const stopped = new AbortController();
    const reading = (async () => {
      await this.control("DELETE", "/calls");
      for (;;) {
        await delay(everySeconds * 1_000, undefined, stopped);
        await read();
      }
    })().catch((error) => {
      if (error.name !== "AbortError") throw error;
    });
    return {
      stop: async () => {
        stopped.abort();
        await reading;
        await read();
        return [...calls.values()];
      },
    };
  }

  async control(method, path, body) {
    const response = await fetch(`${this.emulator}/_emulator${path}`, {
      method,
      ...(body !== undefined && {
        headers: { "content-type": "application/json" },
        body: JSON.stringify(body),
      }),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${path}: ${response.status} ${text}`);
    return text === "" ? null : JSON.parse(text);
  }

  async stop() {
    await Promise.all(this.servers.map((server) => server.stop()));
    if (this.redis?.pid === undefined) return;
    const exited = once(this.redis, "exit");
    this.redis.kill("SIGKILL");
    await exited;
  }
}

/** Waits until a server responds. */
async function answers(url) {
  for (let tries = 0; tries < 3_000; tries += 1) {
    const response = await fetch(url).catch(() => null);
    if (response !== null) {
      await response.text();
      return;
    }
    await delay(10);
  }
  throw new Error(`${url} does not respond`);
}
