import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { contacts } from "../support/contacts-plan/contacts-command.js";
import { blocksOf } from "../support/docs.js";
import { startBoth, type Running } from "../support/running.js";

let running: Running;
let folder: string;

beforeEach(async () => {
  running = await startBoth({ seed: "empty" });
  folder = await mkdtemp(join(tmpdir(), "contacts-"));
  process.env["GATEWAY_URL"] = running.gateway.url;
});

afterEach(async () => {
  delete process.env["GATEWAY_URL"];
  await running.stop();
  await rm(folder, { recursive: true });
});

describe("contacts", () => {
  it("does what docs/contacts-as-code.md says: import twelve people, close gaps, find drift", async () => {
    const [table] = blocksOf("docs/contacts-as-code.md").filter(
      ({ language }) => language === "csv",
    );
    const file = join(folder, "people.csv");
    await writeFile(file, table?.text ?? "");
    const gaps = async (): Promise<number> => {
      const { out } = await contacts("coverage", "--json");
      const { summary } = JSON.parse(out) as {
        summary: { accountsWithGaps: number };
      };
      return summary.accountsWithGaps;
    };
    const before = await gaps();
    expect(before).toBeGreaterThan(100);
    expect((await contacts("coverage", "--fail-on-gaps")).code).toBe(2);
    const plan = await contacts("plan", file);
    expect([plan.code, plan.err]).toEqual([2, ""]);
    expect(plan.out).not.toContain("@example.com");
    expect((await contacts("plan", file, "--personal")).out).toContain(
      "@example.com",
    );
    expect(await contacts("import", file)).toMatchObject({ code: 0, err: "" });
    const { control } = running.emulator;
    const people = control.snapshot().seed.contacts;
    expect(people).toHaveLength(12);
    const counts: number[] = [];
    for (const { contactId, emailAddress } of people) {
      control.confirmVerification({ contactId, target: emailAddress });
      counts.push(await gaps());
    }
    expect(counts.at(-1)).toBe(0);
    expect(counts).toEqual([...counts].sort((a, b) => b - a));
    expect((await contacts("coverage", "--fail-on-gaps")).code).toBe(0);
    expect((await contacts("plan", file)).code).toBe(0);
    const { seed } = control.snapshot();
    control.seed({
      ...seed,
      contacts: seed.contacts.map((contact, index) =>
        index === 0 ? { ...contact, title: "Other" } : contact,
      ),
    });
    const drift = await contacts("plan", file);
    expect(drift.code).toBe(2);
    expect(drift.out).toContain("TITLE=");
    expect(await contacts("apply", file)).toMatchObject({ code: 0 });
    expect((await contacts("plan", file)).code).toBe(0);
  });

  it("exports what it accepts again, without addresses by default", async () => {
    running.emulator.control.seed("sample");
    const { code, out } = await contacts("export", "--format", "csv");
    expect(code).toBe(0);
    expect(out).not.toContain("@");
    const file = join(folder, "people.csv");
    await writeFile(file, out);
    expect((await contacts("plan", file, "--json")).code).toBe(0);
  });

  it.each([
    ["json", '[{"name": "anna"}]'],
    ["json", '{"contacts": [{"name": "anna"}]}'],
    ["yaml", "- name: anna\n"],
  ])("accepts a list, alone or as a member, in %s: %s", async (type, text) => {
    const file = join(folder, `people.${type}`);
    await writeFile(file, text);
    expect((await contacts("plan", file)).out).toContain(
      "Problem, line 1: anna does not exist yet",
    );
  });

  it("exits with 1 for a file with problems, and names the line", async () => {
    const file = join(folder, "people.csv");
    await writeFile(file, "name,title\nanna,CEO\n");
    const { code, out } = await contacts("plan", file);
    expect(code).toBe(1);
    expect(out).toContain("Problem, line 2: anna does not exist yet");
    await writeFile(file, "name,titel\nanna,CEO\n");
    const invalid = await contacts("plan", file);
    expect(invalid.code).toBe(1);
    expect(invalid.err).toContain("lines.1.titel");
  });

  it.each<[string[], string]>([
    [
      ["pending", "--fail-on-gaps"],
      "--fail-on-gaps is not an option of contacts pending. Options: --older, --channel, --fail-on-pending, --personal, --json, --directory.",
    ],
    [
      ["coverage", "people.csv"],
      "contacts coverage takes no argument besides its options.",
    ],
    [["export", "--format", "xml"], "--format must be csv, json or yaml."],
  ])(
    "exits with 1 for %j, and says what is accepted",
    async (args, message) => {
      const { code, out, err } = await contacts(...args);
      expect([code, out]).toEqual([1, ""]);
      expect(err.split("\n")[0]).toBe(message);
    },
  );

  it("exits with 1 if npm did not pass on an option", async () => {
    process.env["npm_config_fail_on_gaps"] = "true";
    try {
      const { code, err } = await contacts("coverage");
      expect(code).toBe(1);
      expect(err).toContain("npm did not pass on --fail-on-gaps");
    } finally {
      delete process.env["npm_config_fail_on_gaps"];
    }
  });

  it("exits with 1 without a gateway, and for an invalid command line", async () => {
    expect((await contacts("compare")).code).toBe(1);
    process.env["GATEWAY_URL"] = "http://127.0.0.1:1";
    const { code, err } = await contacts("coverage");
    expect(code).toBe(1);
    expect(err).toMatch(
      /^The gateway at http:\/\/127\.0\.0\.1:1 does not respond/,
    );
  });

  it.each([
    ["a path", () => `${running.gateway.url}/v1`],
    ["another server", () => running.emulator.url],
  ])("says what GATEWAY_URL must be, if it has %s", async (_, url) => {
    process.env["GATEWAY_URL"] = url();
    const { code, err } = await contacts("coverage");
    expect(code).toBe(1);
    expect(err).toContain(`Check GATEWAY_URL (${url()})`);
  });

  it("names GATEWAY_KEY if the gateway rejects the credential", async () => {
    process.env["GATEWAY_KEY"] = "unknown";
    try {
      const { code, err } = await contacts("coverage");
      expect(code).toBe(1);
      expect(err).toContain("GATEWAY_KEY");
    } finally {
      delete process.env["GATEWAY_KEY"];
    }
  });
});
