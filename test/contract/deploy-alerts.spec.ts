import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, it, test } from "@jest/globals";
import { parse } from "yaml";
import { isInstalled } from "../support/installed.js";

const RULES = fileURLToPath(
  new URL("../../deploy/prometheus/alerts.yaml", import.meta.url),
);

/**
 * What Prometheus scrapes every 15 seconds, in the notation of `promtool`, and
 * when the alert must be quiet or firing.
 */
interface Scenario {
  readonly alert: string;
  readonly when: string;
  readonly series: Readonly<Record<string, string>>;
  readonly quietAt: readonly string[];
  readonly firesAt: readonly string[];
}

/** The labels of one replica, as the PodMonitor produces them. */
const A = `job="gateways/message-contacts-gateway",instance="10.0.0.1:3001"`;
const B = `job="gateways/message-contacts-gateway",instance="10.0.0.2:3001"`;
const metric = (name: string, labels = "", replica = A): string =>
  `message_contacts_${name}{${labels}${labels === "" ? "" : ","}${replica}}`;

/** A value that is 0 for 10 minutes, then `value` for 20, then 0 again. */
const during = (value: number | string): string => `0x39 ${value}x79 0x120`;
/** A counter that grows by `step` per scrape in that time. */
const growing = (step: number): string => `0x39 0+${step}x79 ${80 * step}x120`;

const QUIET_BEFORE_AND_AFTER = { quietAt: ["9m", "58m"] };
const steady = (step: number): string => `0+${step}x240`;

const SCENARIOS: readonly Scenario[] = [
  {
    alert: "MessageContactsGatewayGone",
    when: "no replica is a scrape target",
    series: { [metric("build_info")]: "1x40 _x40 1x120" },
    quietAt: ["9m", "30m"],
    firesAt: ["18m"],
  },
  {
    alert: "MessageContactsGatewayDown",
    when: "one of two replicas does not respond",
    series: {
      [`up{${A}}`]: "1x40 0x40 1x120",
      [`up{${B}}`]: "1x240",
      [`up{job="another",instance="10.0.0.9:80"}`]: "0x240",
      [metric("build_info")]: "1x40 _x40 1x120",
      [metric("build_info", "", B)]: "1x240",
    },
    quietAt: ["9m", "30m"],
    firesAt: ["14m"],
  },
  {
    alert: "MessageContactsRequestsFail",
    when: "the vendor hangs: each request fails, for 20 minutes",
    series: {
      [metric("failures_total", `code="UPSTREAM_UNAVAILABLE"`)]: growing(15),
      [metric("requests_total", `door="graphql",code="OK"`)]:
        "0+15x39 585x79 585+15x120",
      [metric("requests_total", `door="graphql",code="UPSTREAM_UNAVAILABLE"`)]:
        growing(15),
      [metric("requests_total", `door="page",code="OK"`)]: steady(9_000),
    },
    ...QUIET_BEFORE_AND_AFTER,
    firesAt: ["12m", "29m"],
  },
  {
    alert: "MessageContactsRequestsFail",
    when: "few callers, few failures: 2 % of the requests",
    series: {
      [metric("failures_total", `code="UPSTREAM_UNAVAILABLE"`)]: steady(2),
      [metric("requests_total", `door="rest",code="OK"`)]: steady(98),
      [metric("requests_total", `door="rest",code="UPSTREAM_UNAVAILABLE"`)]:
        steady(2),
    },
    quietAt: ["9m", "30m", "58m"],
    firesAt: [],
  },
  ...[
    ["MessageContactsFaults", "INTERNAL"] as const,
    ["MessageContactsOutcomesUnknown", "OUTCOME_UNKNOWN"] as const,
  ].map(([alert, code]) => ({
    alert,
    when: "the first failure since the start occurs",
    series: { [metric("failures_total", `code="${code}"`)]: "0x39 1x200" },
    quietAt: ["9m", "40m"],
    firesAt: ["11m"],
  })),
  {
    alert: "MessageContactsBreakerOpen",
    when: "one replica's breaker alternates, the other replica is idle",
    series: {
      [metric("upstream_breaker_state", `directory="main",kind="read"`)]:
        "0x39 1 1 2 1 1 2 1 1 2 1 1 2 1 1 2 1 1 2 1 1 2 1 1 2 0x160",
      [metric("upstream_breaker_state", `directory="main",kind="read"`, B)]:
        "0x240",
    },
    quietAt: ["9m", "25m"],
    firesAt: ["12m", "15m"],
  },
  {
    alert: "MessageContactsBreakerOpen",
    when: "a breaker that opens and closes again within seconds",
    series: {
      [metric("upstream_breaker_state", `directory="main",kind="read"`)]:
        "0x20 1 0x20 1 0x200",
    },
    quietAt: ["6m", "11m"],
    firesAt: [],
  },
  {
    alert: "MessageContactsDenied",
    when: "the vendor rejects one attempt",
    series: {
      [metric(
        "upstream_attempts_total",
        `operation="getMessageContact",code="UPSTREAM_DENIED",outcome="final"`,
      )]: "0x39 1x200",
    },
    quietAt: ["9m", "40m"],
    firesAt: ["11m"],
  },
  {
    alert: "MessageContactsThrottled",
    when: "a sixth of the attempts is throttled",
    series: {
      [metric("upstream_attempts_total", `code="UPSTREAM_THROTTLED"`)]:
        growing(10),
      [metric("upstream_attempts_total", `code="none"`)]: steady(50),
    },
    ...QUIET_BEFORE_AND_AFTER,
    firesAt: ["28m"],
  },
  {
    alert: "MessageContactsRepeats",
    when: "a fifth of the attempts is a retry",
    series: {
      [metric("upstream_repeats_total")]: growing(10),
      [metric("upstream_attempts_total", `code="none"`)]: steady(50),
    },
    ...QUIET_BEFORE_AND_AFTER,
    firesAt: ["28m"],
  },
  {
    alert: "MessageContactsWritesWait",
    when: "80 changes are queued",
    series: {
      [metric("upstream_writes_waiting", `directory="main"`)]: during(80),
    },
    ...QUIET_BEFORE_AND_AFTER,
    firesAt: ["20m"],
  },
  {
    alert: "MessageContactsReadsWait",
    when: "80 reads are queued",
    series: {
      [metric("upstream_reads_waiting", `directory="main"`)]: during(80),
    },
    ...QUIET_BEFORE_AND_AFTER,
    firesAt: ["20m"],
  },
  {
    alert: "MessageContactsConnectionsRefused",
    when: "connections are refused",
    series: { [metric("connections_refused_total")]: growing(3) },
    ...QUIET_BEFORE_AND_AFTER,
    firesAt: ["20m"],
  },
  {
    alert: "MessageContactsSlow",
    when: "every read takes more than 10 s",
    series: {
      [metric(
        "request_duration_seconds_bucket",
        `operation="messageContacts",le="10"`,
      )]: "0x240",
      [metric(
        "request_duration_seconds_bucket",
        `operation="messageContacts",le="20"`,
      )]: growing(10),
      [metric(
        "request_duration_seconds_bucket",
        `operation="messageContacts",le="+Inf"`,
      )]: growing(10),
    },
    ...QUIET_BEFORE_AND_AFTER,
    firesAt: ["25m"],
  },
  ...["redis-away", "redis-refused"].map((standing) => ({
    alert: "MessageContactsSharedStateAway",
    when: `Redis is ${standing}`,
    series: {
      [metric("shared_state", `standing="${standing}"`)]: during(1),
      [metric("shared_state", `standing="redis"`)]: "1x39 0x79 1x120",
    },
    ...QUIET_BEFORE_AND_AFTER,
    firesAt: ["15m"],
  })),
  {
    alert: "MessageContactsIssuerKeysFailing",
    when: "the keys of an issuer cannot be fetched",
    series: {
      [metric("issuer_keys_failing", `issuer="https://issuer.example"`)]:
        during(1),
    },
    ...QUIET_BEFORE_AND_AFTER,
    firesAt: ["15m"],
  },
  {
    alert: "MessageContactsApiKeyFileFailing",
    when: "the key file is invalid",
    series: { [metric("api_key_file_failing")]: during(1) },
    ...QUIET_BEFORE_AND_AFTER,
    firesAt: ["15m"],
  },
  {
    alert: "MessageContactsLogLost",
    when: "the audit file cannot be written",
    series: { [metric("log_failing", `output="audit"`)]: during(1) },
    ...QUIET_BEFORE_AND_AFTER,
    firesAt: ["11m"],
  },
  {
    alert: "MessageContactsLogLost",
    when: "one line is lost",
    series: { [metric("log_lines_lost_total", `output="log"`)]: "0x39 1x200" },
    quietAt: ["9m", "40m"],
    firesAt: ["11m"],
  },
  {
    alert: "MessageContactsStateTableFull",
    when: "a table is 90 % full",
    series: {
      [metric("state_entries", `table="idempotency"`)]: during(900),
      [metric("state_entries_limit", `table="idempotency"`)]: "1000x240",
      [metric("state_rejections_total", `table="idempotency"`)]: "0x240",
    },
    ...QUIET_BEFORE_AND_AFTER,
    firesAt: ["11m"],
  },
  {
    alert: "MessageContactsStateTableFull",
    when: "one entry is rejected",
    series: {
      [metric("state_rejections_total", `table="idempotency"`)]: "0x39 1x200",
    },
    quietAt: ["9m", "40m"],
    firesAt: ["11m"],
  },
  {
    alert: "MessageContactsDeletionStuck",
    when: "a deletion is 67 minutes old",
    series: { [metric("deletion_oldest_seconds")]: during(4_000) },
    ...QUIET_BEFORE_AND_AFTER,
    firesAt: ["25m"],
  },
  {
    alert: "MessageContactsOverloaded",
    when: "requests are shed",
    series: {
      [metric("requests_shed_total", `reason="in-flight"`)]: growing(40),
      [metric("requests_shed_total", `reason="closing"`)]: steady(40),
    },
    ...QUIET_BEFORE_AND_AFTER,
    firesAt: ["12m"],
  },
  {
    alert: "MessageContactsEventLoopBusy",
    when: "two workers are busy for 14 of 15 seconds",
    series: {
      [metric("event_loop_busy_seconds_total")]: growing(28),
      [metric("workers_ready")]: "2x240",
    },
    ...QUIET_BEFORE_AND_AFTER,
    firesAt: ["25m"],
  },
  {
    alert: "MessageContactsTracesLost",
    when: "the trace collector is unreachable",
    series: {
      [metric("trace_export_failing")]: during(1),
      [metric("trace_spans_lost_total")]: "0x39 0+1x79 80x120",
    },
    ...QUIET_BEFORE_AND_AFTER,
    firesAt: ["28m"],
  },
  {
    alert: "MessageContactsWorkersMissing",
    when: "one of four workers is missing",
    series: {
      [metric("workers_wanted")]: "4x240",
      [metric("workers_ready")]: "4x39 3x79 4x120",
    },
    ...QUIET_BEFORE_AND_AFTER,
    firesAt: ["15m"],
  },
  {
    alert: "MessageContactsWorkersMissing",
    when: "workers restart repeatedly",
    series: { [metric("worker_restarts_total")]: "0x39 0+1x8 8x200" },
    quietAt: ["9m", "45m"],
    firesAt: ["15m"],
  },
];

const hasPromtool = isInstalled(
  "promtool",
  "apt-get install -y prometheus (Debian), brew install prometheus (macOS)",
);
const folder = mkdtempSync(join(tmpdir(), "alerts-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** Output of `promtool test rules`; empty if all expectations hold. */
function failuresOf({ alert, series, quietAt, firesAt }: Scenario): string {
  const expr = `count(ALERTS{alertname="${alert}",alertstate="firing"}) > bool 0 or vector(0)`;
  const expectations = [
    ...quietAt.map((at) => [at, 0] as const),
    ...firesAt.map((at) => [at, 1] as const),
  ].map(([eval_time, value]) => ({
    expr,
    eval_time,
    exp_samples: [{ labels: "{}", value }],
  }));
  const file = join(folder, "scenario.yaml");
  const test = {
    rule_files: [RULES],
    evaluation_interval: "15s",
    tests: [
      {
        interval: "15s",
        input_series: Object.entries(series).map(([name, values]) => ({
          series: name,
          values,
        })),
        promql_expr_test: expectations,
      },
    ],
  };
  // YAML is a superset of JSON.
  writeFileSync(file, JSON.stringify(test));
  const { status, stdout, stderr } = spawnSync("promtool", [
    "test",
    "rules",
    file,
  ]);
  return status === 0 ? "" : `${String(stdout)}${String(stderr)}`;
}

const { groups } = parse(readFileSync(RULES, "utf8")) as {
  groups: { rules: { alert: string }[] }[];
};
const alerts = groups.flatMap(({ rules }) => rules.map(({ alert }) => alert));

(hasPromtool ? describe : describe.skip)("alerts", () => {
  it.each(
    SCENARIOS.map(
      (scenario) => [scenario.alert, scenario.when, scenario] as const,
    ),
  )("%s is right when %s", (_alert, _when, scenario) => {
    expect(failuresOf(scenario)).toBe("");
  });
});

test("every alert has a scenario in which it fires", () => {
  const firing = SCENARIOS.filter(({ firesAt }) => firesAt.length > 0);
  expect([...new Set(firing.map(({ alert }) => alert))].sort()).toEqual(
    [...alerts].sort(),
  );
});
