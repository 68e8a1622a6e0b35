import { afterEach, beforeAll, describe, expect, it } from "@jest/globals";
import { once } from "node:events";
import { WebSocket } from "ws";
import { REST } from "../support/apis.js";
import { buildGateway, GatewayProcess } from "../support/gateway-process.js";
import {
  startEmulator,
  type RunningEmulator,
} from "../../src/emulator/emulator.server.js";
import { until } from "../support/until.js";

const IN_FLIGHT = 50;

describe("the shutdown of a gateway process", () => {
  let entry: string;
  let emulator: RunningEmulator;
  let gateway: GatewayProcess;

  beforeAll(() => {
    entry = buildGateway();
  }, 180_000);
  afterEach(async () => {
    await gateway.kill();
    await emulator.stop();
  });

  const start = async (
    settings: Parameters<RunningEmulator["control"]["changeSettings"]>[0],
    environment: Readonly<Record<string, string>> = {},
  ): Promise<void> => {
    emulator = await startEmulator({ settings });
    gateway = await GatewayProcess.start(entry, {
      UPSTREAM_ENDPOINT: emulator.url,
      ...environment,
    });
  };
  const add = (index: number): ReturnType<typeof REST.call> =>
    REST.call(gateway.url, "addMessageContact", {
      name: `Neo${"abcdefghij"[Math.floor(index / 10)]}${"abcdefghij"[index % 10]}`,
      emailAddress: `neo${index}@example.com`,
      title: "CEO",
      messageTypes: ["SERVICE_MESSAGE"],
    });
  const executed = (): number =>
    emulator.control.calls().filter(({ effects }) => effects > 0).length;
  const health = async (): Promise<{
    status: number;
    requestsInFlight: number;
  }> => {
    const response = await fetch(`${gateway.opsUrl}/readyz`);
    const body = (await response.json()) as { requestsInFlight: number };
    return { ...body, status: response.status };
  };

  it("answers all 50 writes in flight, and exits with 0", async () => {
    await start(
      { writeDurationMs: 100, contactsPerDirectory: 1_000 },
      { DRAIN_SECONDS: "1" },
    );
    const answers = Promise.all(
      Array.from({ length: IN_FLIGHT }, (_, index) => add(index)),
    );
    await until(
      "all writes are in flight",
      async () => (await health()).requestsInFlight === IN_FLIGHT,
    );
    gateway.send("SIGTERM");
    await until(
      "the gateway is not ready",
      async () => (await health()).status === 503,
    );
    const codes = (await answers).map(({ code }) => code);
    expect(codes).toEqual(Array.from({ length: IN_FLIGHT }, () => "OK"));
    expect(await gateway.ended).toEqual({ code: 0, signal: null });
    expect(executed()).toBe(IN_FLIGHT);
  });

  it("rejects requests with GATEWAY_BUSY after the drain period", async () => {
    await start({}, { DRAIN_SECONDS: "0" });
    emulator.control.addFault({
      effect: "delay",
      operation: "AddMessageContact",
      when: "after",
      ms: 3_600_000,
    });
    const first = add(0);
    await until("the vendor has executed the write", () => executed() === 1);
    gateway.send("SIGTERM");
    const refused = await until("a request is refused", async () => {
      const answer = await REST.call(gateway.url, "getMessageContact", {
        contactId: "c-1",
      });
      return answer.status === 503 ? answer : null;
    });
    expect(refused.code).toBe("GATEWAY_BUSY");
    expect(refused.headers.get("retry-after")).toBe("1");
    expect(refused.headers.get("connection")).toBe("close");
    emulator.control.advanceClock(3_600_000);
    expect((await first).code).toBe("OK");
    expect(await gateway.ended).toEqual({ code: 0, signal: null });
  });

  it("closes WebSockets with 1001", async () => {
    await start({}, { DRAIN_SECONDS: "0" });
    const socket = new WebSocket(
      `${gateway.url.replace("http", "ws")}/graphql`,
      "graphql-transport-ws",
    );
    await once(socket, "open");
    socket.send('{"type":"connection_init"}');
    await once(socket, "message");
    const closed = once(socket, "close");
    gateway.send("SIGTERM");
    expect((await closed)[0]).toBe(1001);
    expect(await gateway.ended).toEqual({ code: 0, signal: null });
  });

  it("ends event streams, and exits with 0", async () => {
    await start({}, { DRAIN_SECONDS: "0" });
    const contactId = "c-qL4HqKONzOM7aB3d";
    const deleted = await REST.call(gateway.url, "deleteMessageContact", {
      contactId,
      retainContactInMembers: false,
    });
    expect(deleted.status).toBe(202);
    const stream = await fetch(
      `${gateway.url}/v1/message-contacts/${contactId}/deletion/events`,
    );
    gateway.send("SIGTERM");
    expect(await stream.text()).not.toContain("event: complete");
    expect(await gateway.ended).toEqual({ code: 0, signal: null });
  });

  it("records a change that a second signal cuts off, and exits with 1", async () => {
    await start({}, { DRAIN_SECONDS: "0", AUDIT_LOG: "stderr" });
    emulator.control.addFault({
      effect: "delay",
      operation: "AddMessageContact",
      when: "after",
      ms: 3_600_000,
    });
    const lost = add(0).then(
      () => false,
      () => true,
    );
    await until("the vendor has executed the write", () => executed() === 1);
    gateway.send("SIGTERM");
    await until(
      "the gateway is not ready",
      async () => (await health()).status === 503,
    );
    gateway.send("SIGTERM");
    expect(await gateway.ended).toEqual({ code: 1, signal: null });
    expect(await lost).toBe(true);
    const audit = gateway.errors
      .split("\n")
      .filter((line) => line.startsWith('{"at"'))
      .map((line) => JSON.parse(line) as object);
    expect(audit).toEqual([
      expect.objectContaining({
        operation: "addMessageContact",
        outcome: "OUTCOME_UNKNOWN",
        upstreamCalls: 1,
      }),
    ]);
    const lines = gateway.output
      .split("\n")
      .filter((line) => line.includes("a running change is cut off"));
    expect(lines).toHaveLength(1);
    expect(JSON.parse(lines[0] ?? "")).toMatchObject({
      operation: "addMessageContact",
      code: "OUTCOME_UNKNOWN",
      level: "error",
    });
  });

  it("waits for a running change until its deadline, longer than 15 seconds", async () => {
    await start({}, { DRAIN_SECONDS: "1" });
    for (const when of ["before", "before"] as const) {
      emulator.control.addFault({
        effect: "delay",
        operation: "AddMessageContact",
        when,
        ms: 3_600_000,
      });
    }
    const answer = add(0);
    await until(
      "the vendor has received the write",
      () => emulator.control.calls().length > 0,
    );
    gateway.send("SIGTERM");
    // Each attempt times out after 8 seconds; the deadline is 20 seconds.
    const { code } = await answer;
    expect(["OK", "OUTCOME_UNKNOWN"]).toContain(code);
    expect(await gateway.ended).toEqual({ code: 0, signal: null });
  }, 60_000);

  it("is not caused by SIGUSR1, which does not open the inspector either", async () => {
    await start({}, { DRAIN_SECONDS: "0" });
    gateway.send("SIGUSR1");
    expect((await health()).status).toBe(200);
    gateway.send("SIGTERM");
    expect(await gateway.ended).toEqual({ code: 0, signal: null });
    expect(gateway.errors).not.toContain("Debugger listening");
  });

  it("exits at once with 1 on a second signal", async () => {
    await start({}, { DRAIN_SECONDS: "10" });
    gateway.send("SIGTERM");
    await until(
      "the gateway is not ready",
      async () => (await health()).status === 503,
    );
    gateway.send("SIGTERM");
    expect(await gateway.ended).toEqual({ code: 1, signal: null });
  });
});
