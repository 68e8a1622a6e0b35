import { expect, test } from "@jest/globals";
import { expose } from "../../../src/observability/prometheus.js";
import { Metrics } from "../../../src/observability/metrics.js";
import { BOUNDS, Spread } from "../../../src/observability/counters.js";

test("sorts a duration under the first bound that is not below it", () => {
  const spread = new Spread();
  for (const seconds of [0, 0.0025, 0.003, 20, 21]) spread.add(seconds);
  expect([...spread.counts]).toEqual(
    BOUNDS.map((bound) =>
      bound === 0.0025 ? 2 : bound === 0.005 || bound === 20 ? 1 : 0,
    ).concat(1),
  );
  expect(spread.sum).toBeCloseTo(41.0055);
});

test("gives the same count for the same labels", () => {
  const { requests } = new Metrics();
  requests.of("rest", "getMessageContact", "OK").n += 1;
  requests.of("rest", "getMessageContact", "OK").n += 1;
  requests.of("rest", "getMessageContact", "INTERNAL").n += 1;
  expect([...requests.entries()].map(([, { n }]) => n)).toEqual([2, 1]);
});

test("tells counts, durations and readings as Prometheus reads them", async () => {
  const metrics = new Metrics();
  const count = metrics.requests.of("graphql", "addMessageContact", "OK");
  count.n += 3;
  metrics.requestSeconds.of("graphql", "addMessageContact").add(0.02);
  metrics.requestSeconds.of("graphql", "addMessageContact").add(99);
  let waiting = 5;
  metrics.look({
    name: "waiting",
    help: "Waiting.",
    kind: "gauge",
    labelNames: ["directory"],
    read: () => [[["china"], waiting]],
  });
  metrics.look({
    name: "refused_total",
    help: "Refused.",
    kind: "counter",
    labelNames: [],
    read: () => [[[], 7]],
  });
  const exposition = expose(metrics);
  const first = (await exposition.text()).split("\n");
  const labels = `door="graphql",operation="addMessageContact"`;
  expect(first).toEqual(
    expect.arrayContaining([
      "# TYPE message_contacts_requests_total counter",
      `message_contacts_requests_total{${labels},code="OK"} 3`,
      "# TYPE message_contacts_request_duration_seconds histogram",
      `message_contacts_request_duration_seconds_bucket{${labels},le="0.01"} 0`,
      `message_contacts_request_duration_seconds_bucket{${labels},le="0.025"} 1`,
      `message_contacts_request_duration_seconds_bucket{${labels},le="20"} 1`,
      `message_contacts_request_duration_seconds_bucket{${labels},le="+Inf"} 2`,
      `message_contacts_request_duration_seconds_sum{${labels}} 99.02`,
      `message_contacts_request_duration_seconds_count{${labels}} 2`,
      `message_contacts_waiting{directory="china"} 5`,
      "message_contacts_refused_total 7",
      "# TYPE process_cpu_seconds_total counter",
    ]),
  );
  count.n += 1;
  waiting = 0;
  const second = await exposition.text();
  expect(second).toContain(`requests_total{${labels},code="OK"} 4`);
  expect(second).toContain(`waiting{directory="china"} 0`);
});
