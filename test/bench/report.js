import { PEERS } from "./peers.js";
import { WORKLOADS } from "./workloads.js";

/** Highest ratio of CPU time, by workload and server. */
const TARGETS = {
  "get-one": { b: 1.8 },
  "list-ten": { b: 1.8 },
  "rest-get": { b: 1.6 },
  "not-found": { b: 2 },
  "update-single": { b: 2 },
  "ten-aliases": { b: 1.2 },
  "get-one-cached": { b: 1 },
  "rest-get-cached": { b: 1 },
};

export function medianOf(numbers) {
  const sorted = [...numbers].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1
    ? sorted[middle]
    : (sorted[middle - 1] + sorted[middle]) / 2;
}

const row = (cells) => `| ${cells.join(" | ")} |`;

export const table = (head, rows) =>
  [row(head), row(head.map(() => "---")), ...rows.map(row)].join("\n");

/** A ratio beside its target; one that is missed stands out. */
function judged(workload, peer, ratio) {
  if (ratio === undefined) return "";
  const target = TARGETS[workload]?.[peer];
  const text = ratio.toFixed(2);
  if (target === undefined) return text;
  return ratio <= target ? `${text} ≤ ${target}` : `**${text} > ${target}**`;
}

/** Tables for people: CPU time and ratios, then the rest. */
export function toMarkdown({ start, peakMib, runs, ...about }) {
  const peers = Object.keys(PEERS).filter((peer) => peer in peakMib);
  const settings = grouped(runs, settingOf);
  const parts = [
    `${about.date}, Node ${about.node}, ${about.processor}; medians of ${about.rounds} rounds; servers ${about.isPinned ? "" : "not "}pinned to one core. ${peers
      .map((peer) => `${peer}: ${PEERS[peer].title}`)
      .join("; ")}. A server without a REST API gets GraphQL requests.`,
  ];
  for (const [setting, group] of settings) {
    parts.push(
      `### ${setting}`,
      "CPU time of a request in µs, and the gateway's ratio to the others (bold: target missed)",
      cpuTable(group, peers),
      "Requests per second, p50 / p99 in ms, upstream calls per request",
      speedTable(group, peers),
    );
  }
  parts.push("### Start and memory", startTable(start, peakMib, peers));
  return `${parts.join("\n\n")}\n`;
}

function settingOf({ connections, delayMs, auth, warmUp }) {
  return `${connections} connections, upstream delay ${delayMs} ms, API key ${auth ? "on" : "off"}, ${warmUp} warm-up`;
}

function grouped(items, keyOf) {
  const groups = new Map();
  for (const item of items) {
    const key = keyOf(item);
    groups.set(key, [...(groups.get(key) ?? []), item]);
  }
  return groups;
}

function cpuTable(runs, peers) {
  const others = peers.filter((peer) => "bcd".includes(peer));
  return table(
    ["Workload", ...peers, ...others.map((peer) => `÷ ${peer}`)],
    runs.map(({ workload, servers, ratios }) => [
      WORKLOADS[workload].title,
      ...peers.map((peer) => Math.round(servers[peer].cpuMicros)),
      ...others.map((peer) => judged(workload, peer, ratios[peer])),
    ]),
  );
}

function speedTable(runs, peers) {
  return table(
    ["Workload", ...peers],
    runs.map(({ workload, servers }) => [
      WORKLOADS[workload].title,
      ...peers.map((peer) => {
        const { requestsPerSecond, p50Ms, p99Ms, upstreamCalls } =
          servers[peer];
        return `${Math.round(requestsPerSecond)}/s, ${p50Ms.toFixed(1)} / ${p99Ms.toFixed(1)}, ${Number(upstreamCalls.toFixed(2))}`;
      }),
    ]),
  );
}

function startTable(start, peakMib, peers) {
  const measured = peers.filter((peer) => peer in start);
  return table(
    ["", ...peers],
    [
      ["peak memory, MiB", ...peers.map((peer) => Math.round(peakMib[peer]))],
      ...(measured.length === 0
        ? []
        : [
            [
              "memory after start, MiB",
              ...peers.map((peer) => Math.round(start[peer].idleMib)),
            ],
            [
              "CPU to the first answer, ms",
              ...peers.map((peer) => Math.round(start[peer].cpuMs)),
            ],
            [
              "time to the first answer, ms",
              ...peers.map((peer) => Math.round(start[peer].wallMs)),
            ],
          ]),
    ],
  );
}
