import { readdirSync, readlinkSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { killRun } from "../support/kill-run.js";
import { hasRedisServer } from "../support/redis-server.js";
import { Replicas } from "../support/replicas.js";
import { addFaults, FaultRun } from "./fault-run.js";
import {
  closedLoop,
  LoadClient,
  openLoop,
  percentile,
  type RequestSpec,
} from "./load.js";
import { hostileRun } from "./hostile.js";
import { MemoryWatch, residentMib } from "./memory.js";
import { overhead, underEachFault, withoutRedis } from "./timings.js";

/** Compiled together with this program, so the path is relative to it. */
const ENTRY = fileURLToPath(new URL("../../src/main.js", import.meta.url));

/** The contact named `tom` of the sample seed. */
const TOM = "c-qL4HqKONzOM7aB3d";

const READ: RequestSpec = {
  method: "POST",
  path: "/graphql",
  body: JSON.stringify({
    query: `{ messageContact(id: "${TOM}") { id name status } }`,
  }),
};

/** Prints one line of figures. */
function print(what: string, figures: object): void {
  process.stdout.write(`${what}  ${JSON.stringify(figures)}\n`);
}

async function withReplicas(
  run: (replicas: Replicas) => Promise<void>,
): Promise<void> {
  const replicas = await Replicas.start(
    ENTRY,
    {},
    { LOG_LEVEL: "error", VERIFICATION_EMAILS_PER_DAY: "100000" },
  );
  try {
    await run(replicas);
  } finally {
    await replicas.stop();
  }
}

/** Measures the slowest responses under faults, and the recovery times. */
function timings(): Promise<void> {
  return withReplicas(async (replicas) => {
    print("p99 with a healthy vendor, ms", {
      read: await overhead(replicas, READ),
    });
    print("slowest under any single fault, ms", {
      ...(await underEachFault(replicas, TOM)),
    });
    const { redis } = replicas;
    print("Redis killed, then restarted", {
      ...(await withoutRedis(
        replicas,
        TOM,
        () => redis.kill(),
        () => redis.restart(),
      )),
    });
    print("Redis frozen, then thawed", {
      ...(await withoutRedis(
        replicas,
        TOM,
        () => redis.freeze(),
        () => redis.thaw(),
      )),
    });
  });
}

/** Number of open sockets of a process (Linux). */
function socketsOf(pid: number): number {
  const folder = `/proc/${pid}/fd`;
  return readdirSync(folder).filter((fd) => {
    try {
      return readlinkSync(`${folder}/${fd}`).startsWith("socket:");
    } catch {
      return false;
    }
  }).length;
}

/** A thousand concurrent clients: none should be dropped, each error should have a code. */
function manyClients(): Promise<void> {
  return withReplicas(async ({ a }) => {
    const client = new LoadClient(a.url, 1_000);
    const tally = await closedLoop(client, 1_000, 5_000, () => READ);
    await client.close();
    print("1,000 clients, 5 s", {
      served: tally.served.length,
      shed: tally.shed.length,
      dropped: tally.dropped,
      untyped: tally.untyped,
      p99Ms: percentile(tally.served, 0.99),
      isAlive: !a.hasEnded,
    });
  });
}

/** Response time of the vendor in the overload run. */
const VENDOR_MS = 100;

/**
 * Twice the peak throughput, then a load it can serve. The vendor is slow, which leaves
 * CPU time for the load generator. All reads differ, so none is coalesced.
 */
function overload(seconds: number): Promise<void> {
  return withReplicas(async ({ a, emulator }) => {
    const client = new LoadClient(a.url, 2_000);
    let count = 0;
    const read = (): RequestSpec => {
      count += 1;
      return {
        method: "GET",
        path: `/v1/message-contacts?pageNumber=${1 + (count % 1_000)}&pageSize=${1 + (Math.floor(count / 1_000) % 100)}`,
      };
    };
    emulator.control.addFault({
      effect: "delay",
      ms: VENDOR_MS,
      probability: 1,
    });
    await closedLoop(client, 64, 2_000, read);
    const normal = await closedLoop(client, 256, 5_000, read);
    const peak = normal.served.length / 5;
    const rssBefore = await residentMib(a.pid);
    const memory = new MemoryWatch(a.pid);
    const over = await openLoop(client, peak * 2, seconds * 1_000, read);
    memory.stop();
    const ended = performance.now();
    let backAfterMs = Number.NaN;
    while (Number.isNaN(backAfterMs) && performance.now() - ended < 30_000) {
      const responses = await Promise.all(
        Array.from({ length: 50 }, () => client.send(read())),
      );
      if (responses.every((response) => response?.status === 200)) {
        backAfterMs = Math.round(performance.now() - ended);
      }
    }
    await client.close();
    print(`twice the peak, ${seconds} s`, {
      peakPerSecond: Math.round(peak),
      goodputShare:
        Math.round((over.served.length / seconds / peak) * 100) / 100,
      normalP99Ms: percentile(normal.served, 0.99),
      admittedP99Ms: percentile(over.served, 0.99),
      shed: over.shed.length,
      shedP99Ms: percentile(over.shed, 0.99),
      dropped: over.dropped,
      untyped: over.untyped,
      rssGrowthMib: Math.round(memory.peakMib - rssBefore),
      backAfterMs,
    });
  });
}

/** Vendor responses that try to exhaust the memory. */
function hugeResponses(): Promise<void> {
  return withReplicas(async ({ a, emulator }) => {
    const socketsBefore = socketsOf(a.pid);
    const client = new LoadClient(a.url, 200);
    await closedLoop(client, 16, 2_000, () => READ);
    const rssBefore = await residentMib(a.pid);
    const memory = new MemoryWatch(a.pid);
    for (const effect of ["huge", "gzipBomb", "trickle"] as const) {
      emulator.control.addFault({ effect, probability: 0.3 });
    }
    const tally = await closedLoop(client, 50, 15_000, () => ({
      method: "GET",
      path: `/v1/message-contacts?pageNumber=${1 + Math.floor(Math.random() * 99)}`,
    }));
    emulator.control.clearFaults();
    memory.stop();
    await client.close();
    const ended = performance.now();
    let sockets = socketsOf(a.pid);
    while (sockets > socketsBefore && performance.now() - ended < 60_000) {
      await delay(250);
      sockets = socketsOf(a.pid);
    }
    const backAfterMs = Math.round(performance.now() - ended);
    print("huge, gzip bomb, trickle, 15 s", {
      served: tally.served.length,
      shed: tally.shed.length,
      dropped: tally.dropped,
      untyped: tally.untyped,
      rssGrowthMib: Math.round(memory.peakMib - rssBefore),
      socketsBefore,
      sockets,
      socketsBackAfterMs: backAfterMs,
    });
  });
}

/** A moderate load with each kind of fault at 1 % of the vendor calls. */
function soak(minutes: number): Promise<void> {
  return withReplicas(async ({ a, emulator }) => {
    const client = new LoadClient(a.url, 400);
    addFaults(emulator, 0.01);
    const run = new FaultRun(client, emulator, TOM);
    const memory = new MemoryWatch(a.pid);
    const end = performance.now() + minutes * 60_000;
    const running = new Set<Promise<void>>();
    while (performance.now() < end) {
      const step = run.step().finally(() => running.delete(step));
      running.add(step);
      await delay(10);
      if (run.writes % 50 === 0) run.checkWrites();
    }
    await Promise.all(running);
    memory.stop();
    run.checkWrites(true);
    await client.close();
    print(`soak, ${minutes} min, each fault 1 %`, {
      answers: run.latencies.length,
      writes: run.writes,
      unknown: run.unknown,
      lies: run.lies,
      doubleEffects: run.doubleEffects,
      untyped: run.untyped,
      dropped: run.dropped,
      p50Ms: percentile(run.latencies, 0.5),
      p99Ms: percentile(run.latencies, 0.99),
      maxMs: percentile(run.latencies, 1),
      rssPeakMib: memory.peakMib,
      rssSlopeMibPerMinute: memory.slopeMibPerMinute,
    });
  });
}

/** The number after the option `--name`, or the default. */
function numberOption(name: string, byDefault: number): number {
  const at = process.argv.indexOf(`--${name}`);
  return at < 0 ? byDefault : Number(process.argv[at + 1]);
}

if (!hasRedisServer()) process.exit(0);
const isQuick = process.argv.includes("--quick");
const parts: Readonly<Record<string, () => Promise<void>>> = {
  clients: manyClients,
  overload: () => overload(numberOption("overload-seconds", isQuick ? 10 : 60)),
  bombs: hugeResponses,
  timings,
  faults: () => soak(numberOption("minutes", isQuick ? 1 : 10)),
  hostile: async () => {
    const minutes = numberOption("minutes", isQuick ? 1 : 30);
    print(
      `Hostile input, 2 workers, ${minutes} min`,
      await hostileRun(ENTRY, minutes),
    );
  },
  kills: async () => {
    const kills = numberOption("kills", isQuick ? 10 : 200);
    print("kill -9 in flight", await killRun(ENTRY, kills));
  },
};
const only = process.argv[process.argv.indexOf("--only") + 1];
for (const [name, run] of Object.entries(parts)) {
  if (!process.argv.includes("--only") || only === name) await run();
}
