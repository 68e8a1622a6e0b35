import {
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { measureEconomy } from "./economy.js";
import { buildGateway, buildPeers, installPeers } from "./build.js";
import { HELP, readOptions } from "./options.js";
import { launchOf, PEERS, writeApiKey } from "./peers.js";
import { freePort, Helper, Server } from "./processes.js";
import { toMarkdown } from "./report.js";
import { compareAnswers, medians, summary } from "./summary.js";
import { Scale, scaleTables } from "./scale.js";
import { requestOf, WORKLOADS } from "./workloads.js";

const START_ROUNDS = 3;

/** Everything one run of the bench works with. */
class Bench {
  /** Number of the next request: none is ever sent twice. */
  next = 1;

  constructor({ options, gateway, stub, load, scratch }) {
    this.options = options;
    this.gateway = gateway;
    this.stub = stub;
    this.load = load;
    this.apiKey = writeApiKey(join(scratch, "api-keys.json"));
  }

  async start(peer, hasSignIn) {
    const launch = launchOf(peer, {
      gateway: this.gateway,
      upstream: `http://127.0.0.1:${this.stub.greeting}`,
      opsPort: await freePort(),
      ...(hasSignIn && { apiKey: this.apiKey }),
    });
    const server = await Server.start(launch, await freePort());
    await this.firstAnswer(peer, server, hasSignIn);
    return server;
  }

  async firstAnswer(peer, server, hasSignIn) {
    const { apis } = PEERS[peer];
    const { path, method, body, type } = requestOf(
      "get-one",
      apis,
      this.next++,
    );
    const headers = {
      ...(type && { "content-type": type }),
      ...(hasSignIn && { authorization: this.apiKey.authorization }),
    };
    for (let tries = 0; tries < 3_000; tries += 1) {
      if (server.child.exitCode !== null) break;
      const answer = await fetch(server.origin + path, {
        method,
        headers,
        body,
      })
        .then((response) => response.text().then(() => response))
        .catch(() => null);
      if (answer?.ok) return;
      await delay(5);
    }
    throw new Error(`${peer} does not answer\n${server.complaints}`);
  }

  /** CPU time from nothing to the first answered request. */
  async measureStarts() {
    const starts = Object.fromEntries(
      this.options.peers.map((peer) => [peer, []]),
    );
    for (let round = 0; round < START_ROUNDS; round += 1) {
      for (const peer of this.options.peers) {
        const startedAt = performance.now();
        const server = await this.start(peer, false);
        starts[peer].push({
          cpuMs: server.cpuMicros() / 1_000,
          wallMs: performance.now() - startedAt,
          idleMib: server.peakMib(),
        });
        await server.stop();
      }
    }
    return Object.fromEntries(
      Object.entries(starts).map(([peer, rounds]) => [peer, medians(rounds)]),
    );
  }

  /** Lets every server compile what it will run, before anything counts. */
  async warmUp(setting, servers) {
    await this.stub.ask({ delayMs: 0 });
    for (const workload of this.options.workloads) {
      for (const [peer, server] of servers) {
        await this.measure(peer, server, workload, setting);
      }
    }
  }

  /** All workloads with the same connections, delay and sign-in. */
  async measureSetting(setting, servers) {
    await this.stub.ask({ delayMs: setting.delayMs });
    const runs = [];
    for (const workload of this.options.workloads) {
      const rounds = {};
      const samples = {};
      for (let round = 0; round <= this.options.rounds; round += 1) {
        for (const peer of this.options.peers) {
          const server = servers.get(peer);
          const { sample, ...figures } = await this.measure(
            peer,
            server,
            workload,
            setting,
          );
          samples[peer] = sample;
          // The first round lets the servers get used to the workload.
          if (round > 0) (rounds[peer] ??= []).push(figures);
        }
      }
      compareAnswers(workload, samples);
      runs.push({ workload, ...setting, ...summary(rounds) });
      progress(runs.at(-1));
    }
    return runs;
  }

  async measure(peer, server, workload, { connections, delayMs, auth }) {
    const count = this.countOf(workload, connections, delayMs);
    const { apis } = PEERS[peer];
    const { calls: before } = await this.stub.ask({});
    const cpuBefore = server.cpuMicros();
    const { result, error } = await this.load.ask({
      origin: server.origin,
      workload,
      apis,
      first: this.next,
      count,
      connections,
      ...(auth && { authorization: this.apiKey.authorization }),
    });
    if (error !== undefined)
      throw new Error(`${peer}: ${error}\n${server.complaints}`);
    const cpu = server.cpuMicros() - cpuBefore;
    const { calls: after } = await this.stub.ask({});
    this.next += count;
    return {
      sample: result.sample,
      cpuMicros: cpu / count,
      requestsPerSecond: count / result.seconds,
      p50Ms: result.p50Ms,
      p99Ms: result.p99Ms,
      upstreamCalls: (after - before) / count,
    };
  }

  /** Fewer requests where each takes long and CPU time is not what limits. */
  countOf(workload, connections, delayMs) {
    const count = Math.ceil(this.options.requests * WORKLOADS[workload].share);
    if (delayMs === 0) return count;
    const isQueued = workload === "update";
    return Math.min(count, isQueued || connections === 1 ? 200 : count);
  }
}

function progress({ workload, connections, delayMs, auth, servers }) {
  const figures = Object.entries(servers).map(
    ([peer, { cpuMicros }]) => `${peer} ${Math.round(cpuMicros)}`,
  );
  const setting = `${connections} connections, ${delayMs} ms, auth ${auth ? "on" : "off"}`;
  process.stderr.write(`${workload} (${setting}): ${figures.join(", ")} µs\n`);
}

async function measureAll(bench) {
  const { peers, settings, hasStart } = bench.options;
  const start = hasStart ? await bench.measureStarts() : {};
  const runs = [];
  const peaks = {};
  for (const hasSignIn of new Set(settings.map(({ auth }) => auth))) {
    const servers = new Map();
    for (const peer of peers)
      servers.set(peer, await bench.start(peer, hasSignIn));
    await bench.warmUp(
      { connections: 32, delayMs: 0, auth: hasSignIn },
      servers,
    );
    for (const setting of settings.filter(({ auth }) => auth === hasSignIn)) {
      runs.push(...(await bench.measureSetting(setting, servers)));
    }
    for (const [peer, server] of servers) {
      peaks[peer] = Math.max(peaks[peer] ?? 0, server.peakMib());
      await server.stop();
    }
  }
  return {
    date: new Date().toISOString().slice(0, 10),
    node: process.version,
    processor: `${cpus().length} × ${cpus()[0].model}`,
    rounds: bench.options.rounds,
    requests: bench.options.requests,
    start,
    peakMib: peaks,
    runs,
  };
}

function save(result, name) {
  const folder = new URL("results/", import.meta.url);
  mkdirSync(folder, { recursive: true });
  const rounded = (_, value) =>
    typeof value === "number" ? Number(value.toPrecision(4)) : value;
  writeFileSync(
    new URL(`${name}.json`, folder),
    `${JSON.stringify(result, rounded, 2)}\n`,
  );
}

async function main() {
  const options = readOptions(process.argv.slice(2));
  if (options.help) return process.stdout.write(HELP);
  if (options.show !== undefined) {
    return process.stdout.write(
      toMarkdown(JSON.parse(readFileSync(options.show, "utf8"))),
    );
  }
  if (options.economy) {
    const gateway = options.gateway ?? buildGateway();
    process.stdout.write(await measureEconomy(gateway, options));
    if (options.gateway === undefined) rmSync(gateway, { recursive: true });
    return;
  }
  installPeers();
  buildPeers();
  const gateway = options.gateway ?? buildGateway();
  const scratch = mkdtempSync(join(tmpdir(), "bench-"));
  const stub = await Helper.start("stub.js");
  const load = await Helper.start("load.js");
  try {
    if (options.scale) {
      const result = await new Scale({
        gateway,
        stub,
        load,
        scratch,
      }).measure();
      save(result, "scale");
      process.stdout.write(scaleTables(result));
      return;
    }
    const bench = new Bench({ options, gateway, stub, load, scratch });
    const result = await measureAll(bench);
    save(result, new Date().toISOString().replace(/\W/g, "-"));
    if (options.release) save(result, "release");
    process.stdout.write(toMarkdown(result));
  } finally {
    stub.stop();
    load.stop();
    rmSync(scratch, { recursive: true });
    if (options.gateway === undefined) rmSync(gateway, { recursive: true });
  }
}

await main().then(
  () => process.exit(0),
  (error) => {
    process.stderr.write(`${error.message}\n`);
    process.exit(1);
  },
);
