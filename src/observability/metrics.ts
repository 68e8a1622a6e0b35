import {
  collectDefaultMetrics,
  Counter,
  Gauge,
  Histogram,
  Registry,
} from "prom-client";
import { packageVersion } from "../config/version.js";
import { ErrorCode } from "../errors/error-codes.js";
import { ERRORS } from "../errors/error-table.js";

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

/** A gauge without labels. */
export function gauge(
  name: string,
  help: string,
  value: () => number,
  aggregator: "sum" | "max" = "sum",
): PolledMetric {
  return { name, help, type: "gauge", aggregator, read: () => [[{}, value()]] };
}

/** Whether a code means that the service failed, not the request. */
export function isFailure(code: ErrorCode): boolean {
  return ERRORS[code].httpStatus >= 500;
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
  readonly failures = new Counter({
    name: `${PREFIX}failures_total`,
    help: "Requests that failed for a reason outside the request: error codes with an HTTP status of 500 or more.",
    labelNames: ["code"],
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
    help: "Reads answered without a separate vendor call: from the cache, by a read in flight, or by a list.",
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

  constructor() {
    // Series that exist from the start let `increase()` see their first increment.
    for (const code of Object.values(ErrorCode)) {
      if (isFailure(code)) this.failures.inc({ code }, 0);
    }
    new Gauge({
      name: `${PREFIX}build_info`,
      help: "Always 1; the labels tell the version of the gateway and of Node.js.",
      labelNames: ["version", "node"],
      registers: this.registers,
      aggregator: "max",
    }).set({ version: packageVersion(), node: process.version }, 1);
    this.poll({
      name: "event_loop_busy_seconds_total",
      help: "Seconds in which the event loop was not idle. Its rate is the utilisation of the process, 0 to 1.",
      type: "counter",
      read: () => [[{}, performance.eventLoopUtilization().active / 1_000]],
    });
  }

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
