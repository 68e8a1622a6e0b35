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
import type { ClientStatus } from "../upstream/upstream.client.js";
import type { Upstream } from "../upstream/upstream.js";
import type { Metrics } from "./metrics.js";
import type { LabelValues, Reading } from "./counters.js";
import type { Outputs } from "./trouble.js";

/** Parts of the gateway that can tell how they stand. */
export interface Observed {
  readonly upstream: Pick<Upstream, "statuses">;
  readonly watch: Pick<DeletionWatch, "size" | "oldestObservedAtMs">;
  readonly streams: Pick<SseStreams, "size">;
  readonly sockets: Pick<SocketSlots, "waiting" | "signedIn" | "evicted">;
  readonly gate: Pick<AccessControl, "refusals">;
  readonly intake: Pick<AdmissionController, "inFlight">;
  readonly connections: Pick<Connections, "open" | "lingering" | "refused">;
  readonly state: Pick<SharedState, "status" | "tables">;
  readonly signIn: Pick<Authenticator, "status">;
  readonly outputs: Outputs;
}

const STANDINGS: readonly SharedStateStatus[] = [
  "memory",
  "redis",
  "redis-away",
  "redis-refused",
];

/** Has each part asked at each scrape how it stands. */
export function readGauges(metrics: Metrics, observed: Observed): void {
  const {
    upstream,
    watch,
    streams,
    sockets,
    gate,
    intake,
    connections,
    state,
  } = observed;
  for (const reading of readTrouble(observed)) metrics.look(reading);
  const ofDirectories = (
    name: string,
    help: string,
    value: (standing: ClientStatus) => number,
  ): Reading => ({
    name,
    help,
    kind: "gauge",
    labelNames: ["directory"],
    read: () =>
      [...upstream.statuses()].map(([alias, standing]) => [
        [alias],
        value(standing),
      ]),
  });
  const single = (
    name: string,
    help: string,
    value: () => number,
    ofAll: "sum" | "max" = "sum",
  ): Reading => ({
    name,
    help,
    kind: "gauge",
    labelNames: [],
    ofAll,
    read: () => [[[], value()]],
  });
  const readings: readonly Reading[] = [
    {
      name: "upstream_breaker_state",
      help: "Breaker of reads or writes of a directory: 0 closed, 1 open, 2 half-open.",
      kind: "gauge",
      labelNames: ["directory", "kind"],
      ofAll: "max",
      read: () =>
        [...upstream.statuses()].flatMap(
          ([alias, standing]): [LabelValues, number][] => [
            [[alias, "read"], standing.readBreaker],
            [[alias, "write"], standing.writeBreaker],
          ],
        ),
    },
    ofDirectories(
      "upstream_reads_running",
      "Reads on their way to the vendor.",
      ({ readsRunning }) => readsRunning,
    ),
    ofDirectories(
      "upstream_reads_waiting",
      "Reads that wait for a place among those on their way.",
      ({ readsWaiting }) => readsWaiting,
    ),
    ofDirectories(
      "upstream_writes_waiting",
      "Writes that wait for their turn in this process.",
      ({ writesWaiting }) => writesWaiting,
    ),
    single(
      "deletions_followed",
      "Deletions that somebody watches through this process.",
      () => watch.size,
    ),
    single(
      "deletion_oldest_seconds",
      "Age of the oldest followed deletion; 0 while none is followed.",
      () =>
        watch.oldestObservedAtMs === null
          ? 0
          : Math.max(0, Date.now() - watch.oldestObservedAtMs) / 1_000,
      "max",
    ),
    single(
      "event_streams_open",
      "Open streams of server-sent events.",
      () => streams.size,
    ),
    {
      name: "websockets_open",
      help: "Open WebSockets: `waiting` before they have signed in, then `signed-in`.",
      kind: "gauge",
      labelNames: ["state"],
      read: () => [
        [["waiting"], sockets.waiting],
        [["signed-in"], sockets.signedIn],
      ],
    },
    {
      name: "websockets_evicted_total",
      help: "WebSockets closed before they had signed in, to make room for newer ones.",
      kind: "counter",
      labelNames: [],
      read: () => [[[], sockets.evicted]],
    },
    single(
      "requests_in_work",
      "Requests taken on and not yet answered.",
      () => intake.inFlight,
    ),
    single(
      "connections_open",
      "Open connections, WebSockets and refused ones included.",
      () => connections.open,
    ),
    single(
      "connections_lingering",
      "Refused connections that are not closed yet; none stays for more than 2 seconds.",
      () => connections.lingering,
    ),
    {
      name: "connections_refused_total",
      help: "Connections closed at once because the limit of connections was reached.",
      kind: "counter",
      labelNames: [],
      read: () => [[[], connections.refused]],
    },
    {
      name: "rate_limit_refusals_total",
      help: "Requests refused by the limit of a caller or of an address.",
      kind: "counter",
      labelNames: ["limit"],
      read: () =>
        Object.entries(gate.refusals).map(([limit, n]) => [[limit], n]),
    },
    {
      name: "shared_state",
      help: "Where state lives: 1 at memory, redis, redis-away while it cannot be reached, or redis-refused while it rejects commands.",
      kind: "gauge",
      labelNames: ["standing"],
      ofAll: "max",
      read: () => STANDINGS.map((one) => [[one], state.status === one ? 1 : 0]),
    },
    ...tableReadings(state.tables),
  ];
  for (const reading of readings) metrics.look(reading);
}

/** What of the gateway's own does not work, and what was lost by it. */
function readTrouble({ signIn, outputs }: Observed): readonly Reading[] {
  const flag = (isTrue: boolean): number => (isTrue ? 1 : 0);
  return [
    {
      name: "log_lines_lost_total",
      help: "Lines of the log or the audit trail that could not be written to their own output.",
      kind: "counter",
      labelNames: ["output"],
      read: () =>
        Object.entries(outputs).map(([name, { standing }]) => [
          [name],
          standing.lost,
        ]),
    },
    {
      name: "log_failing",
      help: "1 while the log or the audit trail cannot be written to its own output.",
      kind: "gauge",
      labelNames: ["output"],
      ofAll: "max",
      read: () =>
        Object.entries(outputs).map(([name, { standing }]) => [
          [name],
          flag(standing.failure !== null),
        ]),
    },
    {
      name: "issuer_keys_failing",
      help: "1 while the public keys of a token issuer cannot be fetched.",
      kind: "gauge",
      labelNames: ["issuer"],
      ofAll: "max",
      read: () =>
        [...signIn.status.issuers].map(([issuer, { failure }]) => [
          [issuer],
          flag(failure !== null),
        ]),
    },
    {
      name: "api_key_file_failing",
      help: "1 while the API key file is missing or cannot be used, and the keys read last stay valid.",
      kind: "gauge",
      labelNames: [],
      ofAll: "max",
      read: () => [[[], flag(signIn.status.keyFileFailure !== null)]],
    },
  ];
}

/** Tables in memory that reject new entries instead of dropping old ones. */
function tableReadings(tables: readonly BoundedTable[]): Reading[] {
  const ofTables = (
    name: string,
    help: string,
    kind: "gauge" | "counter",
    value: (table: BoundedTable) => number,
    ofAll: "sum" | "max" = "sum",
  ): Reading => ({
    name,
    help,
    kind,
    labelNames: ["table"],
    ...(kind === "gauge" ? { ofAll } : {}),
    read: () => tables.map((table) => [[table.kind], value(table)]),
  });
  return [
    ofTables(
      "state_entries",
      "Entries of a table in memory; none is dropped before its time.",
      "gauge",
      ({ size }) => size,
    ),
    ofTables(
      "state_entries_limit",
      "Entries at which a table in memory rejects new ones, of all callers.",
      "gauge",
      ({ bounds }) => bounds.total,
      "max",
    ),
    ofTables(
      "state_rejections_total",
      "Changes rejected because a table in memory was full, for their caller or for all.",
      "counter",
      ({ rejected }) => rejected,
    ),
  ];
}
