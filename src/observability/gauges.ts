import type { Authenticator } from "../access/authenticator.js";
import type { DeletionWatch } from "../message-contacts/deletions/deletion-watch.js";
import type {
  SharedState,
  SharedStateStatus,
} from "../shared-state/shared-state.js";
import type { BoundedTable } from "../upstream/idempotency/bounded-entries.js";
import type { Upstream } from "../upstream/upstream.js";
import {
  connectionMetrics,
  type ObservedConnections,
} from "./connection-gauges.js";
import { gauge, type Metrics, type PolledMetric } from "./metrics.js";
import type { Outputs } from "./failures.js";
import { upstreamMetrics } from "./upstream-metrics.js";

/** Parts of the gateway whose current values are read at each scrape. */
export interface Observed extends ObservedConnections {
  readonly upstream: Pick<Upstream, "statuses">;
  readonly watch: Pick<DeletionWatch, "size" | "oldestObservedAtMs">;
  readonly state: Pick<SharedState, "status" | "tables">;
  readonly signIn: Pick<Authenticator, "status">;
  readonly outputs: Outputs;
}

const STATE_STATUSES: readonly SharedStateStatus[] = [
  "memory",
  "redis",
  "redis-away",
  "redis-refused",
];

/** Adds the metrics that are read from these parts at each scrape. */
export function addPolledMetrics(metrics: Metrics, observed: Observed): void {
  const { upstream, state } = observed;
  const all = [
    ...failureMetrics(observed),
    ...upstreamMetrics(upstream),
    ...deletionMetrics(observed),
    ...connectionMetrics(observed),
    ...stateMetrics(state),
  ];
  for (const metric of all) metrics.poll(metric);
}

/** Value of a gauge that is 1 while a condition holds. */
const flag = (isTrue: boolean): number => (isTrue ? 1 : 0);

/** Failures of the gateway's own parts, and log lines lost because of them. */
function failureMetrics({
  signIn,
  outputs,
}: Observed): readonly PolledMetric[] {
  return [
    {
      name: "log_lines_lost_total",
      help: "Lines of the log or the audit log that could not be written to their own output.",
      type: "counter",
      labelNames: ["output"],
      read: () =>
        Object.entries(outputs).map(([output, { status }]) => [
          { output },
          status.lost,
        ]),
    },
    {
      name: "log_failing",
      help: "1 while the log or the audit log cannot be written to its own output.",
      type: "gauge",
      labelNames: ["output"],
      aggregator: "max",
      read: () =>
        Object.entries(outputs).map(([output, { status }]) => [
          { output },
          flag(status.failure !== null),
        ]),
    },
    {
      name: "issuer_keys_failing",
      help: "1 while the public keys of a token issuer cannot be fetched.",
      type: "gauge",
      labelNames: ["issuer"],
      aggregator: "max",
      read: () =>
        [...signIn.status.issuers].map(([issuer, { failure }]) => [
          { issuer },
          flag(failure !== null),
        ]),
    },
    gauge(
      "api_key_file_failing",
      "1 while the API key file is missing or invalid; the last valid keys stay in use.",
      () => flag(signIn.status.keyFileFailure !== null),
      "max",
    ),
  ];
}

function deletionMetrics({ watch }: Observed): readonly PolledMetric[] {
  return [
    gauge(
      "deletions_followed",
      "Deletions that clients watch through this process.",
      () => watch.size,
    ),
    gauge(
      "deletion_oldest_seconds",
      "Age of the oldest watched deletion; 0 if there is none.",
      () =>
        watch.oldestObservedAtMs === null
          ? 0
          : Math.max(0, Date.now() - watch.oldestObservedAtMs) / 1_000,
      "max",
    ),
  ];
}

function stateMetrics(state: Observed["state"]): readonly PolledMetric[] {
  return [
    {
      name: "shared_state",
      help: "1 for the current status of shared state: memory, redis, redis-away (unreachable) or redis-refused (rejects commands).",
      type: "gauge",
      labelNames: ["standing"],
      aggregator: "max",
      read: () =>
        STATE_STATUSES.map((status) => [
          { standing: status },
          flag(state.status === status),
        ]),
    },
    ...tableMetrics(state.tables),
  ];
}

/** Metrics of in-memory tables that reject new entries instead of dropping old ones. */
function tableMetrics(
  tables: readonly BoundedTable[],
): readonly PolledMetric[] {
  const perTable = (
    name: string,
    help: string,
    type: "gauge" | "counter",
    value: (table: BoundedTable) => number,
    aggregator: "sum" | "max" = "sum",
  ): PolledMetric => ({
    name,
    help,
    type,
    labelNames: ["table"],
    aggregator,
    read: () => tables.map((table) => [{ table: table.kind }, value(table)]),
  });
  return [
    perTable(
      "state_entries",
      "Entries of an in-memory table; none is dropped before it expires.",
      "gauge",
      ({ size }) => size,
    ),
    perTable(
      "state_entries_limit",
      "Number of entries, over all callers, at which an in-memory table rejects new ones.",
      "gauge",
      ({ bounds }) => bounds.total,
      "max",
    ),
    perTable(
      "state_rejections_total",
      "Changes rejected because an in-memory table was full, for their caller or for all callers.",
      "counter",
      ({ rejected }) => rejected,
    ),
  ];
}
