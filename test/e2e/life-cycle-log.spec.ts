import {
  afterEach,
  beforeAll,
  beforeEach,
  describe,
  expect,
  it,
} from "@jest/globals";
import { packageVersion } from "../../src/config/version.js";
import { readConfig } from "../../src/config/read-config.js";
import {
  startEmulator,
  type RunningEmulator,
} from "../../src/emulator/emulator.server.js";
import { startGateway, type ProbedGateway } from "../../src/gateway.js";
import { Logger } from "../../src/logging/logger.js";
import { REST } from "../support/apis.js";
import { TOM } from "../support/calls.js";
import { EmulatedProcess } from "../support/emulated-process.js";
import { buildGateway } from "../support/gateway-process.js";
import { keysFor, newFolder } from "../support/signed-in.js";
import { environmentFor } from "../support/running.js";
import { until } from "../support/until.js";

type Line = Readonly<Record<string, unknown>>;

/** The lines of a log that have an event. */
function eventsOf(text: string): Line[] {
  return text
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as Line)
    .filter(({ event }) => event !== undefined);
}

describe("the log of a gateway process", () => {
  const secret = "canary-canary-canary-canary-canary";
  const folder = newFolder();
  let entry: string;
  let running: EmulatedProcess | undefined;

  beforeAll(() => {
    entry = buildGateway();
  }, 180_000);
  afterEach(async () => {
    await running?.stop();
    running = undefined;
    folder.remove();
  });

  it("reports start, readiness, the signal and the stop, without a secret", async () => {
    const { file } = keysFor({ caller: { scopes: ["contacts:read"] } });
    running = await EmulatedProcess.start(entry, {
      LOG_LEVEL: "info",
      STATE_SECRET: secret,
      API_KEYS_FILE: folder.write("keys.json", file),
      UNKNOWN_SETTING: "x",
      DRAIN_SECOND: "1",
    });
    const { gateway } = running;
    gateway.send("SIGTERM");
    expect((await gateway.ended).code).toBe(0);
    expect(gateway.output).not.toContain(secret);
    const lines = eventsOf(gateway.output);
    expect(lines.map(({ event }) => event)).toEqual([
      "start",
      "setting-ignored",
      "ready",
      "drain",
      "stop",
    ]);
    const pid = gateway.pid;
    expect(lines[0]).toMatchObject({
      level: "info",
      pid,
      version: packageVersion(),
      signIn: "api-keys",
      directories: ["default"],
      sharedState: "memory",
      workers: 1,
      changedSettings: {
        DRAIN_SECONDS: 0,
        STATE_SECRET: "set",
        ALIBABA_CLOUD_ACCESS_KEY_SECRET: "set",
      },
    });
    expect(lines[2]).toMatchObject({
      pid,
      url: gateway.url,
      durationMs: expect.any(Number),
    });
    expect(lines[3]).toMatchObject({
      pid,
      drainMs: 0,
      graceMs: 25_000,
      requestsInFlight: 0,
    });
    expect(lines[4]).toMatchObject({
      pid,
      level: "info",
      outcome: "graceful",
      requestsCutOff: 0,
      durationMs: expect.any(Number),
    });
  });

  it("reports how many requests a forced exit cuts off, changes and reads", async () => {
    running = await EmulatedProcess.start(entry, {
      LOG_LEVEL: "info",
      AUDIT_LOG: "stderr",
    });
    const { emulator, gateway } = running;
    for (const operation of ["AddMessageContact", "ListMessageContacts"]) {
      emulator.control.addFault({
        operation,
        effect: "delay",
        when: "after",
        ms: 3_600_000,
      });
    }
    const cutOff = [
      REST.call(gateway.url, "addMessageContact", {
        name: "Neo",
        emailAddress: "neo@example.com",
        title: "CEO",
        messageTypes: ["SERVICE_MESSAGE"],
      }),
      REST.call(gateway.url, "listMessageContacts", {}),
    ].map((call) =>
      call.then(
        () => false,
        () => true,
      ),
    );
    await until(
      "both are at the vendor",
      () => emulator.control.calls().length === 2,
    );
    gateway.send("SIGTERM");
    await until("the gateway is stopping", () =>
      gateway.output.includes('"event":"drain"'),
    );
    gateway.send("SIGTERM");
    expect((await gateway.ended).code).toBe(1);
    expect(await Promise.all(cutOff)).toEqual([true, true]);
    const lines = eventsOf(gateway.output);
    expect(lines.map(({ event }) => event).slice(-3)).toEqual([
      "drain",
      "change-cut-off",
      "stop",
    ]);
    expect(lines.at(-1)).toMatchObject({
      level: "error",
      outcome: "forced",
      requestsCutOff: 2,
    });
    const audit = gateway.errors
      .split("\n")
      .filter((line) => line.startsWith("{"))
      .map((line) => JSON.parse(line) as Line);
    expect(audit).toEqual([
      expect.objectContaining({
        type: "audit",
        operation: "addMessageContact",
        outcome: "OUTCOME_UNKNOWN",
      }),
    ]);
  });
});

describe("the log of a gateway", () => {
  let emulator: RunningEmulator;
  let gateway: ProbedGateway | undefined;
  let text: string;

  beforeEach(async () => {
    text = "";
    emulator = await startEmulator();
  });
  afterEach(async () => {
    // Ends delayed responses, for which the gateway would wait.
    emulator.control.reset();
    emulator.control.advanceClock(3_600_000);
    await gateway?.close();
    gateway = undefined;
    await emulator.stop();
  });

  const start = async (
    environment: Readonly<Record<string, string>>,
  ): Promise<string> => {
    const config = readConfig({
      ...environmentFor(emulator.url),
      LOG_LEVEL: "info",
      ...environment,
    });
    const write = (line: string): void => void (text += line);
    gateway = await startGateway(config, new Logger(config, { write }));
    return gateway.url;
  };
  const read = (url: string): ReturnType<typeof REST.call> =>
    REST.call(url, "getMessageContact", { contactId: TOM });
  const waitFor = (event: string): Promise<Line> =>
    until(
      `the event ${event}`,
      () => eventsOf(text).find((line) => line["event"] === event) ?? null,
    );

  it("reports that the circuit breaker opens, lets a call through, and closes", async () => {
    const url = await start({});
    emulator.control.addFault({ effect: "reset", times: 1_000 });
    await until("the breaker is open", async () => {
      await Promise.all(Array.from({ length: 10 }, () => read(url)));
      return eventsOf(text).some(({ event }) => event === "breaker-open");
    });
    emulator.control.reset();
    await until("the vendor is called again", async () => {
      return (await read(url)).code === "OK";
    });
    const common = { directory: "default", kind: "read" };
    expect(
      eventsOf(text).filter(({ event }) => String(event).startsWith("breaker")),
    ).toEqual([
      expect.objectContaining({ event: "breaker-open", ...common }),
      expect.objectContaining({ event: "breaker-half-open", ...common }),
      expect.objectContaining({ event: "breaker-closed", ...common }),
    ]);
  }, 30_000);

  it("reports the begin and the end of an overload", async () => {
    const url = await start({ MAX_REQUESTS_IN_FLIGHT: "1" });
    emulator.control.addFault({
      operation: "ListMessageContacts",
      effect: "delay",
      when: "after",
      ms: 3_600_000,
    });
    const slow = REST.call(url, "listMessageContacts", {});
    await until(
      "the vendor has the call",
      () => emulator.control.calls().length === 1,
    );
    expect((await read(url)).code).toBe("GATEWAY_BUSY");
    expect(await waitFor("overload-begin")).toMatchObject({
      level: "warn",
      reason: "in-flight",
    });
    emulator.control.advanceClock(3_600_000);
    expect((await slow).code).toBe("OK");
    expect(await waitFor("overload-end")).toMatchObject({
      level: "info",
      refused: 1,
    });
  }, 30_000);
});
