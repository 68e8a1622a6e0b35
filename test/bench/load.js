import { Client } from "undici";
import { requestOf, WORKLOADS } from "./workloads.js";

// The load generator: a separate process that sends a fixed number of
// requests, one at a time on each connection, and reports how long they took.

/** @type {Map<string, Client[]>} */
const byOrigin = new Map();

function clientsOf(origin, connections) {
  const clients = byOrigin.get(origin) ?? [];
  byOrigin.set(origin, clients);
  while (clients.length < connections) {
    clients.push(new Client(origin, { keepAliveTimeout: 60_000 }));
  }
  return clients.slice(0, connections);
}

async function run({ origin, workload, apis, first, count, ...rest }) {
  const { connections, authorization } = rest;
  const allowsErrors = WORKLOADS[workload].hasErrors === true;
  const latencies = new Float64Array(count);
  let sample = "";
  let sent = 0;
  const loop = async (client) => {
    while (sent < count) {
      const index = sent++;
      const { type, ...request } = requestOf(workload, apis, first + index);
      const headers = { accept: "application/json" };
      if (type !== undefined) headers["content-type"] = type;
      if (authorization !== undefined) headers.authorization = authorization;
      const startedAt = performance.now();
      const { statusCode, body } = await client.request({
        ...request,
        headers,
      });
      const text = await body.text();
      latencies[index] = performance.now() - startedAt;
      const hasErrors = text.includes('"errors":[{');
      if (statusCode !== 200 || (hasErrors && !allowsErrors)) {
        throw new Error(`${workload} was answered ${statusCode}: ${text}`);
      }
      if (index === 0) sample = text;
    }
  };
  const startedAt = performance.now();
  await Promise.all(clientsOf(origin, connections).map(loop));
  const seconds = (performance.now() - startedAt) / 1_000;
  latencies.sort();
  const at = (share) => latencies[Math.floor((count - 1) * share)];
  return { seconds, p50Ms: at(0.5), p99Ms: at(0.99), sample };
}

process.on("message", (order) => {
  run(order).then(
    (result) => process.send({ result }),
    (error) => process.send({ error: error.message }),
  );
});
process.send("ready");

process.on("disconnect", () => process.exit());
