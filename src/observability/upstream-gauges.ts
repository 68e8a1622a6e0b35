import type { PacingStatus } from "../upstream/pacing/directory-pacer.js";
import type { ClientStatus } from "../upstream/upstream.client.js";
import type { Upstream } from "../upstream/upstream.js";
import type { PolledMetric, Sample } from "./metrics.js";

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
