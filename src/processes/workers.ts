import cluster, { type Worker } from "node:cluster";
import type { Logger } from "../logging/logger.js";
import { isTold, type ToWorker } from "./messages.js";

/** Least time between two starts in the place of one worker. */
const RESTART_AFTER_MS = 1_000;

/** Longest wait for what a worker has counted. */
const COUNT_WITHIN_MS = 1_000;

type Beginning = Omit<Extract<ToWorker, { kind: "begin" }>, "kind">;

/**
 * The workers of this process: as many gateways behind one port. One that ends
 * by itself is replaced; what they share, they share through Redis alone.
 */
export class Workers {
  private readonly ready = new Set<Worker>();
  private isEnding = false;
  private hasStarted = false;

  constructor(
    private readonly count: number,
    private readonly beginning: Beginning,
    private readonly logger: Logger,
  ) {}

  /** How many answer. */
  get readyCount(): number {
    return this.ready.size;
  }

  get areEnding(): boolean {
    return this.isEnding;
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
    return urls[0] ?? "";
  }

  /** What those that answer have counted; one that is stuck is left out. */
  async counts(): Promise<object[]> {
    const counted = await Promise.all(
      [...this.ready].map((worker) => countOf(worker)),
    );
    return counted.filter((one) => one !== null);
  }

  /** Resolves when all of them have ended in order. */
  async end(drainMs: number): Promise<void> {
    this.isEnding = true;
    const all = Object.values(cluster.workers ?? {}).filter(
      (worker) => worker !== undefined,
    );
    await Promise.all(
      all.map(
        (worker) =>
          new Promise<void>((resolve) => {
            worker.once("exit", () => resolve());
            if (worker.isConnected()) send(worker, { kind: "end", drainMs });
            else if (worker.isDead()) resolve();
          }),
      ),
    );
  }

  private fork(): Promise<string> {
    return new Promise((resolve, reject) => {
      const worker = cluster.fork();
      worker.on("message", (message: unknown) => {
        if (isTold(message, "here")) {
          send(worker, { kind: "begin", ...this.beginning });
        } else if (isTold(message, "ready")) {
          this.ready.add(worker);
          resolve(message.url);
        } else if (isTold(message, "ending")) this.ready.delete(worker);
      });
      worker.once("exit", (code, signal) => {
        this.ready.delete(worker);
        reject(new Error("a worker has ended before it answered."));
        if (!this.hasStarted || this.isEnding) return;
        this.logger.log(
          code === 0 ? "warn" : "error",
          "a worker has ended and is replaced",
          { outcome: signal ?? `exit ${code}` },
        );
        this.replace();
      });
    });
  }

  private replace(): void {
    setTimeout(() => {
      // One that does not start is replaced by the next, after the same pause.
      if (!this.isEnding) this.fork().catch(() => undefined);
    }, RESTART_AFTER_MS).unref();
  }
}

/** Null where the worker does not tell in time. */
function countOf(worker: Worker): Promise<object | null> {
  return new Promise((resolve) => {
    const end = (metrics: object | null): void => {
      clearTimeout(timer);
      worker.off("message", hear);
      resolve(metrics);
    };
    const hear = (message: unknown): void => {
      if (isTold(message, "counted")) end(message.metrics);
    };
    const timer = setTimeout(() => end(null), COUNT_WITHIN_MS);
    worker.on("message", hear);
    send(worker, { kind: "count" });
  });
}

function send(worker: Worker, message: ToWorker): void {
  // A worker that is gone has no use for it, and its end is told elsewhere.
  worker.send(message, () => undefined);
}
