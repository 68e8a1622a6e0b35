import type { SavedCalls } from "../context/request-context.js";
import { OPERATIONS, type Operation } from "../upstream/operations.js";
import type {
  AttemptRecord,
  UpstreamObserver,
} from "../upstream/upstream-observer.js";
import type { PacingStatus } from "../upstream/pacing/directory-pacer.js";
import type { ClientStatus } from "../upstream/upstream.client.js";
import type { Upstream } from "../upstream/upstream.js";
import type { Metrics, PolledMetric, Sample } from "./metrics.js";

/** Values of the label `source`. */
const SAVED_BY: Readonly<Record<keyof SavedCalls, string>> = {
  cache: "cache",
  inFlight: "in-flight",
  list: "list",
};

/** Outcomes that alerts watch. */
const ALERTED = [
  { outcome: "answered", code: "none" },
  { outcome: "final", code: "UPSTREAM_DENIED" },
  { outcome: "transient", code: "UPSTREAM_THROTTLED" },
] as const;

/** Counts upstream attempts, retries and read-backs. */
export class UpstreamMetrics implements UpstreamObserver {
  constructor(private readonly metrics: Metrics) {
    // Series that exist from the start let `rate()` see their first increment.
    for (const operation of Object.keys(OPERATIONS)) {
      metrics.attemptSeconds.zero({ operation });
      metrics.repeats.inc({ operation }, 0);
      metrics.requestedCalls.inc({ operation }, 0);
      for (const series of ALERTED) {
        metrics.attempts.inc({ operation, ...series }, 0);
      }
    }
    for (const [operation, { kind }] of Object.entries(OPERATIONS)) {
      if (kind !== "read") continue;
      for (const source of Object.values(SAVED_BY)) {
        metrics.savedCalls.inc({ operation, source }, 0);
      }
    }
  }

  attempted({ operation, kind, code, durationMs }: AttemptRecord): void {
    const labels = { operation, outcome: kind, code: code ?? "none" };
    this.metrics.attempts.inc(labels);
    this.metrics.attemptSeconds.observe({ operation }, durationMs / 1_000);
  }

  requested(operation: Operation): void {
    this.metrics.requestedCalls.inc({ operation });
  }

  saved(operation: Operation, by: keyof SavedCalls): void {
    this.metrics.savedCalls.inc({ operation, source: SAVED_BY[by] });
  }

  retried(operation: Operation): void {
    this.metrics.repeats.inc({ operation });
  }

  settled(operation: Operation, verdict: string): void {
    this.metrics.settlements.inc({ operation, verdict });
  }
}

/** Breakers, queues and rates of each directory. */
export function upstreamMetrics(
  upstream: Pick<Upstream, "statuses">,
): readonly PolledMetric[] {
  const perDirectory = (
    name: string,
    help: string,
    value: (status: ClientStatus) => number,
  ): PolledMetric => ({
    name,
    help,
    type: "gauge",
    labelNames: ["directory"],
    read: () =>
      [...upstream.statuses()].map(([directory, status]) => [
        { directory },
        value(status),
      ]),
  });
  const perOperation = (
    name: string,
    help: string,
    aggregator: "sum" | "max",
    value: (status: PacingStatus) => number,
  ): PolledMetric => ({
    name,
    help,
    type: "gauge",
    labelNames: ["directory", "operation"],
    aggregator,
    read: () =>
      [...upstream.statuses()].flatMap(([directory, { pacing }]) =>
        pacing.map((status): Sample => {
          const { operation } = status;
          return [{ directory, operation }, value(status)];
        }),
      ),
  });
  return [
    {
      name: "upstream_breaker_state",
      help: "Circuit breaker for the reads or writes of a directory: 0 closed, 1 open, 2 half-open.",
      type: "gauge",
      labelNames: ["directory", "kind"],
      aggregator: "max",
      read: () =>
        [...upstream.statuses()].flatMap(([directory, status]): Sample[] => [
          [{ directory, kind: "read" }, status.readBreaker],
          [{ directory, kind: "write" }, status.writeBreaker],
        ]),
    },
    perDirectory(
      "upstream_reads_running",
      "Upstream reads in flight.",
      ({ readsRunning }) => readsRunning,
    ),
    perDirectory(
      "upstream_reads_waiting",
      "Reads that wait because the limit of concurrent upstream reads is reached.",
      ({ readsWaiting }) => readsWaiting,
    ),
    perDirectory(
      "upstream_writes_waiting",
      "Writes in this process's write queue.",
      ({ writesWaiting }) => writesWaiting,
    ),
    perOperation(
      "upstream_rate_limit",
      "Vendor calls per second that are allowed at the moment, of all replicas together. Lower than the setting while the vendor throttles.",
      "max",
      ({ perSecond }) => perSecond,
    ),
    perOperation(
      "upstream_rate_waiting",
      "Vendor calls that wait because the rate is used up.",
      "sum",
      ({ waiting }) => waiting,
    ),
  ];
}
