import { expect, test } from "@jest/globals";
import { Metrics } from "../../../src/observability/metrics.js";

/** The samples of a metric as lines of text, without its HELP and TYPE. */
async function samplesOf(metrics: Metrics, name: string): Promise<string[]> {
  return (await metrics.text())
    .split("\n")
    .filter((line) => line.startsWith(name))
    .map((line) => line.slice(name.length));
}

test("counts a duration in every bucket whose bound is not below it", async () => {
  const metrics = new Metrics();
  const operation = "getMessageContact";
  for (const seconds of [0, 0.0025, 0.003, 20, 21]) {
    metrics.attemptSeconds.observe({ operation }, seconds);
  }
  const name = "message_contacts_upstream_attempt_duration_seconds";
  const samples = await samplesOf(metrics, name);
  const countIn = (le: string): number =>
    Number(samples.find((one) => one.includes(`{le="${le}"`))?.split(" ")[1]);
  expect(["0.0025", "0.005", "10", "20", "+Inf"].map(countIn)).toEqual([
    2, 3, 3, 4, 5,
  ]);
  const sum = samples.find((one) => one.startsWith("_sum"))?.split(" ")[1];
  expect(Number(sum)).toBeCloseTo(41.0055);
});

test("keeps one count for each combination of labels", async () => {
  const metrics = new Metrics();
  const labels = { door: "rest", operation: "getMessageContact" };
  metrics.requests.inc({ ...labels, code: "OK" });
  metrics.requests.inc({ ...labels, code: "OK" });
  metrics.requests.inc({ ...labels, code: "INTERNAL" });
  const name = "message_contacts_requests_total";
  expect(await samplesOf(metrics, name)).toEqual([
    '{door="rest",operation="getMessageContact",code="OK"} 2',
    '{door="rest",operation="getMessageContact",code="INTERNAL"} 1',
  ]);
});

test("exposes counters, histograms and polled metrics in Prometheus' text format", async () => {
  const metrics = new Metrics();
  const request = { door: "graphql", operation: "addMessageContact" };
  metrics.requests.inc({ ...request, code: "OK" }, 3);
  metrics.requestSeconds.observe(request, 0.02);
  metrics.requestSeconds.observe(request, 99);
  let waiting = 5;
  metrics.poll({
    name: "waiting",
    help: "Waiting.",
    type: "gauge",
    labelNames: ["directory"],
    read: () => [[{ directory: "china" }, waiting]],
  });
  metrics.poll({
    name: "refused_total",
    help: "Refused.",
    type: "counter",
    read: () => [[{}, 7]],
  });
  const first = (await metrics.text()).split("\n");
  const labels = `door="graphql",operation="addMessageContact"`;
  expect(first).toEqual(
    expect.arrayContaining([
      "# TYPE message_contacts_requests_total counter",
      `message_contacts_requests_total{${labels},code="OK"} 3`,
      "# TYPE message_contacts_request_duration_seconds histogram",
      `message_contacts_request_duration_seconds_bucket{le="0.01",${labels}} 0`,
      `message_contacts_request_duration_seconds_bucket{le="0.025",${labels}} 1`,
      `message_contacts_request_duration_seconds_bucket{le="20",${labels}} 1`,
      `message_contacts_request_duration_seconds_bucket{le="+Inf",${labels}} 2`,
      `message_contacts_request_duration_seconds_sum{${labels}} 99.02`,
      `message_contacts_request_duration_seconds_count{${labels}} 2`,
      `message_contacts_waiting{directory="china"} 5`,
      "message_contacts_refused_total 7",
      "# TYPE process_cpu_seconds_total counter",
    ]),
  );
  metrics.requests.inc({ ...request, code: "OK" });
  waiting = 0;
  const second = await metrics.text();
  expect(second).toContain(`requests_total{${labels},code="OK"} 4`);
  expect(second).toContain(`waiting{directory="china"} 0`);
});
