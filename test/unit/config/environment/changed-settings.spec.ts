import { describe, expect, it } from "@jest/globals";
import { changedSettings } from "../../../../src/config/environment/changed-settings.js";
import { createConfig } from "../../../../src/config/config.js";
import { readConfig } from "../../../../src/config/read-config.js";
import { settings, type Settings } from "../../../../src/config/settings.js";

describe("changedSettings", () => {
  it("is empty when every setting has its default", () => {
    expect(changedSettings(readConfig({}))).toEqual({});
  });

  it("omits a setting whose value equals the default", () => {
    const config = readConfig({ PORT: "3000", DRAIN_SECONDS: "4" });
    expect(changedSettings(config)).toEqual({ DRAIN_SECONDS: 4 });
  });

  it("contains values of numbers and flags, and only the names of texts that may be secret", () => {
    const secret = "canary-canary-canary-canary-canary";
    const config = readConfig({
      PORT: "8080",
      OTEL_SDK_DISABLED: "true",
      LOG_LEVEL: "warn",
      UPSTREAM_ENDPOINT: "http://127.0.0.1:9",
      ALIBABA_CLOUD_ACCESS_KEY_ID: secret,
      ALIBABA_CLOUD_ACCESS_KEY_SECRET: secret,
      REDIS_URL: `redis://user:${secret}@127.0.0.1`,
      STATE_SECRET: secret,
      HTTPS_PROXY: `http://user:${secret}@127.0.0.1:8080`,
      OTEL_EXPORTER_OTLP_HEADERS: `authorization=${secret}`,
    });
    expect(changedSettings(config)).toEqual({
      PORT: 8080,
      OTEL_SDK_DISABLED: true,
      LOG_LEVEL: "warn",
      UPSTREAM_ENDPOINT: "http://127.0.0.1:9",
      ALIBABA_CLOUD_ACCESS_KEY_ID: "set",
      ALIBABA_CLOUD_ACCESS_KEY_SECRET: "set",
      REDIS_URL: "set",
      STATE_SECRET: "set",
      HTTPS_PROXY: "set",
      OTEL_EXPORTER_OTLP_HEADERS: "set",
    });
  });

  it("hides every text whose name suggests a secret, also of settings that are added later", () => {
    const canary = "canary";
    const values = Object.fromEntries(
      settings()
        .filter(({ kind }) => kind === "text" || kind === "list")
        .map(({ name }) => [name, canary]),
    );
    const config = createConfig({
      ...readConfig({}),
      ...(values as Partial<Settings>),
    });
    const shown = Object.entries(changedSettings(config))
      .filter(([, value]) => value === canary)
      .map(([name]) => name);
    expect(
      shown.filter((name) =>
        /KEY_ID|SECRET|TOKEN|HEADERS|FILE|REDIS_URL|HTTPS?_PROXY|CERTIFICATE|CLIENT_KEY/.test(
          name,
        ),
      ),
    ).toEqual([]);
    expect(shown).toContain("LOG_LEVEL");
  });
});
