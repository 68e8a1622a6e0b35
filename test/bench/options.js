import { parseArgs } from "node:util";
import { PEERS, VENDOR_LIMIT_PEERS } from "./peers.js";
import { WORKLOADS } from "./workloads.js";

export const HELP = `npm run bench -- [options]

  --vendor-limit         requests that are answered while the vendor allows 20 calls a
                         second for each operation, in place of the workloads; wants
                         redis-server; fails if a read was older than reported
  --seconds <number>     duration of each measurement of --vendor-limit, default 10
  --servers <names>      servers of --vendor-limit, separated by commas, of
                         ${Object.keys(VENDOR_LIMIT_PEERS).join(", ")}; default all
  --rates <list>         requests per second of --vendor-limit, default 50,200,1000

  --only <names>         workloads, servers and "start", separated by commas
                         workloads: ${Object.keys(WORKLOADS).join(", ")}
                         servers: ${Object.keys(PEERS).join(", ")}
  --connections <list>   default 32
  --delay <list>         upstream delay in milliseconds, default 0
  --auth <list>          sign-in by API key: off, on; default on
  --warm-up <list>       requests of each workload before it counts, in new processes:
                         short (300), long (4000); default both
  --rounds <number>      interleaved rounds, default 3
  --requests <number>    requests of a round of the lightest workloads, default 1500
  --full                 connections 1,32,256; delay 0,20; both with auth on, then
                         auth off for 32 connections without delay
  --scale                how it behaves with more processes, callers, documents and
                         subscriptions, in place of the workloads; wants redis-server
  --gateway <folder>     measures a gateway that is built already
  --release              also writes results/release.json
  --show <file>          prints the tables of an earlier result
`;

const list = (text) => text.split(",").filter(Boolean);
const numbers = (text) => list(text).map(Number);

/** Options of the command line. */
export function readOptions(args) {
  const { values } = parseArgs({
    args,
    options: {
      only: { type: "string", default: "" },
      connections: { type: "string", default: "32" },
      delay: { type: "string", default: "0" },
      auth: { type: "string", default: "on" },
      "warm-up": { type: "string", default: "short,long" },
      rounds: { type: "string", default: "3" },
      requests: { type: "string", default: "1500" },
      "vendor-limit": { type: "boolean", default: false },
      scale: { type: "boolean", default: false },
      full: { type: "boolean", default: false },
      seconds: { type: "string", default: "10" },
      servers: {
        type: "string",
        default: Object.keys(VENDOR_LIMIT_PEERS).join(),
      },
      rates: { type: "string", default: "50,200,1000" },
      gateway: { type: "string" },
      release: { type: "boolean", default: false },
      show: { type: "string" },
      help: { type: "boolean", default: false },
    },
  });
  const named = list(values.only);
  const among = (known) => {
    const some = Object.keys(known).filter((name) => named.includes(name));
    return some.length > 0 ? some : Object.keys(known);
  };
  const unknown = named.filter(
    (name) => name !== "start" && !(name in PEERS) && !(name in WORKLOADS),
  );
  if (unknown.length > 0) throw new Error(`unknown: ${unknown.join(", ")}`);
  const onlyStart =
    named.includes("start") && !named.some((name) => name in WORKLOADS);
  return {
    ...values,
    isVendorLimited: values["vendor-limit"],
    limitedPeers: list(values.servers),
    rates: numbers(values.rates),
    seconds: Number(values.seconds),
    rounds: Number(values.rounds),
    requests: Number(values.requests),
    peers: among(PEERS),
    workloads: onlyStart ? [] : among(WORKLOADS),
    hasStart: named.length === 0 || named.includes("start"),
    warmUps: list(values["warm-up"]),
    settings: values.full ? fullSettings() : settingsOf(values),
  };
}

function settingsOf({ auth, delay, connections }) {
  return list(auth).flatMap((sign) =>
    numbers(delay).flatMap((delayMs) =>
      numbers(connections).map((count) => ({
        auth: sign === "on",
        delayMs,
        connections: count,
      })),
    ),
  );
}

function fullSettings() {
  return [
    ...settingsOf({ auth: "on", delay: "0,20", connections: "1,32,256" }),
    ...settingsOf({ auth: "off", delay: "0", connections: "32" }),
  ];
}
