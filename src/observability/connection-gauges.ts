import type { AccessControl } from "../access/access-control.js";
import type { SocketSlots } from "../graphql/subscriptions/socket-slots.js";
import type { Connections } from "../http/connections.js";
import type { AdmissionController } from "../http/load-shedding.js";
import type { SseStreams } from "../http/sse-stream.js";
import { gauge, type PolledMetric } from "./metrics.js";

/** Parts of the gateway that know its connections and requests. */
export interface ObservedConnections {
  readonly streams: Pick<SseStreams, "size">;
  readonly sockets: Pick<SocketSlots, "waiting" | "signedIn" | "evicted">;
  readonly accessControl: Pick<AccessControl, "refusals">;
  readonly admission: Pick<AdmissionController, "inFlight" | "refusals">;
  readonly connections: Pick<Connections, "open" | "lingering" | "refused">;
}

/** Metrics of requests in flight, connections, streams and WebSockets. */
export function connectionMetrics({
  streams,
  sockets,
  accessControl,
  admission,
  connections,
}: ObservedConnections): readonly PolledMetric[] {
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
    {
      name: "requests_shed_total",
      help: "Requests refused with GATEWAY_BUSY before they were read: too many in flight, event loop delay, or shutdown.",
      type: "counter",
      labelNames: ["reason"],
      read: () =>
        Object.entries(admission.refusals).map(([reason, n]) => [
          { reason },
          n,
        ]),
    },
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
