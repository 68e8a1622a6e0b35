import {
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  afterAll,
  afterEach,
  beforeAll,
  describe,
  expect,
  it,
} from "@jest/globals";
import { TOM } from "../support/emulator-fixture.js";
import { EmulatedProcess } from "../support/emulated-process.js";
import {
  buildGateway,
  type GatewayProcess,
} from "../support/gateway-process.js";
import { hasRedisServer, RedisServer } from "../support/redis-server.js";
import { until } from "../support/until.js";

const describeHere = hasRedisServer() ? describe : describe.skip;

describeHere("the audit file of several workers", () => {
  let entry: string;
  let redis: RedisServer;
  let running: EmulatedProcess;
  let gateway: GatewayProcess;
  const folder = mkdtempSync(join(tmpdir(), "gateway-audit-"));

  beforeAll(async () => {
    entry = buildGateway();
    redis = await RedisServer.start();
  }, 180_000);
  afterEach(() => running.stop());
  afterAll(async () => {
    await redis.kill();
    rmSync(folder, { recursive: true, force: true });
  });

  const start = async (
    environment: Readonly<Record<string, string>>,
  ): Promise<void> => {
    running = await EmulatedProcess.start(entry, {
      REDIS_URL: redis.url,
      WEB_CONCURRENCY: "2",
      ...environment,
    });
    ({ gateway } = running);
  };

  const change = async (): Promise<void> => {
    const response = await fetch(`${gateway.url}/v1/message-contacts/${TOM}`, {
      method: "PATCH",
      headers: { "content-type": "application/json", connection: "close" },
      body: JSON.stringify({ title: "CEO" }),
    });
    expect(response.status).toBe(200);
    await response.text();
  };

  it("on a full disk: is reported by /readyz of the primary process, and responses are unaffected", async () => {
    await start({
      AUDIT_LOG: "/dev/full",
    });
    await change();
    const facts = await until("/readyz reports the failure", async () => {
      const response = await fetch(`${gateway.opsUrl}/readyz`);
      const body = (await response.json()) as Record<string, unknown>;
      return "audit" in body ? body : null;
    });
    expect(facts).toEqual({
      status: "ready",
      workersReady: 2,
      audit: "cannot be written (ENOSPC); 1 lines lost",
    });
    const metrics = await (await fetch(`${gateway.opsUrl}/metrics`)).text();
    expect(metrics).toContain('message_contacts_log_failing{output="audit"} 1');
  });

  it("is reopened by each worker when the primary process gets SIGHUP", async () => {
    const path = join(folder, "audit.log");
    await start({
      AUDIT_LOG: path,
      LOG_LEVEL: "info",
    });
    const changes = 12;
    for (let count = 0; count < changes; count += 1) await change();
    renameSync(path, `${path}.1`);
    gateway.send("SIGHUP");
    await until(
      "both workers have reopened it",
      () => gateway.output.split("the audit file was reopened").length === 3,
    );
    for (let count = 0; count < changes; count += 1) await change();
    for (const name of [path, `${path}.1`]) {
      const lines = readFileSync(name, "utf8").trim().split("\n");
      expect(lines.map((line) => JSON.parse(line) as object)).toHaveLength(
        changes,
      );
    }
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(gateway.workers()).toHaveLength(2);
  });
});
