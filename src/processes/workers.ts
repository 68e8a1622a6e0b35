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
  /** Those that answer, or have answered and now finish what they are at. */
  private readonly begun = new Set<Worker>();
  private readonly ready = new Set<Worker>();
  private readonly troubles = new Map<
    Worker,
    Readonly<Record<string, string>>
  >();
  private readonly lastCounts = new WeakMap<Worker, object>();
  private isEnding = false;
  private hasStarted = false;

  constructor(
    private readonly count: number,
    private readonly beginning: Beginning,
    private readonly logger: Logger,
  ) {
    // Whatever ends this process early: nobody is left behind that cannot hear.
    process.once("exit", () => {
      for (const worker of all()) worker.process.kill("SIGKILL");
    });
  }

  /** How many answer. */
  get readyCount(): number {
    return this.ready.size;
  }

  /** Trouble of any of them, by name; empty while there is none. */
  get trouble(): Readonly<Record<string, string>> {
    return Object.assign({}, ...this.troubles.values()) as Readonly<
      Record<string, string>
    >;
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

  /**
   * What they have counted; of one that does not tell in time what it told last,
   * so that no sum falls and rises again.
   */
  async counts(): Promise<object[]> {
    const counted = await Promise.all(
      [...this.begun].map(async (worker) => {
        const counts = await countOf(worker);
        if (counts !== null) this.lastCounts.set(worker, counts);
        return counts ?? this.lastCounts.get(worker) ?? null;
      }),
    );
    return counted.filter((one) => one !== null);
  }

  /** Has all of them open their audit file again. */
  reopenFiles(): void {
    for (const worker of all()) send(worker, { kind: "reopen" });
  }

  /** Resolves when all of them have ended in order. */
  async end(drainMs: number): Promise<void> {
    this.isEnding = true;
    await Promise.all(
      all().map(
        (worker) =>
          new Promise<void>((resolve) => {
            worker.once("exit", () => resolve());
            if (worker.isDead()) resolve();
            // One that only starts serves nobody, and does not listen yet.
            else if (!this.begun.has(worker)) worker.process.kill("SIGKILL");
            else send(worker, { kind: "end", drainMs });
          }),
      ),
    );
  }

  private fork(): Promise<string> {
    return new Promise((resolve, reject) => {
      let isGone = false;
      const gone = (worker: Worker | null, how: string): void => {
        if (isGone) return;
        isGone = true;
        const hasBegun = worker !== null && this.begun.delete(worker);
        if (worker !== null) {
          this.ready.delete(worker);
          this.troubles.delete(worker);
        }
        reject(new Error("a worker has ended before it answered."));
        if (this.isEnding || (!this.hasStarted && !hasBegun)) return;
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
      worker.on("message", (message: unknown) => {
        if (isTold(message, "here")) {
          send(worker, { kind: "begin", ...this.beginning });
        } else if (isTold(message, "ready")) {
          this.begun.add(worker);
          this.ready.add(worker);
          resolve(message.url);
        } else if (isTold(message, "standing")) {
          this.troubles.set(worker, message.trouble);
          if (message.isReady) this.ready.add(worker);
          else this.ready.delete(worker);
        } else if (isTold(message, "ending")) this.ready.delete(worker);
      });
      worker.on("error", () => gone(worker, "not started"));
      worker.once("exit", (code, signal) =>
        gone(worker, signal ?? `exit ${code}`),
      );
    });
  }

  private replace(): void {
    setTimeout(() => {
      // One that does not start is replaced by the next, after the same pause.
      if (!this.isEnding) this.fork().catch(() => undefined);
    }, RESTART_AFTER_MS).unref();
  }
}

function all(): Worker[] {
  return Object.values(cluster.workers ?? {}).filter(
    (worker) => worker !== undefined,
  );
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
