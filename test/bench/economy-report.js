import { VENDOR_LIMIT_PEERS } from "./peers.js";
import { table } from "./report.js";

/** Targets of the gateway, by requests per second. */
const TARGETS = {
  50: { complete: 99.9, p50Ms: 10, p99Ms: 150, calls: 15, throttled: 0 },
  200: { complete: 99.9, p50Ms: 10, p99Ms: 150, calls: 18, throttled: 0 },
  1_000: { complete: 99, p50Ms: 15, p99Ms: 300, calls: 20, throttled: 0 },
};

const text = (value, digits) =>
  value.toLocaleString("en", {
    maximumFractionDigits: digits,
    minimumFractionDigits: 0,
  });

/** Tables for people, and what else the rows contain. */
export function economyTables(rows) {
  return [
    `${Object.entries(VENDOR_LIMIT_PEERS)
      .map(([peer, { title }]) => `${peer}: ${title}`)
      .join("; ")}. Bold: target missed.`,
    readsTable(rows),
    changesTable(rows),
    rows.flatMap(reasonLines).join("\n"),
    historyLines(rows).join("\n"),
  ]
    .join("\n\n")
    .concat("\n");
}

const nameOf = ({ peer, replicas }) =>
  replicas === 1 ? peer : `${peer}, ${replicas} replicas`;

function readsTable(rows) {
  return table(
    [
      "Server",
      "Requests per second",
      "answered completely, %",
      "reads p50, ms",
      "reads p99, ms",
      "most calls in a second, per operation",
      "throttled",
      "calls saved, %",
      "maximum age, ms",
      "stale values",
      "CPU of a request, µs",
    ],
    rows.map((row) => {
      const most = Math.max(...Object.values(row.mostCalls));
      const target = row.peer === "ours" ? TARGETS[row.rate] : undefined;
      const atMost = (value, limit, digits = 0) =>
        target !== undefined && value > limit
          ? `**${text(value, digits)} > ${limit}**`
          : text(value, digits);
      return [
        nameOf(row),
        text(row.rate),
        target !== undefined && row.complete < target.complete
          ? `**${text(row.complete, 2)} < ${target.complete}**`
          : text(row.complete, 2),
        atMost(row.readP50Ms, target?.p50Ms, 1),
        atMost(row.readP99Ms, target?.p99Ms),
        atMost(most, target?.calls),
        atMost(row.throttled, target?.throttled),
        row.peer === "ours" ? text(row.saved, 0) : "",
        text(row.maxAgeMs, 0),
        `${text(row.violations.length)} of ${text(row.values)}`,
        text(row.cpuMicros, 0),
      ];
    }),
  );
}

function changesTable(rows) {
  return table(
    [
      "Server",
      "Requests per second",
      "changes",
      "carried out",
      "refused early",
      "refused later than 1 s",
      "failed",
      "p50, ms",
      "p99, ms",
    ],
    rows.map((row) => [
      nameOf(row),
      text(row.rate),
      text(row.changes),
      text(row.changesDone),
      text(row.refusedEarly),
      text(row.refusedLate),
      text(row.changes - row.changesDone - row.refusedEarly - row.refusedLate),
      text(row.changeP50Ms, 0),
      text(row.changeP99Ms, 0),
    ]),
  );
}

function reasonLines(row) {
  const calls = Object.entries(row.mostCalls).map(
    ([action, most]) => `${action} ${most}`,
  );
  const reasons = Object.entries(row.reasons).map(
    ([reason, count]) => `${reason} ${count}`,
  );
  return [
    `${nameOf(row)}, ${row.rate}/s: ${[...calls, ...reasons].join("; ")}`,
  ];
}

/** Result of the history checker, with the first violations. */
function historyLines(rows) {
  return rows
    .filter(({ peer }) => peer === "ours")
    .map(
      (row) =>
        `${nameOf(row)}, ${row.rate}/s: history checked of ${text(row.reads)} reads with ${text(row.values)} values: ${row.violations.length === 0 ? "no violation" : `${row.violations.length} violations: ${row.violations.slice(0, 3).join("; ")}`}`,
    );
}

/** Whether the gateway returned a value that was not current. */
export function hasViolations(rows) {
  return rows.some(
    ({ peer, violations }) => peer === "ours" && violations.length > 0,
  );
}
