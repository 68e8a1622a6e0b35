import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import {
  startEmulator,
  type RunningEmulator,
} from "../../src/emulator/emulator.server.js";
import { TOM } from "../support/calls.js";
import { GRAPHQL, REST } from "../support/apis.js";
import { buildGateway, GatewayProcess } from "../support/gateway-process.js";

describe("the bundled gateway", () => {
  let emulator: RunningEmulator;
  let gateway: GatewayProcess;

  beforeAll(async () => {
    emulator = await startEmulator({ seed: "sample" });
    gateway = await GatewayProcess.start(buildGateway(), {
      UPSTREAM_ENDPOINT: emulator.url,
    });
  }, 120_000);
  afterAll(async () => {
    await gateway.kill();
    await emulator.stop();
  });

  const textOf = async (url: string): Promise<string> =>
    (await fetch(url)).text();

  it("serves the same GraphQL schema as schema.graphql", async () => {
    const file = new URL("../../schema.graphql", import.meta.url);
    expect(await textOf(`${gateway.url}/schema.graphql`)).toBe(
      readFileSync(file, "utf8"),
    );
  });

  it("serves its OpenAPI document", async () => {
    const { openapi, paths } = JSON.parse(
      await textOf(`${gateway.url}/openapi.json`),
    ) as { openapi: string; paths: object };
    expect(openapi).toMatch(/^3\.1/);
    expect(Object.keys(paths)).toContain("/v1/message-contacts/{id}");
  });

  it.each([GRAPHQL, REST])("answers over $name", async (api) => {
    const { code } = await api.call(gateway.url, "getMessageContact", {
      contactId: TOM,
    });
    expect(code).toBe("OK");
  });

  it("serves metrics, whose module is loaded on demand", async () => {
    expect(await textOf(`${gateway.opsUrl}/metrics`)).toContain(
      'message_contacts_requests_total{door="rest",operation="getMessageContact",code="OK"} 1',
    );
  });
});
