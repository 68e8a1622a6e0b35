import {
  afterAll,
  afterEach,
  beforeAll,
  describe,
  expect,
  it,
} from "@jest/globals";
import { REST } from "../support/apis.js";
import { buildGateway, GatewayProcess } from "../support/gateway-process.js";
import {
  freePort,
  hasRedisServer,
  RedisServer,
} from "../support/redis-server.js";
import { scraped } from "../support/metrics.js";
import { hasNginx, Nginx } from "../support/nginx.js";
import {
  startEmulator,
  type RunningEmulator,
} from "../../src/emulator/emulator.server.js";
import { keysFor, newFolder } from "../support/signed-in.js";
import { until } from "../support/until.js";

const READS = 20_000;
const WRITES = 1_500;
const TOM = "c-qL4HqKONzOM7aB3d";

const describeHere = hasRedisServer() && hasNginx() ? describe : describe.skip;

describeHere("a rolling restart behind nginx with its defaults", () => {
  const folder = newFolder();
  const { file, keys } = keysFor({
    caller: { scopes: ["contacts:read", "contacts:write"] },
  });
  const keyFile = folder.write("keys.json", file);
  const headers = { authorization: `Bearer ${keys.caller}` };
  let entry: string;
  let emulator: RunningEmulator;
  let redis: RedisServer;
  let nginx: Nginx;
  let replicas: GatewayProcess[];
  /** Ends the load, also after a failure. */
  let isOver = false;

  beforeAll(() => {
    entry = buildGateway();
  }, 180_000);
  afterAll(() => folder.remove());
  afterEach(async () => {
    isOver = true;
    await nginx.stop();
    await Promise.all(replicas.map((replica) => replica.kill()));
    await redis.kill();
    await emulator.stop();
  });

  it.each([1, 2])(
    "fails no read and no change with %s worker(s) per replica",
    async (workers) => {
      emulator = await startEmulator({
        settings: { callsPerSecond: null, writeDurationMs: 30 },
      });
      redis = await RedisServer.start();
      const ports = [await freePort(), await freePort()];
      const start = (port: number): Promise<GatewayProcess> =>
        GatewayProcess.start(entry, {
          UPSTREAM_ENDPOINT: emulator.url,
          REDIS_URL: redis.url,
          PORT: String(port),
          DRAIN_SECONDS: "1",
          WEB_CONCURRENCY: String(workers),
          API_KEYS_FILE: keyFile,
          // A busy machine must not shed load.
          MAX_EVENT_LOOP_DELAY_MS: "0",
          RATE_LIMIT_PER_MINUTE: "0",
          RATE_LIMIT_PER_ADDRESS_PER_MINUTE: "0",
        });
      replicas = await Promise.all(ports.map(start));
      nginx = await Nginx.start(
        "location / { proxy_pass http://gateways; }",
        `upstream gateways { ${ports.map((port) => `server 127.0.0.1:${port};`).join(" ")} }`,
      );
      const failures: unknown[] = [];
      const done = { reads: 0, writes: 0 };
      let isRolled = false;
      isOver = false;
      const isDone = (): boolean =>
        isOver || (isRolled && done.reads >= READS && done.writes >= WRITES);
      const read = async (): Promise<void> => {
        while (!isDone()) {
          const response = await fetch(
            `${nginx.url}/v1/message-contacts/${TOM}`,
            { headers },
          ).catch((error: unknown) => ({ status: String(error) }));
          if ("arrayBuffer" in response) await response.arrayBuffer();
          if (response.status !== 200) failures.push(["read", response.status]);
          done.reads += 1;
        }
      };
      const write = async (): Promise<void> => {
        while (!isDone()) {
          const { status, code } = await REST.call(
            nginx.url,
            "updateMessageContact",
            { contactId: TOM, name: done.writes % 2 === 0 ? "tom" : "jerry" },
            headers,
          ).catch((error: unknown) => ({ status: 0, code: String(error) }));
          if (code !== "OK") failures.push(["write", status, code]);
          done.writes += 1;
        }
      };
      const load = Promise.all([read(), read(), read(), read(), write()]);
      const served = async (replica: GatewayProcess): Promise<number> => {
        const samples = await scraped(replica.opsUrl);
        return (
          samples.get(
            'message_contacts_requests_total{door="rest",operation="getMessageContact",code="OK"}',
          ) ?? 0
        );
      };
      for (const [index, port] of ports.entries()) {
        const replica = replicas[index];
        if (replica === undefined) continue;
        replica.send("SIGTERM");
        expect(await replica.ended).toEqual({ code: 0, signal: null });
        const next = await start(port);
        replicas[index] = next;
        // nginx sends a failed server nothing for 10 seconds.
        await until(
          "nginx uses the new replica",
          async () => (await served(next)) > 0,
          30_000,
        );
      }
      isRolled = true;
      await load;
      expect(failures).toEqual([]);
    },
    300_000,
  );
});
