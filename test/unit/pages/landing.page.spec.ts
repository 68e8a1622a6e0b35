import { describe, expect, it } from "@jest/globals";
import type { Config } from "../../../src/config/config.js";
import { readConfig } from "../../../src/config/read-config.js";
import type { Directory } from "../../../src/config/files/directories-file.js";
import { landingPage } from "../../../src/pages/landing.page.js";

const ORIGIN = "http://127.0.0.1:3000";

const configOf = (changes: Partial<Config>): Config => ({
  ...readConfig({}),
  ...changes,
});

const directory = (endpoint: string): Directory => ({
  endpoint,
  credentials: { kind: "chain" },
});

const htmlOf = (changes: Partial<Config>): string =>
  landingPage(configOf(changes), ORIGIN, "en").html;

describe("the landing page", () => {
  it.each([
    ["http://127.0.0.1:4000", "Emulator"],
    ["https://vendor.example.com", "changes are real"],
  ])("names the upstream: %s", (endpoint, state) => {
    expect(htmlOf({ UPSTREAM_ENDPOINT: endpoint })).toContain(state);
  });

  it("warns of real changes if one directory is not emulated", () => {
    const directories = new Map([
      ["local", directory("http://127.0.0.1:4000")],
      ["china", directory("https://vendor.example.com")],
    ]);
    expect(htmlOf({ directories })).toContain("changes are real");
  });

  it("lists the directories only without authentication", () => {
    const directories = new Map([
      ["red", directory("http://127.0.0.1:4000")],
      ["blue", directory("http://127.0.0.1:4001")],
    ]);
    expect(htmlOf({ directories })).toContain("<code>blue</code>");
    expect(htmlOf({ directories, API_KEYS_FILE: "keys.json" })).not.toContain(
      "blue",
    );
  });

  it("escapes the host name", () => {
    const { html } = landingPage(configOf({}), 'http://"><b>x', "en");
    expect(html).not.toContain("<b>");
  });
});
