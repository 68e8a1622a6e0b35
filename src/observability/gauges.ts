import type { AccessControl } from "../access/access-control.js";
import type { Authenticator } from "../access/authenticator.js";
import type { Connections } from "../http/connections.js";
import type { AdmissionController } from "../http/load-shedding.js";
import type { SocketSlots } from "../graphql/subscriptions/socket-slots.js";
import type { SseStreams } from "../http/sse-stream.js";
import type { DeletionWatch } from "../message-contacts/deletions/deletion-watch.js";
import type {
  SharedState,
  SharedStateStatus,
} from "../shared-state/shared-state.js";
import type { BoundedTable } from "../upstream/idempotency/bounded-entries.js";
import type { Upstream } from "../upstream/upstream.js";
import type { Metrics, PolledMetric } from "./metrics.js";
import type { Outputs } from "./trouble.js";
import { upstreamMetrics } from "./upstream-gauges.js";

/** Parts of the gateway whose current values are read at each scrape. */
export interface Observed {
  readonly upstream: Pick<Upstream, "statuses">;
  readonly watch: Pick<DeletionWatch, "size" | "oldestObservedAtMs">;
  readonly streams: Pick<SseStreams, "size">;
  readonly sockets: Pick<SocketSlots, "waiting" | "signedIn" | "evicted">;
  readonly accessControl: Pick<AccessControl, "refusals">;
  readonly admission: Pick<AdmissionController, "inFlight">;
  readonly connections: Pick<Connections, "open" | "lingering" | "refused">;
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

function gauge(
  name: string,
  help: string,
  value: () => number,
  aggregator: "sum" | "max" = "sum",
): PolledMetric {
  return { name, help, type: "gauge", aggregator, read: () => [[{}, value()]] };
}

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

function connectionMetrics({
  streams,
  sockets,
  accessControl,
  admission,
  connections,
}: Observed): readonly PolledMetric[] {
  return [
    gauge(
      "event_streams_open",
      "Open streams of server-sent events.",
      () => streams.size,
    ),
    {
      name: "websockets_open",
      help: "Open WebSockets: `waiting` until they are authenticated, then `signed-in`.",
      type: "gauge",
      labelNames: ["state"],
      read: () => [
        [{ state: "waiting" }, sockets.waiting],
        [{ state: "signed-in" }, sockets.signedIn],
      ],
    },
    {
      name: "websockets_evicted_total",
      help: "Unauthenticated WebSockets closed in favor of newer ones.",
      type: "counter",
      read: () => [[{}, sockets.evicted]],
    },
    gauge("requests_in_work", "Requests in flight.", () => admission.inFlight),
    gauge(
      "connections_open",
      "Open connections, including WebSockets and refused connections.",
      () => connections.open,
    ),
    gauge(
      "connections_lingering",
      "Refused connections that are not closed yet; each is closed within 2 seconds.",
      () => connections.lingering,
    ),
    {
      name: "connections_refused_total",
      help: "Connections closed at once because the connection limit was reached.",
      type: "counter",
      read: () => [[{}, connections.refused]],
    },
    {
      name: "rate_limit_refusals_total",
      help: "Requests refused by the rate limit of a caller or of an address.",
      type: "counter",
      labelNames: ["limit"],
      read: () =>
        Object.entries(accessControl.refusals).map(([limit, n]) => [
          { limit },
          n,
        ]),
    },
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
