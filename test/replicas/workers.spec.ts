import { spawnSync } from "node:child_process";
import { connect } from "node:net";
import {
  afterAll,
  afterEach,
  beforeAll,
  beforeEach,
  describe,
  expect,
  it,
} from "@jest/globals";
import type { RunningEmulator } from "../../src/emulator/emulator.server.js";
import { REST } from "../support/apis.js";
import { EmulatedProcess } from "../support/emulated-process.js";
import {
  buildGateway,
  type GatewayProcess,
} from "../support/gateway-process.js";
import { scraped } from "../support/metrics.js";
import { hasRedisServer, RedisServer } from "../support/redis-server.js";
import { until } from "../support/until.js";

const READS = 40;

const describeHere = hasRedisServer() ? describe : describe.skip;

describeHere("several workers behind one port", () => {
  let entry: string;
  let emulator: RunningEmulator;
  let redis: RedisServer;
  let running: EmulatedProcess;
  let gateway: GatewayProcess;

  beforeAll(async () => {
    entry = buildGateway();
    redis = await RedisServer.start();
  }, 180_000);
  afterAll(() => redis.kill());
  beforeEach(async () => {
    running = await EmulatedProcess.start(entry, {
      REDIS_URL: redis.url,
      WEB_CONCURRENCY: "2",
      WORKER_HEARTBEAT_SECONDS: "3",
    });
    ({ emulator, gateway } = running);
  });
  afterEach(() => running.stop());

  const read = (): ReturnType<typeof REST.call> =>
    REST.call(gateway.url, "listMessageContacts", {});
  const workers = (): number[] => gateway.workers();
  const ready = async (): Promise<{
    readonly status: string;
    readonly workersReady: number;
  }> => {
    const response = await fetch(`${gateway.opsUrl}/readyz`);
    return (await response.json()) as Awaited<ReturnType<typeof ready>>;
  };
  const isAlive = (pid: number): boolean =>
    spawnSync("kill", ["-0", String(pid)]).status === 0;

  it("report readiness together and expose aggregated metrics", async () => {
    expect(workers()).toHaveLength(2);
    expect(await ready()).toEqual({ status: "ready", workersReady: 2 });
    for (let count = 0; count < READS; count += 1) {
      expect((await read()).code).toBe("OK");
    }
    const metrics = await until("all requests are counted", async () => {
      const response = await fetch(`${gateway.opsUrl}/metrics`);
      const text = await response.text();
      return text.includes(
        `message_contacts_requests_total{door="rest",operation="listMessageContacts",code="OK"} ${READS}\n`,
      )
        ? text
        : null;
    });
    expect(metrics).toContain(
      'message_contacts_shared_state{standing="redis"} 1',
    );
  });

  it("accept the same development key", async () => {
    const authorization = `Bearer ${gateway.developmentKey}`;
    const statuses = new Set<number>();
    for (let count = 0; count < READS; count += 1) {
      const response = await fetch(`${gateway.url}/v1/message-contacts`, {
        headers: { authorization, connection: "close" },
      });
      statuses.add(response.status);
    }
    expect([...statuses]).toEqual([200]);
  });

  it("replace a killed worker while the other one serves requests", async () => {
    const [first = 0, second] = workers();
    process.kill(first, "SIGKILL");
    await until(
      "one worker is ready",
      async () => (await ready()).workersReady === 1,
    );
    expect((await read()).code).toBe("OK");
    await until(
      "two workers are ready",
      async () => (await ready()).workersReady === 2,
    );
    const now = workers();
    expect(now).toHaveLength(2);
    expect(now).toContain(second);
    expect(now).not.toContain(first);
    const samples = await scraped(gateway.opsUrl);
    expect(samples.get("message_contacts_workers_ready")).toBe(2);
    expect(samples.get("message_contacts_workers_wanted")).toBe(2);
    expect(samples.get("message_contacts_worker_restarts_total")).toBe(1);
  });

  it("are not ready and are replaced when all of them hang", async () => {
    const before = workers();
    expect(before).toHaveLength(2);
    for (const pid of before) process.kill(pid, "SIGSTOP");
    await until("no worker is ready", async () => {
      const response = await fetch(`${gateway.opsUrl}/readyz`);
      return response.status === 503;
    });
    await until(
      "new workers are ready",
      async () => (await ready()).workersReady === 2,
    );
    expect(before.map(isAlive)).toEqual([false, false]);
    expect((await read()).code).toBe("OK");
  }, 60_000);

  it("are not replaced when one hangs and resumes in time", async () => {
    const before = workers();
    const [first = 0] = before;
    process.kill(first, "SIGSTOP");
    await until(
      "one worker is ready",
      async () => (await ready()).workersReady === 1,
    );
    process.kill(first, "SIGCONT");
    await until(
      "two workers are ready",
      async () => (await ready()).workersReady === 2,
    );
    expect(workers()).toEqual(before);
  });

  it("keep the counters of a killed worker in the totals", async () => {
    const NAME =
      'message_contacts_requests_total{door="rest",operation="listMessageContacts",code="OK"}';
    for (let count = 0; count < READS; count += 1) await read();
    const counted = async (): Promise<number | undefined> =>
      (await scraped(gateway.opsUrl)).get(NAME);
    await until(
      "all requests are counted",
      async () => (await counted()) === READS,
    );
    const [first = 0] = workers();
    process.kill(first, "SIGKILL");
    await until(
      "one worker is ready",
      async () => (await ready()).workersReady === 1,
    );
    expect(await counted()).toBe(READS);
    await until(
      "two workers are ready",
      async () => (await ready()).workersReady === 2,
    );
    expect(await counted()).toBe(READS);
  });

  it("expose metrics while one worker hangs", async () => {
    const [first = 0] = workers();
    process.kill(first, "SIGSTOP");
    try {
      const response = await fetch(`${gateway.opsUrl}/metrics`);
      expect(response.status).toBe(200);
      expect(await response.text()).toContain(
        'message_contacts_shared_state{standing="redis"} 1',
      );
    } finally {
      process.kill(first, "SIGCONT");
    }
  });

  /** Sends an addition that the vendor has executed but not answered yet. */
  const addSlowly = async (
    url = gateway.url,
  ): Promise<{
    readonly answer: ReturnType<typeof REST.call>;
    readonly release: () => void;
  }> => {
    emulator.control.addFault({
      effect: "delay",
      operation: "AddMessageContact",
      when: "after",
      ms: 3_600_000,
    });
    const answer = REST.call(url, "addMessageContact", {
      name: "Neo",
      emailAddress: "neo@example.com",
      title: "CEO",
      messageTypes: ["SERVICE_MESSAGE"],
    });
    await until("the vendor has executed the write", () =>
      emulator.control.calls().some(({ effects }) => effects > 0),
    );
    return { answer, release: () => emulator.control.advanceClock(3_600_000) };
  };

  it("answer requests in flight before they exit", async () => {
    const { answer, release } = await addSlowly();
    const before = workers();
    gateway.send("SIGTERM");
    await until(
      "the gateway is not ready",
      async () => (await ready()).status !== "ready",
    );
    release();
    expect((await answer).code).toBe("OK");
    expect(await gateway.ended).toEqual({ code: 0, signal: null });
    expect(before.map(isAlive)).toEqual([false, false]);
  });

  it("record a change that a second signal cuts off", async () => {
    const cut = await running.another({ AUDIT_LOG: "stderr" });
    const { answer } = await addSlowly(cut.url);
    const lost = answer.then(
      () => false,
      () => true,
    );
    const before = cut.workers();
    cut.send("SIGTERM");
    await until("the gateway is not ready", async () => {
      const { status } = await fetch(`${cut.opsUrl}/readyz`);
      return status === 503;
    });
    cut.send("SIGTERM");
    expect(await cut.ended).toEqual({ code: 1, signal: null });
    expect(await lost).toBe(true);
    expect(cut.errors).toContain('"outcome":"OUTCOME_UNKNOWN"');
    expect(cut.output).toContain("a running change is cut off");
    expect(before.map(isAlive)).toEqual([false, false]);
  });

  it("do not open the inspector on SIGUSR1", async () => {
    for (const pid of [gateway.pid, ...workers()]) {
      process.kill(pid, "SIGUSR1");
    }
    // After these requests the signal has been handled.
    for (let count = 0; count < READS; count += 1) await read();
    expect(gateway.errors).not.toContain("Debugger listening");
    expect((await ready()).workersReady).toBe(2);
  });

  it("shut down gracefully when the primary process is killed", async () => {
    const { answer, release } = await addSlowly();
    const before = workers();
    await gateway.kill();
    expect(before).toHaveLength(2);
    release();
    expect((await answer).code).toBe("OK");
    await until("all workers have exited", () => !before.some(isAlive));
  });

  it("close connections beyond their limit", async () => {
    const limited = await running.another({ MAX_CONNECTIONS: "2" });
    const { hostname, port } = new URL(limited.url);
    let closed = 0;
    const sockets = Array.from({ length: 6 }, () =>
      connect(Number(port), hostname)
        .on("error", () => undefined)
        .once("close", () => (closed += 1)),
    );
    await until("two connections are closed", () => closed === 2);
    for (const socket of sockets) socket.destroy();
    await limited.kill();
  });

  it("stop in time while one of them is still starting", async () => {
    const [first = 0] = workers();
    process.kill(first, "SIGKILL");
    await until("another worker is started", () => {
      const now = workers();
      return now.length === 2 && !now.includes(first);
    });
    gateway.send("SIGTERM");
    expect(await gateway.ended).toEqual({ code: 0, signal: null });
  });

  it("fail the start with the error of the first worker that cannot start", async () => {
    const taken = new URL(gateway.url).port;
    await expect(running.another({ PORT: taken })).rejects.toThrow(
      "EADDRINUSE",
    );
  });
});
