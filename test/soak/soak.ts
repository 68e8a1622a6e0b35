import { readdirSync, readlinkSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { killRun } from "../support/kill-run.js";
import { hasRedisServer } from "../support/redis-server.js";
import { Replicas } from "../support/replicas.js";
import { Chaos, disturb } from "./chaos.js";
import { closedLoop, Gun, openLoop, percentile, type Shot } from "./load.js";
import { hostileRun } from "./hostile.js";
import { MemoryWatch, residentMib } from "./memory.js";
import { overhead, underEachFault, withoutRedis } from "./timings.js";

/** Beside this program: both come from one compilation. */
const ENTRY = fileURLToPath(new URL("../../src/main.js", import.meta.url));

/** The contact named `tom` of the sample seed. */
const TOM = "c-qL4HqKONzOM7aB3d";

const READ: Shot = {
  method: "POST",
  path: "/graphql",
  body: JSON.stringify({
    query: `{ messageContact(id: "${TOM}") { id name status } }`,
  }),
};

/** One line of figures; lists of lines are easy to compare. */
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

/** How long answers take at worst, and how soon things are well again. */
function timings(): Promise<void> {
  return withReplicas(async (replicas) => {
    print("p99 over a healthy vendor's own time, ms", {
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

/** Sockets that a process holds (Linux). */
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

/** A thousand clients at once: nobody is dropped, every answer is typed. */
function manyClients(): Promise<void> {
  return withReplicas(async ({ a }) => {
    const gun = new Gun(a.url, 1_000);
    const tally = await closedLoop(gun, 1_000, 5_000, () => READ);
    await gun.close();
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

/** Time that the vendor takes for a read while the gateway is overloaded. */
const VENDOR_MS = 100;

/**
 * Twice what it can serve, then what it can serve again. The vendor is slow, so
 * that this machine has time to spare for the load; no two reads are shared.
 */
function overload(seconds: number): Promise<void> {
  return withReplicas(async ({ a, emulator }) => {
    const gun = new Gun(a.url, 2_000);
    let count = 0;
    const read = (): Shot => {
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
    await closedLoop(gun, 64, 2_000, read);
    const normal = await closedLoop(gun, 256, 5_000, read);
    const peak = normal.served.length / 5;
    const rssBefore = await residentMib(a.pid);
    const memory = new MemoryWatch(a.pid);
    const over = await openLoop(gun, peak * 2, seconds * 1_000, read);
    memory.stop();
    const ended = performance.now();
    let backAfterMs = Number.NaN;
    while (Number.isNaN(backAfterMs) && performance.now() - ended < 30_000) {
      const hits = await Promise.all(
        Array.from({ length: 50 }, () => gun.fire(read())),
      );
      if (hits.every((hit) => hit?.status === 200)) {
        backAfterMs = Math.round(performance.now() - ended);
      }
    }
    await gun.close();
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

/** Answers meant to fill the memory. */
function bombs(): Promise<void> {
  return withReplicas(async ({ a, emulator }) => {
    const socketsBefore = socketsOf(a.pid);
    const gun = new Gun(a.url, 200);
    await closedLoop(gun, 16, 2_000, () => READ);
    const rssBefore = await residentMib(a.pid);
    const memory = new MemoryWatch(a.pid);
    for (const effect of ["huge", "gzipBomb", "trickle"] as const) {
      emulator.control.addFault({ effect, probability: 0.3 });
    }
    const tally = await closedLoop(gun, 50, 15_000, () => ({
      method: "GET",
      path: `/v1/message-contacts?pageNumber=${1 + Math.floor(Math.random() * 99)}`,
    }));
    emulator.control.clearFaults();
    memory.stop();
    await gun.close();
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

/** Half of the load it can take, with one in a hundred of each fault. */
function soak(minutes: number): Promise<void> {
  return withReplicas(async ({ a, emulator }) => {
    const gun = new Gun(a.url, 400);
    disturb(emulator, 0.01);
    const chaos = new Chaos(gun, emulator, TOM);
    const memory = new MemoryWatch(a.pid);
    const end = performance.now() + minutes * 60_000;
    const running = new Set<Promise<void>>();
    while (performance.now() < end) {
      const step = chaos.step().finally(() => running.delete(step));
      running.add(step);
      await delay(10);
      if (chaos.writes % 50 === 0) chaos.judge();
    }
    await Promise.all(running);
    memory.stop();
    chaos.judge(true);
    await gun.close();
    print(`soak, ${minutes} min, each fault 1 %`, {
      answers: chaos.latencies.length,
      writes: chaos.writes,
      unknown: chaos.unknown,
      lies: chaos.lies,
      doubleEffects: chaos.doubleEffects,
      untyped: chaos.untyped,
      dropped: chaos.dropped,
      p50Ms: percentile(chaos.latencies, 0.5),
      p99Ms: percentile(chaos.latencies, 0.99),
      maxMs: percentile(chaos.latencies, 1),
      rssPeakMib: memory.peakMib,
      rssSlopeMibPerMinute: memory.slopeMibPerMinute,
    });
  });
}

/** Figure after `--name`; `usual` where it is not given. */
function figure(name: string, usual: number): number {
  const at = process.argv.indexOf(`--${name}`);
  return at < 0 ? usual : Number(process.argv[at + 1]);
}

if (!hasRedisServer()) process.exit(0);
const isQuick = process.argv.includes("--quick");
const parts: Readonly<Record<string, () => Promise<void>>> = {
  clients: manyClients,
  overload: () => overload(figure("overload-seconds", isQuick ? 10 : 60)),
  bombs,
  timings,
  faults: () => soak(figure("minutes", isQuick ? 1 : 10)),
  hostile: async () => {
    const minutes = figure("minutes", isQuick ? 1 : 30);
    print(
      `Hostile input, 2 workers, ${minutes} min`,
      await hostileRun(ENTRY, minutes),
    );
  },
  kills: async () => {
    const kills = figure("kills", isQuick ? 10 : 200);
    print("kill -9 in flight", await killRun(ENTRY, kills));
  },
};
const only = process.argv[process.argv.indexOf("--only") + 1];
for (const [name, run] of Object.entries(parts)) {
  if (!process.argv.includes("--only") || only === name) await run();
}
