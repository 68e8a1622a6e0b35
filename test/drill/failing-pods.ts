import { randomUUID } from "node:crypto";
import { connect, type Socket } from "node:net";
import { once } from "node:events";
import { setTimeout as delay } from "node:timers/promises";
import { startEmulator } from "../../src/emulator/emulator.server.js";
import type { RequestSpec } from "../soak/load.js";
import { until } from "../support/until.js";
import { TOM } from "./scene.js";
import type { Step } from "./step.js";

/** Pause of a rolling update: nginx sends a failed server nothing for 10 s. */
const NGINX_FAIL_MS = 10_000;

/** Heap in MiB with which a process keeps about 6,500 idempotency keys of one caller. */
const SMALL_HEAP_MB = 96;

/** Module that plants a bug: from the signal on, the ETag of a contact cannot be computed. */
const BUG = `
import crypto from "node:crypto";
import { syncBuiltinESMExports } from "node:module";
process.on("SIGUSR2", () => {
  const { createHmac } = crypto;
  crypto.createHmac = (name, ...rest) => {
    if (name === "sha256") throw new Error("planted");
    return createHmac(name, ...rest);
  };
  syncBuiltinESMExports();
});`;

/** A GraphQL document that the gateway has to parse and validate, with few results. */
function newDocument(): RequestSpec {
  const alias = `a${randomUUID().slice(0, 8)}`;
  const fields = Array.from(
    { length: 100 },
    (_, index) => `${alias}${index}: __typename`,
  );
  return {
    method: "POST",
    path: "/graphql",
    body: JSON.stringify({ query: `{ ${fields.join(" ")} }` }),
  };
}

/** A change with a new idempotency key, whose record is kept for a day. */
function keyedChange(): RequestSpec {
  return {
    method: "PATCH",
    path: `/v1/message-contacts/${TOM}`,
    headers: { "idempotency-key": randomUUID() },
    body: JSON.stringify({ title: "CEO" }),
  };
}

/** Steps that concern the pods, not what they depend on. */
export const FAILING_PODS: readonly Step[] = [
  {
    title: "Nothing fails",
    alerts: [],
    isQuiet: true,
    seconds: 15,
    run: () => Promise.resolve(),
  },
  {
    title: "Both replicas are replaced, one after the other (SIGTERM)",
    alerts: [],
    isQuiet: true,
    run: async ({ a, b, prometheus }) => {
      for (const pod of [a, b]) {
        // Kubernetes deletes the pod, so that its target disappears.
        await prometheus.remove(pod.name);
        const code = await pod.stop();
        if (code !== 0) throw new Error(`${pod.name} exited with ${code}`);
        await pod.start();
        await prometheus.add(pod.name, pod.opsAddress);
        await delay(NGINX_FAIL_MS);
      }
    },
  },
  {
    title: "A replica is killed (SIGKILL)",
    alerts: ["MessageContactsGatewayDown"],
    run: async ({ a }) => {
      await a.kill();
      return async () => {
        await a.start();
        await delay(NGINX_FAIL_MS);
      };
    },
  },
  {
    title: "All replicas are gone",
    alerts: ["MessageContactsGatewayGone"],
    run: async ({ a, b, prometheus }) => {
      for (const pod of [a, b]) {
        await prometheus.remove(pod.name);
        await pod.kill();
      }
      return async () => {
        await Promise.all([a.start(), b.start()]);
        for (const pod of [a, b]) {
          await prometheus.add(pod.name, pod.opsAddress);
        }
        await delay(NGINX_FAIL_MS);
      };
    },
  },
  {
    title: "A worker process is killed three times (`WEB_CONCURRENCY=2`)",
    alerts: ["MessageContactsWorkersMissing"],
    run: async (scene) => {
      const pod = await scene.extra("workers", { WEB_CONCURRENCY: "2" });
      for (let kills = 0; kills < 3; kills += 1) {
        const [victim] = pod.workers;
        if (victim === undefined) throw new Error("there is no worker");
        process.kill(victim, "SIGKILL");
        await until(
          "the worker is replaced",
          () => pod.workers.length === 2 && !pod.workers.includes(victim),
        );
      }
      return () => scene.removeExtra(pod);
    },
  },
  {
    title: "The gateway has a bug (planted: computing an ETag throws)",
    alerts: ["MessageContactsFaults"],
    log: "error: request (INTERNAL)",
    run: async (scene) => {
      const pod = await scene.extra("bug", {
        NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(BUG)}`,
      });
      pod.send("SIGUSR2");
      await until(
        "the bug is reached",
        async () => (await scene.ask(pod)) === 500,
      );
      return () => scene.removeExtra(pod);
    },
  },
  {
    title: "One pod gets more requests than it can compute",
    alerts: ["MessageContactsEventLoopBusy"],
    run: async (scene) => {
      const pod = await scene.extra("busy", {
        MAX_EVENT_LOOP_DELAY_MS: "0",
      });
      const end = scene.flood(pod, 16, newDocument);
      return async () => {
        await end();
        await scene.removeExtra(pod);
      };
    },
  },
  {
    title: "Clients open more connections than `MAX_CONNECTIONS`",
    alerts: ["MessageContactsConnectionsRefused"],
    log: "the connection limit is reached",
    run: async (scene) => {
      const pod = await scene.extra("connections", { MAX_CONNECTIONS: "64" });
      const sockets: Socket[] = [];
      for (let count = 0; count < 96; count += 1) {
        const socket = connect(pod.port, "127.0.0.1");
        socket.on("error", () => undefined);
        await once(socket, "connect");
        // An unfinished request: the connection is not idle.
        socket.write("GET /docs HTTP/1.1\r\nHost: g\r\n");
        sockets.push(socket);
      }
      return async () => {
        for (const socket of sockets) socket.destroy();
        await scene.removeExtra(pod);
      };
    },
  },
  {
    title: "A process without Redis keeps as many idempotency keys as it may",
    alerts: ["MessageContactsStateTableFull"],
    run: async (scene) => {
      // A vendor of its own: without Redis, its changes do not wait for those of others.
      const vendor = await startEmulator();
      const pod = await scene.extra("table", {
        REDIS_URL: "",
        UPSTREAM_ENDPOINT: vendor.url,
        // The size of the table depends on the heap.
        NODE_OPTIONS: `--max-old-space-size=${SMALL_HEAP_MB} --max-semi-space-size=1`,
      });
      const end = scene.flood(pod, 4, keyedChange);
      return async () => {
        await end();
        await scene.removeExtra(pod);
        await vendor.stop();
      };
    },
  },
];
