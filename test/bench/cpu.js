import { cpus } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { LAUNCHES, launchOf, PEERS, writeApiKey } from "./peers.js";
import { freePort, Server } from "./processes.js";
import { compareAnswers, medians, summary } from "./summary.js";
import { requestOf, WORKLOADS } from "./workloads.js";

const START_ROUNDS = 3;

/**
 * Requests that each server gets of each workload before they count, and those of one
 * round, both relative to the share of the workload.
 */
const WARM_UPS = {
  short: { before: 300, round: () => 500 },
  long: { before: 4_000, round: ({ requests }) => requests },
};

/** Launch of the gateway that a workload needs. */
const launchFor = (workload) => WORKLOADS[workload].launch ?? "direct";

/**
 * Measures the CPU time of each workload with each server. Each server may use one core
 * only; the load generator and the stub use the others.
 */
export class CpuBench {
  /** Number of the next request: none is ever sent twice. */
  next = 1;

  /** @param core the core of the servers; null if they may use all */
  constructor({ options, gateway, stub, load, scratch, core }) {
    this.core = core;
    this.options = options;
    this.gateway = gateway;
    this.stub = stub;
    this.load = load;
    this.apiKey = writeApiKey(join(scratch, "api-keys.json"));
  }

  async run() {
    const { warmUps, settings, hasStart, rounds, requests } = this.options;
    const start = hasStart ? await this.measureStarts() : {};
    const runs = [];
    const peaks = {};
    for (const warmUp of warmUps) {
      for (const auth of new Set(settings.map((one) => one.auth))) {
        const servers = await this.startAll(auth);
        for (const setting of settings) {
          if (setting.auth !== auth) continue;
          runs.push(...(await this.measureSetting(setting, warmUp, servers)));
        }
        for (const [peer, { direct }] of servers) {
          peaks[peer] = Math.max(peaks[peer] ?? 0, direct.peakMib());
        }
        await stopAll(servers);
      }
    }
    return {
      date: new Date().toISOString().slice(0, 10),
      node: process.version,
      processor: `${cpus().length} × ${cpus()[0].model}`,
      isPinned: this.core !== null,
      rounds,
      requests,
      start,
      peakMib: peaks,
      runs,
    };
  }

  /** All servers, by peer and by launch. Only the gateway has more than one launch. */
  async startAll(hasSignIn) {
    const servers = new Map();
    const launches = new Set(["direct"]);
    for (const one of this.options.workloads) launches.add(launchFor(one));
    for (const peer of this.options.peers) {
      const direct = await this.start(peer, hasSignIn);
      const byLaunch = { direct };
      for (const launch of launches) {
        byLaunch[launch] ??=
          peer === "ours"
            ? await this.start(peer, hasSignIn, LAUNCHES[launch])
            : direct;
      }
      servers.set(peer, byLaunch);
    }
    return servers;
  }

  async start(peer, hasSignIn, settings = LAUNCHES.direct) {
    const launch = launchOf(peer, {
      gateway: this.gateway,
      upstream: `http://127.0.0.1:${this.stub.greeting}`,
      opsPort: await freePort(),
      settings,
      ...(hasSignIn && { apiKey: this.apiKey }),
    });
    const server = await Server.start(launch, await freePort(), this.core);
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

  /** All workloads with the same connections, delay, sign-in and warm-up. */
  async measureSetting(setting, warmUp, servers) {
    await this.stub.ask({ delayMs: setting.delayMs });
    const { before, round: ofRound } = WARM_UPS[warmUp];
    const runs = [];
    for (const workload of this.options.workloads) {
      const { connections = setting.connections, share } = WORKLOADS[workload];
      const own = { ...setting, connections };
      const countOf = (requests) => countFor(workload, requests * share, own);
      const rounds = {};
      const samples = {};
      for (let round = 0; round <= this.options.rounds; round += 1) {
        const count = countOf(round === 0 ? before : ofRound(this.options));
        for (const peer of this.options.peers) {
          const server = servers.get(peer)[launchFor(workload)];
          const { sample, ...figures } = await this.measure(
            peer,
            server,
            workload,
            count,
            own,
          );
          samples[peer] = sample;
          if (round > 0) (rounds[peer] ??= []).push(figures);
        }
      }
      compareAnswers(workload, samples);
      runs.push({ workload, ...setting, warmUp, ...summary(rounds) });
      progress(runs.at(-1));
    }
    return runs;
  }

  async measure(peer, server, workload, count, { connections, auth }) {
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
}

/** Fewer requests where each takes long and CPU time is not what limits. */
function countFor(workload, requests, { connections, delayMs }) {
  const count = Math.ceil(requests);
  if (delayMs === 0) return count;
  const isQueued = workload.startsWith("update");
  return Math.min(count, isQueued || connections === 1 ? 200 : count);
}

async function stopAll(servers) {
  for (const byLaunch of servers.values()) {
    for (const server of new Set(Object.values(byLaunch))) await server.stop();
  }
}

function progress({ workload, connections, delayMs, auth, warmUp, servers }) {
  const figures = Object.entries(servers).map(
    ([peer, { cpuMicros }]) => `${peer} ${Math.round(cpuMicros)}`,
  );
  const setting = `${connections} connections, ${delayMs} ms, auth ${auth ? "on" : "off"}, ${warmUp} warm-up`;
  process.stderr.write(`${workload} (${setting}): ${figures.join(", ")} µs\n`);
}
