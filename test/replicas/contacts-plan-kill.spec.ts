import { beforeAll, expect, it } from "@jest/globals";
import { startEmulator } from "../../src/emulator/emulator.server.js";
import { buildGateway, GatewayProcess } from "../support/gateway-process.js";
import { until } from "../support/until.js";

const CONTACT = {
  emailAddress: "new@example.com",
  title: "CEO",
  messageTypes: ["SECURITY_MESSAGE"],
};

/** Adds, updates, binds, unbinds and deletes. */
const INPUT = {
  prune: true,
  contacts: [
    { ...CONTACT, name: "anna", targets: ["shop"] },
    { ...CONTACT, name: "bert", targets: [] },
    { id: "c-D7eLz1oV5kMpX0Gt", name: "renamed", targets: ["staging"] },
  ],
};

/** Reads before the first change; a kill at a later call is a kill during the changes. */
const MAX_KILLS = 40;

let entry: string;

beforeAll(() => {
  entry = buildGateway();
}, 120_000);

const post = async (
  url: string,
  path: string,
): Promise<Record<string, unknown>> => {
  const response = await fetch(`${url}${path}`, {
    method: "POST",
    headers: { "content-type": "application/json", "if-match": "*" },
    body: JSON.stringify(INPUT),
  });
  return (await response.json()) as Record<string, unknown>;
};

const isWrite = (action: string | null | undefined): boolean =>
  !/^(?:Get|List)/.test(action ?? "Get");

it("converges with a second apply after the process was killed at any change", async () => {
  let changes = 1;
  for (let kill = 1; kill <= changes && kill < MAX_KILLS; kill += 1) {
    const emulator = await startEmulator({ seed: "sample" });
    const start = (): Promise<GatewayProcess> =>
      GatewayProcess.start(entry, { UPSTREAM_ENDPOINT: emulator.url });
    let gateway = await start();
    try {
      const { control } = emulator;
      const plan = (await post(gateway.url, "/v1/plan")) as {
        changes: unknown[];
        problems: unknown[];
      };
      expect(plan.problems).toEqual([]);
      changes = plan.changes.length;
      control.clearCalls();
      const writes = (): number =>
        control.calls().filter(({ action }) => isWrite(action)).length;
      // The emulator holds each change, so that the kill comes while it runs.
      control.addFault({
        operation: "*",
        effect: "delay",
        ms: 150,
        times: 1_000,
      });
      const pending = post(gateway.url, "/v1/apply").catch(() => null);
      await until(`change ${kill} arrives`, () => writes() >= kill);
      await gateway.kill();
      control.clearFaults();
      await pending;
      gateway = await start();
      expect(await post(gateway.url, "/v1/apply")).toMatchObject({
        isComplete: true,
      });
      expect(await post(gateway.url, "/v1/plan")).toMatchObject({
        isEmpty: true,
      });
      const { contacts } = control.snapshot().seed;
      expect(contacts.map(({ name }) => name).sort()).toEqual([
        "anna",
        "bert",
        "renamed",
      ]);
    } finally {
      if (!gateway.hasEnded) await gateway.kill();
      await emulator.stop();
    }
  }
  expect(changes).toBeGreaterThan(6);
}, 300_000);
