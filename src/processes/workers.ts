import cluster, { type Worker } from "node:cluster";
import type { Logger } from "../logging/logger.js";
import type { WorkerCounts } from "../observability/worker-metrics.js";
import { CountTotals } from "./count-totals.js";
import { isMessage, type ToWorker } from "./messages.js";
import { HEARTBEAT_MS, WorkerStatus } from "./worker-status.js";

/** Pause before a worker is replaced. */
const RESTART_AFTER_MS = 1_000;

/** Maximum wait for the metrics of a worker. */
const METRICS_TIMEOUT_MS = 1_000;

/** Maximum wait for workers that record unfinished work. */
const FORCED_EXIT_TIMEOUT_MS = 1_000;

/** After this many ticks without a ready worker the process is not alive. */
const DEAD_TICKS = 60;

type StartOptions = Omit<Extract<ToWorker, { kind: "start" }>, "kind" | "port">;

/**
 * The worker processes: several gateways behind one port. A worker that exits is
 * replaced. A worker that sends no heartbeats is killed and replaced. Workers share
 * state only through Redis.
 */
export class Workers {
  private readonly statuses = new Map<Worker, WorkerStatus>();
  private readonly endedTotals = new CountTotals();
  private readonly timer: NodeJS.Timeout;
  private url: string | null = null;
  /** Port of the first workers; set once none of them is left. */
  private port: number | null = null;
  private ticksWithoutReady = 0;
  private restarts = 0;
  private isStopping = false;
  private hasStarted = false;

  /** @param maxMissedHeartbeats seconds without a heartbeat after which a worker is not ready */
  constructor(
    private readonly count: number,
    private readonly maxMissedHeartbeats: number,
    private readonly startOptions: StartOptions,
    private readonly logger: Logger,
  ) {
    // Kill orphaned workers however this process ends.
    process.once("exit", () => {
      for (const worker of all()) worker.process.kill("SIGKILL");
    });
    this.timer = setInterval(() => this.tick(), HEARTBEAT_MS).unref();
  }

  /** Number of ready workers. */
  get readyCount(): number {
    let count = 0;
    for (const { isReady } of this.statuses.values()) if (isReady) count += 1;
    return count;
  }

  /** Counts for metrics. */
  get counts(): WorkerCounts {
    const { readyCount, count, restarts } = this;
    return { ready: readyCount, wanted: count, restarts };
  }

  /** False once no worker has been ready for a minute. */
  get areAlive(): boolean {
    return this.ticksWithoutReady <= DEAD_TICKS;
  }

  /** Failures of any worker, by name; empty if there are none. */
  get failures(): Readonly<Record<string, string>> {
    const all = [...this.statuses.values()].map(({ failures }) => failures);
    return Object.assign({}, ...all) as Readonly<Record<string, string>>;
  }

  get areStopping(): boolean {
    return this.isStopping;
  }

  /**
   * Starts all workers and resolves with their base URL when all of them serve requests.
   *
   * @throws {Error} if a worker exits before that. The worker has printed the reason,
   *   which applies to all of them.
   */
  async start(): Promise<string> {
    const urls = await Promise.all(
      Array.from({ length: this.count }, () => this.fork()),
    );
    this.hasStarted = true;
    const [url = ""] = urls;
    this.url = url;
    return url;
  }

  /**
   * Metrics of all workers, including the totals of exited ones. For a worker that
   * does not respond in time, its last metrics are used, so that no sum decreases.
   */
  async metrics(): Promise<object[]> {
    const started = [...this.statuses].filter(
      ([, { hasStarted: begun }]) => begun,
    );
    await Promise.all(
      started.map(async ([worker, status]) => {
        const counts = await collectMetrics(worker);
        // The metrics of an exited worker have already been added to the totals.
        if (counts !== null && this.statuses.has(worker)) {
          status.metrics = counts;
        }
      }),
    );
    return this.endedTotals.including(() =>
      [...this.statuses.values()].flatMap(({ metrics: counts }) =>
        counts === null ? [] : [counts],
      ),
    );
  }

  /** Makes all workers reopen their audit file. */
  reopenFiles(): void {
    for (const worker of all()) send(worker, { kind: "reopen" });
  }

  /**
   * Stops all workers; resolves when all of them have exited with code 0.
   *
   * @throws {Error} if a worker exited otherwise, for example because it was killed
   */
  async stop(drainMs: number): Promise<void> {
    this.isStopping = true;
    const ends = await Promise.all(
      all().map((worker) => this.stopWorker(worker, drainMs)),
    );
    clearInterval(this.timer);
    if (ends.includes(false)) throw new Error("a worker was cut off.");
  }

  /** Makes all workers record unfinished work and exit; waits at most one second. */
  async recordUnfinished(): Promise<void> {
    const gone = all().map(
      (worker) =>
        new Promise<void>((resolve) => {
          worker.once("exit", () => resolve());
          if (worker.isDead()) resolve();
          else send(worker, { kind: "force-exit" });
        }),
    );
    const late = new Promise<void>((resolve) => {
      setTimeout(resolve, FORCED_EXIT_TIMEOUT_MS);
    });
    await Promise.race([Promise.all(gone), late]);
  }

  /** Stops a worker; resolves with whether it exited with code 0. */
  private stopWorker(worker: Worker, drainMs: number): Promise<boolean> {
    return new Promise((resolve) => {
      if (worker.isDead()) resolve(true);
      else if (this.statuses.get(worker)?.hasStarted !== true) {
        // A worker that is still starting serves no requests yet.
        worker.once("exit", () => resolve(true));
        worker.process.kill("SIGKILL");
      } else {
        worker.once("exit", (code) => resolve(code === 0));
        send(worker, { kind: "stop", drainMs });
      }
    });
  }

  private tick(): void {
    for (const [worker, status] of this.statuses) {
      const change = status.tick();
      if (change === "silent") {
        this.logger.log("warn", "a worker sends no heartbeats: not ready", {
          event: "worker-silent",
          pid: worker.process.pid,
        });
      } else if (change === "given-up") {
        this.logger.log("error", "a worker sends no heartbeats: killed", {
          event: "worker-killed",
          pid: worker.process.pid,
        });
        worker.process.kill("SIGKILL");
      }
    }
    const isMissing = this.hasStarted && this.readyCount === 0;
    this.ticksWithoutReady = isMissing ? this.ticksWithoutReady + 1 : 0;
  }

  private fork(): Promise<string> {
    return new Promise((resolve, reject) => {
      const status = new WorkerStatus(this.maxMissedHeartbeats);
      let isGone = false;
      const onGone = (worker: Worker | null, outcome: string): void => {
        if (isGone) return;
        isGone = true;
        if (worker !== null) this.statuses.delete(worker);
        if (status.metrics !== null) this.endedTotals.add(status.metrics);
        reject(new Error("a worker exited before it was ready."));
        if (this.isStopping || (!this.hasStarted && !status.hasStarted)) return;
        this.logger.log(
          outcome === "exit 0" ? "warn" : "error",
          "a worker has exited and is being replaced",
          { event: "worker-lost", pid: worker?.process.pid, outcome },
        );
        this.replace();
      };
      let worker: Worker;
      try {
        worker = cluster.fork();
      } catch {
        onGone(null, "not started");
        return;
      }
      this.statuses.set(worker, status);
      worker.on("message", (message: unknown) => {
        status.recordHeartbeat();
        if (isMessage(message, "online")) {
          send(worker, {
            kind: "start",
            ...this.startOptions,
            port: this.portForNextWorker(),
          });
        } else if (isMessage(message, "ready")) {
          status.markStarted();
          if (this.hasStarted) {
            this.logger.log("info", "a worker serves requests", {
              event: "worker-ready",
              pid: worker.process.pid,
            });
          }
          resolve(message.url);
        } else if (isMessage(message, "status")) {
          status.report(message.isReady, message.failures);
        } else if (isMessage(message, "stopping")) status.markStopping();
      });
      worker.on("error", () => onGone(worker, "not started"));
      worker.once("exit", (code, signal) =>
        onGone(worker, signal ?? `exit ${code}`),
      );
    });
  }

  /**
   * The actual port once no other worker is left: with `PORT` 0 the system would
   * choose a new one. While others run, the cluster module shares their port.
   */
  private portForNextWorker(): number | null {
    const hasOthers = [...this.statuses.values()].some(
      ({ hasStarted: begun }) => begun,
    );
    if (this.url !== null && !hasOthers) {
      this.port = Number(new URL(this.url).port);
    }
    return this.port;
  }

  private replace(): void {
    this.restarts += 1;
    setTimeout(() => {
      // A worker that fails to start is replaced again after the same pause.
      if (!this.isStopping) this.fork().catch(() => undefined);
    }, RESTART_AFTER_MS).unref();
  }
}

function all(): Worker[] {
  return Object.values(cluster.workers ?? {}).filter(
    (worker) => worker !== undefined,
  );
}

/** Requests the metrics of a worker; null if it does not respond in time. */
function collectMetrics(worker: Worker): Promise<object | null> {
  return new Promise((resolve) => {
    const finish = (metrics: object | null): void => {
      clearTimeout(timer);
      worker.off("message", onMessage);
      resolve(metrics);
    };
    const onMessage = (message: unknown): void => {
      if (isMessage(message, "metrics")) finish(message.metrics);
    };
    const timer = setTimeout(() => finish(null), METRICS_TIMEOUT_MS);
    worker.on("message", onMessage);
    send(worker, { kind: "collect-metrics" });
  });
}

function send(worker: Worker, message: ToWorker): void {
  // Errors are ignored: the `exit` event handles a lost worker.
  worker.send(message, () => undefined);
}
