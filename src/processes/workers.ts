import cluster, { type Worker } from "node:cluster";
import type { Logger } from "../logging/logger.js";
import { CountTotals } from "./count-totals.js";
import { isMessage, type ToWorker } from "./messages.js";
import { HEARTBEAT_MS, WorkerStatus } from "./worker-status.js";

/** Least time between two starts in the place of one worker. */
const RESTART_AFTER_MS = 1_000;

/** Longest wait for what a worker has counted. */
const METRICS_TIMEOUT_MS = 1_000;

/** Longest wait for workers that record what is cut off. */
const CUT_OFF_TIMEOUT_MS = 1_000;

/** After so many ticks without a ready worker the whole process is not alive. */
const DEAD_TICKS = 60;

type StartOptions = Omit<Extract<ToWorker, { kind: "begin" }>, "kind" | "port">;

/**
 * The workers of this process: as many gateways behind one port. One that ends
 * by itself is replaced, one that does not send its heartbeats is ended and
 * replaced. What they share, they share through Redis alone.
 */
export class Workers {
  private readonly statuses = new Map<Worker, WorkerStatus>();
  private readonly endedTotals = new CountTotals();
  private readonly timer: NodeJS.Timeout;
  private url: string | null = null;
  /** Set once no worker is left that listens at the port as configured. */
  private port: number | null = null;
  private ticksWithoutReady = 0;
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

  /** How many answer. */
  get readyCount(): number {
    let count = 0;
    for (const { isReady } of this.statuses.values()) if (isReady) count += 1;
    return count;
  }

  /** False once no worker has been ready for a minute. */
  get areAlive(): boolean {
    return this.ticksWithoutReady <= DEAD_TICKS;
  }

  /** Trouble of any of them, by name; empty while there is none. */
  get trouble(): Readonly<Record<string, string>> {
    const troubles = [...this.statuses.values()].map(({ trouble }) => trouble);
    return Object.assign({}, ...troubles) as Readonly<Record<string, string>>;
  }

  get areStopping(): boolean {
    return this.isStopping;
  }

  /**
   * Resolves with their base URL when all of them answer.
   *
   * @throws {Error} when one of them ends before that: what is wrong with one is
   *   wrong with all, and it has said what
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
   * What they have counted, and what ended workers had counted. Of a worker
   * that does not answer in time, the last answer counts: no sum ever falls.
   */
  async metrics(): Promise<object[]> {
    const asked = [...this.statuses].filter(
      ([, { hasStarted: begun }]) => begun,
    );
    await Promise.all(
      asked.map(async ([worker, standing]) => {
        const counts = await collectMetrics(worker);
        // What comes from an ended worker is too late: it has been added up.
        if (counts !== null && this.statuses.has(worker)) {
          standing.metrics = counts;
        }
      }),
    );
    return this.endedTotals.including(() =>
      [...this.statuses.values()].flatMap(({ metrics: counts }) =>
        counts === null ? [] : [counts],
      ),
    );
  }

  /** Has all of them open their audit file again. */
  reopenFiles(): void {
    for (const worker of all()) send(worker, { kind: "reopen" });
  }

  /**
   * Resolves when all of them have ended in order.
   *
   * @throws {Error} when one of them was ended by force
   */
  async stop(drainMs: number): Promise<void> {
    this.isStopping = true;
    const ends = await Promise.all(
      all().map((worker) => this.stopWorker(worker, drainMs)),
    );
    clearInterval(this.timer);
    if (ends.includes(false)) throw new Error("a worker was cut off.");
  }

  /** Has workers record what they lose; waits for them only shortly. */
  async cutOff(): Promise<void> {
    const gone = all().map(
      (worker) =>
        new Promise<void>((resolve) => {
          worker.once("exit", () => resolve());
          if (worker.isDead()) resolve();
          else send(worker, { kind: "cut-off" });
        }),
    );
    const late = new Promise<void>((resolve) => {
      setTimeout(resolve, CUT_OFF_TIMEOUT_MS);
    });
    await Promise.race([Promise.all(gone), late]);
  }

  /** Whether a worker ended in order. */
  private stopWorker(worker: Worker, drainMs: number): Promise<boolean> {
    return new Promise((resolve) => {
      if (worker.isDead()) resolve(true);
      else if (this.statuses.get(worker)?.hasStarted !== true) {
        // One that only starts serves nobody, and does not listen yet.
        worker.once("exit", () => resolve(true));
        worker.process.kill("SIGKILL");
      } else {
        worker.once("exit", (code) => resolve(code === 0));
        send(worker, { kind: "end", drainMs });
      }
    });
  }

  private tick(): void {
    for (const [worker, standing] of this.statuses) {
      const finding = standing.tick();
      if (finding === "silent") {
        this.logger.log("warn", "a worker sends no heartbeats: not ready");
      } else if (finding === "given-up") {
        this.logger.log("error", "a worker sends no heartbeats: ended");
        worker.process.kill("SIGKILL");
      }
    }
    const isMissing = this.hasStarted && this.readyCount === 0;
    this.ticksWithoutReady = isMissing ? this.ticksWithoutReady + 1 : 0;
  }

  private fork(): Promise<string> {
    return new Promise((resolve, reject) => {
      const standing = new WorkerStatus(this.maxMissedHeartbeats);
      let isGone = false;
      const gone = (worker: Worker | null, how: string): void => {
        if (isGone) return;
        isGone = true;
        if (worker !== null) this.statuses.delete(worker);
        if (standing.metrics !== null) this.endedTotals.add(standing.metrics);
        reject(new Error("a worker has ended before it answered."));
        if (this.isStopping || (!this.hasStarted && !standing.hasStarted))
          return;
        this.logger.log(
          how === "exit 0" ? "warn" : "error",
          "a worker has ended and is replaced",
          { outcome: how },
        );
        this.replace();
      };
      let worker: Worker;
      try {
        worker = cluster.fork();
      } catch {
        gone(null, "not started");
        return;
      }
      this.statuses.set(worker, standing);
      worker.on("message", (message: unknown) => {
        standing.recordHeartbeat();
        if (isMessage(message, "here")) {
          send(worker, {
            kind: "begin",
            ...this.startOptions,
            port: this.portForNextWorker(),
          });
        } else if (isMessage(message, "ready")) {
          standing.markStarted();
          resolve(message.url);
        } else if (isMessage(message, "standing")) {
          standing.report(message.isReady, message.trouble);
        } else if (isMessage(message, "ending")) standing.markStopping();
      });
      worker.on("error", () => gone(worker, "not started"));
      worker.once("exit", (code, signal) =>
        gone(worker, signal ?? `exit ${code}`),
      );
    });
  }

  /**
   * With port 0 and no other worker, the system would choose another port than
   * before. With another worker, the shared port is found by the setting alone.
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
    setTimeout(() => {
      // One that does not start is replaced by the next, after the same pause.
      if (!this.isStopping) this.fork().catch(() => undefined);
    }, RESTART_AFTER_MS).unref();
  }
}

function all(): Worker[] {
  return Object.values(cluster.workers ?? {}).filter(
    (worker) => worker !== undefined,
  );
}

/** Null where the worker does not tell in time. */
function collectMetrics(worker: Worker): Promise<object | null> {
  return new Promise((resolve) => {
    const end = (metrics: object | null): void => {
      clearTimeout(timer);
      worker.off("message", hear);
      resolve(metrics);
    };
    const hear = (message: unknown): void => {
      if (isMessage(message, "counted")) end(message.metrics);
    };
    const timer = setTimeout(() => end(null), METRICS_TIMEOUT_MS);
    worker.on("message", hear);
    send(worker, { kind: "count" });
  });
}

function send(worker: Worker, message: ToWorker): void {
  // A worker that is gone has no use for it, and its end is told elsewhere.
  worker.send(message, () => undefined);
}
