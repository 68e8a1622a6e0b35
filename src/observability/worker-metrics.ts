import { Counter, Gauge, Registry } from "prom-client";

/** Number of worker processes. */
export interface WorkerCounts {
  readonly ready: number;
  /** Configured number: `WEB_CONCURRENCY`. */
  readonly wanted: number;
  /** Workers replaced since the start. */
  readonly restarts: number;
}

/** Metrics about the worker processes; a gateway without workers counts as one. */
export function workerMetrics(counts: () => WorkerCounts): Registry {
  const registry = new Registry();
  const registers = [registry];
  new Gauge({
    name: "message_contacts_workers_ready",
    help: "Worker processes that are ready for requests.",
    registers,
    collect() {
      this.set(counts().ready);
    },
  });
  new Gauge({
    name: "message_contacts_workers_wanted",
    help: "Configured number of worker processes.",
    registers,
    collect() {
      this.set(counts().wanted);
    },
  });
  new Counter({
    name: "message_contacts_worker_restarts_total",
    help: "Worker processes that exited or were killed, and were replaced.",
    registers,
    collect() {
      this.reset();
      this.inc(counts().restarts);
    },
  });
  return registry;
}
