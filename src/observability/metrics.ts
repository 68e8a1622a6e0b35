import {
  collectDefaultMetrics,
  Counter,
  Gauge,
  Histogram,
  Registry,
} from "prom-client";

/** Prefix of every metric of the gateway itself. */
const PREFIX = "message_contacts_";

/** Bucket bounds in seconds: from a cached response to the longest deadline. */
const BUCKETS = [
  0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20,
];

/** One value of a polled metric with its labels. */
export type Sample<L extends string = string> = readonly [
  labels: Partial<Record<L, string>>,
  value: number,
];

/** A metric that is read from another part of the gateway at each scrape. */
export interface PolledMetric<L extends string = string> {
  /** Without the prefix. */
  readonly name: string;
  readonly help: string;
  readonly type: "gauge" | "counter";
  readonly labelNames?: readonly L[];
  /** How the values of several processes are combined. Default: sum. */
  readonly aggregator?: "sum" | "max";
  readonly read: () => Iterable<Sample<L>>;
}

/**
 * Metrics of one gateway. Label values come from closed lists, so that neither
 * an identifier nor personal data can become one.
 */
export class Metrics {
  private readonly registry = new Registry();
  private readonly registers = [this.registry];
  private hasDefaultMetrics = false;

  readonly requests = new Counter({
    name: `${PREFIX}requests_total`,
    help: "Requests answered, by API (door), operation and code: OK or the error code, including errors in a mutation payload.",
    labelNames: ["door", "operation", "code"],
    registers: this.registers,
  });
  readonly requestSeconds = new Histogram({
    name: `${PREFIX}request_duration_seconds`,
    help: "Seconds from the request's headers to the end of its response; streams are excluded.",
    labelNames: ["door", "operation"],
    buckets: BUCKETS,
    registers: this.registers,
  });
  readonly replays = new Counter({
    name: `${PREFIX}idempotent_replays_total`,
    help: "Stored responses returned for a repeated idempotency key.",
    labelNames: ["operation"],
    registers: this.registers,
  });
  readonly requestedCalls = new Counter({
    name: `${PREFIX}upstream_calls_requested_total`,
    help: "Vendor calls that requests needed, before the cache and shared reads saved some of them.",
    labelNames: ["operation"],
    registers: this.registers,
  });
  readonly savedCalls = new Counter({
    name: `${PREFIX}upstream_calls_saved_total`,
    help: "Reads answered without a vendor call of their own: from the cache, by a read in flight, or by a list.",
    labelNames: ["operation", "source"],
    registers: this.registers,
  });
  readonly attempts = new Counter({
    name: `${PREFIX}upstream_attempts_total`,
    help: "Upstream attempts, by outcome class and, for rejections, the gateway's error code.",
    labelNames: ["operation", "outcome", "code"],
    registers: this.registers,
  });
  readonly attemptSeconds = new Histogram({
    name: `${PREFIX}upstream_attempt_duration_seconds`,
    help: "Seconds of one upstream attempt, including signing.",
    labelNames: ["operation"],
    buckets: BUCKETS,
    registers: this.registers,
  });
  readonly repeats = new Counter({
    name: `${PREFIX}upstream_repeats_total`,
    help: "Upstream attempts that retry a failed attempt of the same call.",
    labelNames: ["operation"],
    registers: this.registers,
  });
  readonly settlements = new Counter({
    name: `${PREFIX}upstream_settlements_total`,
    help: "Results of reading back writes whose response was lost: done, refused, missing or unknowable.",
    labelNames: ["operation", "verdict"],
    registers: this.registers,
  });

  /** Adds a metric whose values are read at each scrape. */
  poll<L extends string>(metric: PolledMetric<L>): void {
    const { name, help, type, labelNames = [], aggregator, read } = metric;
    const options = {
      name: PREFIX + name,
      help,
      labelNames,
      registers: this.registers,
      aggregator: aggregator ?? "sum",
    };
    if (type === "counter") {
      new Counter({
        ...options,
        collect() {
          this.reset();
          for (const [labels, value] of read()) this.inc(labels, value);
        },
      });
      return;
    }
    new Gauge({
      ...options,
      collect() {
        this.reset();
        for (const [labels, value] of read()) this.set(labels, value);
      },
    });
  }

  get contentType(): string {
    return this.registry.contentType;
  }

  /** All metrics in Prometheus' text format. */
  text(): Promise<string> {
    this.addDefaultMetrics();
    return this.registry.metrics();
  }

  /** All metrics as values, which `aggregateValues` adds up. */
  values(): Promise<object> {
    this.addDefaultMetrics();
    return this.registry.getMetricsAsJSON();
  }

  /**
   * Process metrics start at the first scrape: they observe the event loop and
   * every garbage collection, which a process that is never scraped can do without.
   */
  private addDefaultMetrics(): void {
    if (this.hasDefaultMetrics) return;
    this.hasDefaultMetrics = true;
    collectDefaultMetrics({ register: this.registry });
  }
}
