import { readFileSync } from "node:fs";
import { describe, expect, it } from "@jest/globals";
import { parse } from "yaml";
import { readConfig } from "../../src/config/read-config.js";
import { settings } from "../../src/config/settings.js";
import { graceMs } from "../../src/config/time-limits.js";
import { AFTER_WORKERS_MS } from "../../src/processes/primary.js";

interface Service {
  readonly mem_limit?: string;
  readonly environment?: Readonly<Record<string, string | null>>;
  readonly read_only?: boolean;
  readonly network_mode?: string;
  readonly ports?: readonly string[];
  readonly profiles?: readonly string[];
  readonly stop_grace_period?: string;
}

const { services } = parse(
  readFileSync(new URL("../../compose.yaml", import.meta.url), "utf8"),
) as { services: Readonly<Record<string, Service>> };
const { gateway = {}, emulator = {}, valkey } = services;
const { environment = {} } = gateway;

/** Settings that Compose does not pass on, and why. */
const NOT_PASSED: Readonly<Record<string, string>> = {
  PORT: "the published port leads to the default",
  OPS_PORT: "the published port leads to the default",
  HOST: "the image sets it",
  NODE_ENV: "the image sets it",
  EMULATOR_PORT: "the gateway embeds no emulator in production",
  UPSTREAM_CREDENTIALS_FILE: "the file must be mounted",
  REDIS_CA_FILE: "the file must be mounted",
  REDIS_CLIENT_CERT_FILE: "the file must be mounted",
  REDIS_CLIENT_KEY_FILE: "the file must be mounted",
  JWT_ISSUERS_FILE: "the file must be mounted",
  DIRECTORIES_FILE: "the file must be mounted",
  PERSISTED_DOCUMENTS_FILE: "the file must be mounted",
  OTEL_EXPORTER_OTLP_CERTIFICATE: "the file must be mounted",
  OTEL_EXPORTER_OTLP_TRACES_CERTIFICATE: "the file must be mounted",
  OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE: "the file must be mounted",
  OTEL_EXPORTER_OTLP_TRACES_CLIENT_CERTIFICATE: "the file must be mounted",
  OTEL_EXPORTER_OTLP_CLIENT_KEY: "the file must be mounted",
  OTEL_EXPORTER_OTLP_TRACES_CLIENT_KEY: "the file must be mounted",
};

/** Value of a variable in the container when none is set outside. */
const byDefault = (text: string | null | undefined): string | undefined =>
  /^\$\{\w+:-(.*)\}$/.exec(text ?? "")?.[1] ?? text ?? undefined;

describe("compose.yaml", () => {
  it("passes on every setting, except those that cannot work", () => {
    const all = settings().flatMap(({ name, alias }) =>
      alias === undefined ? [name] : [name, alias],
    );
    const passed = Object.keys(environment);
    expect([...passed, ...Object.keys(NOT_PASSED)].sort()).toEqual(all.sort());
  });

  it("takes each setting from the variable of the same name", () => {
    for (const [name, text] of Object.entries(environment)) {
      if (text === null || !text.startsWith("${")) continue;
      expect([name, text]).toEqual([
        name,
        expect.stringMatching(`^\\$\\{${name}:-`),
      ]);
    }
  });

  it("has read-only services, and no heap limit, which the gateway derives", () => {
    expect([gateway.read_only, emulator.read_only]).toEqual([true, true]);
    expect(gateway.mem_limit).toMatch(/^\d+m$/);
    expect(environment).not.toHaveProperty("NODE_OPTIONS");
    expect(valkey).toBeDefined();
  });

  it("has a grace period longer than the shutdown", () => {
    const { stop_grace_period: period = "" } = gateway;
    expect(period).toMatch(/^\d+s$/);
    const shutdownMs = graceMs(readConfig({})) + AFTER_WORKERS_MS;
    expect(Number.parseInt(period) * 1_000).toBeGreaterThan(shutdownMs);
  });

  it("publishes probes, metrics and the emulator on loopback only", () => {
    expect(gateway.ports).toEqual([
      "3000:3000",
      "127.0.0.1:3001:3001",
      "127.0.0.1:4010:4010",
    ]);
    expect(emulator.ports).toBeUndefined();
  });

  it("has an emulator that only the gateway reaches, unless EMULATOR_HOST is set", () => {
    expect(emulator.profiles).toEqual(["try"]);
    expect(emulator.network_mode).toBe("service:gateway");
    expect(byDefault(emulator.environment?.["EMULATOR_HOST"])).toBe(
      "127.0.0.1",
    );
    expect(byDefault(environment["UPSTREAM_ENDPOINT"])).toBe(
      `http://127.0.0.1:${emulator.environment?.["EMULATOR_PORT"]}`,
    );
  });
});
