import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  afterAll,
  afterEach,
  beforeAll,
  beforeEach,
  describe,
  expect,
  it,
} from "@jest/globals";
import {
  startEmulator,
  type RunningEmulator,
} from "../../src/emulator/emulator.server.js";
import { readConfig } from "../../src/config/read-config.js";
import { startGateway } from "../../src/gateway.js";
import {
  contacts,
  contactsIn,
} from "../support/contacts-plan/contacts-command.js";
import { blocksOf } from "../support/docs.js";
import { TOM } from "../support/emulator-fixture.js";
import { environmentFor } from "../support/running.js";

const original = { ...process.env };

let emulator: RunningEmulator;
let folder: string;
let people: string;

beforeAll(async () => {
  emulator = await startEmulator();
  folder = await mkdtemp(join(tmpdir(), "contacts-"));
  people = join(folder, "people.csv");
  const [table] = blocksOf("docs/contacts-as-code.md").filter(
    ({ language }) => language === "csv",
  );
  await writeFile(people, table?.text ?? "");
});

afterAll(async () => {
  await emulator.stop();
  await rm(folder, { recursive: true });
});

beforeEach(() => {
  emulator.control.seed("sample");
  emulator.control.clearFaults();
  set(environmentFor(emulator.url));
});

afterEach(() => {
  for (const name of Object.keys(process.env)) {
    if (!Object.hasOwn(original, name)) delete process.env[name];
  }
  set(original);
});

function set(variables: Readonly<Record<string, string | undefined>>): void {
  for (const [name, value] of Object.entries(variables)) {
    if (value === undefined) delete process.env[name];
    else process.env[name] = value;
  }
}

describe("contacts without GATEWAY_URL", () => {
  it("imports a file, finds gaps and drift, and reverts the drift", async () => {
    const { control } = emulator;
    control.seed("empty");
    expect((await contacts("coverage", "--fail-on-gaps")).code).toBe(2);
    const plan = await contacts("plan", people);
    expect([plan.code, plan.err]).toEqual([2, ""]);
    expect(plan.out).not.toContain("@");
    expect((await contacts("plan", people, "--personal")).out).toContain("@");
    expect(await contacts("import", people)).toMatchObject({
      code: 0,
      err: "",
    });
    expect((await contacts("plan", people)).code).toBe(0);
    const { seed } = control.snapshot();
    for (const { contactId, emailAddress } of seed.contacts) {
      control.confirmVerification({ contactId, target: emailAddress });
    }
    expect((await contacts("coverage", "--fail-on-gaps")).code).toBe(0);
    control.seed({
      ...control.snapshot().seed,
      contacts: control
        .snapshot()
        .seed.contacts.map((contact, index) =>
          index === 0 ? { ...contact, title: "Other" } : contact,
        ),
    });
    expect((await contacts("plan", people)).code).toBe(2);
    expect((await contacts("apply", people)).code).toBe(0);
    expect((await contacts("plan", people)).code).toBe(0);
    // Each command starts a gateway.
  }, 120_000);

  it("prints addresses only with --personal", async () => {
    const masked = await contacts("export");
    expect(masked.code).toBe(0);
    expect(masked.out).not.toContain("@");
    expect((await contacts("export", "--personal")).out).toContain("@");
  });

  it("lists what is pending without times, and refuses --older", async () => {
    const { code, out } = await contacts("pending", "--json");
    expect(code).toBe(0);
    const { items } = JSON.parse(out) as { items: object[] };
    expect(items.length).toBeGreaterThan(1);
    for (const item of items) {
      expect(item).toMatchObject({ firstSeenAt: null, lastSentAt: null });
      expect(item).not.toHaveProperty("target");
    }
    expect((await contacts("pending")).out).not.toMatch(/since|sent/);
    const old = await contacts("pending", "--older", "7d", "--fail-on-pending");
    expect([old.code, old.out]).toEqual([1, ""]);
    expect(old.err).toContain("GATEWAY_URL");
  });

  it("ignores the settings of a server, its callers and its replicas", async () => {
    set({
      HOST: "0.0.0.0",
      PORT: "1",
      REDIS_URL: "redis://127.0.0.1:9",
      WEB_CONCURRENCY: "4",
      API_KEYS_FILE: join(folder, "missing.json"),
      JWT_ISSUER: "https://issuer.example",
      LOG_LEVEL: "loud",
      RATE_LIMIT_PER_MINUTE: "1",
    });
    expect(await contacts("coverage")).toEqual({
      code: 0,
      out: "0 of 200 accounts have gaps.\n",
      err: "",
    });
  });

  it("writes changes to the file of AUDIT_LOG, without personal data", async () => {
    emulator.control.seed("empty");
    const file = join(folder, "audit.log");
    set({ AUDIT_LOG: file });
    expect((await contacts("import", people)).code).toBe(0);
    const text = await readFile(file, "utf8");
    const lines = text
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(lines.length).toBeGreaterThanOrEqual(12);
    expect(lines).toContainEqual(
      expect.objectContaining({
        caller: "contacts-command",
        operation: "addMessageContact",
        outcome: "OK",
      }),
    );
    expect(text).not.toMatch(/@|anna/);
  });

  it("watches a deletion that another program has started", async () => {
    const { control } = emulator;
    const other = await startGateway(readConfig(environmentFor(emulator.url)));
    const url = `${other.url}/v1/message-contacts/${TOM}?retainContactInMembers=false`;
    const response = await fetch(url, { method: "DELETE" });
    await other.close();
    expect(response.status).toBe(202);
    const onOut = (text: string): void => {
      if (text.startsWith("IN_PROGRESS")) control.advanceClock(60_000);
    };
    const { code, out } = await contactsIn({ onOut }, "watch-deletion", TOM);
    expect([code, out]).toEqual([0, "IN_PROGRESS\nDELETED\n"]);
  });

  it("uses the directory that --directory names, and requires it if there are several", async () => {
    const { UPSTREAM_ENDPOINT } = process.env;
    const file = join(folder, "directories.json");
    const directory = {
      endpoint: UPSTREAM_ENDPOINT,
      credentials: {
        accessKeyId: "ALIBABA_CLOUD_ACCESS_KEY_ID",
        accessKeySecret: "ALIBABA_CLOUD_ACCESS_KEY_SECRET",
      },
    };
    await writeFile(
      file,
      JSON.stringify({ directories: { main: directory, other: directory } }),
    );
    set({ UPSTREAM_ENDPOINT: "", DIRECTORIES_FILE: file });
    const named = await contacts("coverage", "--directory", "other");
    expect([named.code, named.err]).toEqual([0, ""]);
    for (const args of [[], ["--directory", "third"]]) {
      expect(await contacts("coverage", ...args)).toEqual({
        code: 1,
        out: "",
        err: "Choose one of the configured directories with --directory: main, other.\n",
      });
    }
    expect((await contacts("coverage", "--directory", "A B")).code).toBe(1);
  });

  it("exits with 1 when the vendor rejects the credentials or is unreachable", async () => {
    set({ ALIBABA_CLOUD_ACCESS_KEY_SECRET: "wrong" });
    const denied = await contacts("coverage", "--fail-on-gaps");
    expect([denied.code, denied.out]).toEqual([1, ""]);
    expect(denied.err).toContain("rejected the credentials");
    set({ UPSTREAM_ENDPOINT: "http://127.0.0.1:9", READ_DEADLINE_MS: "1" });
    expect(await contacts("coverage")).toMatchObject({ code: 1, out: "" });
  });

  it("exits with 1 and names the variables when neither a gateway nor a vendor is set", async () => {
    set({ UPSTREAM_ENDPOINT: "" });
    const { code, out, err } = await contacts("coverage");
    expect([code, out]).toEqual([1, ""]);
    for (const name of [
      "GATEWAY_URL",
      "GATEWAY_KEY",
      "UPSTREAM_ENDPOINT",
      "ALIBABA_CLOUD_ACCESS_KEY_ID",
      "UPSTREAM_CREDENTIALS_FILE",
      "UPSTREAM_CREDENTIALS=chain",
      "DIRECTORIES_FILE",
    ]) {
      expect(err).toContain(name);
    }
    set({ UPSTREAM_ENDPOINT: emulator.url, ALIBABA_CLOUD_ACCESS_KEY_ID: "" });
    expect((await contacts("coverage")).err).toContain(
      "ALIBABA_CLOUD_ACCESS_KEY_ID",
    );
  });

  it("uses GATEWAY_URL if both are set, and does not ignore a lone GATEWAY_KEY", async () => {
    emulator.control.clearCalls();
    set({ GATEWAY_URL: "http://127.0.0.1:1" });
    expect((await contacts("coverage")).err).toBe(
      "The gateway at http://127.0.0.1:1 does not respond.\n",
    );
    set({ GATEWAY_URL: "", GATEWAY_KEY: "mcg_key" });
    expect((await contacts("coverage")).err).toBe(
      "GATEWAY_URL is missing, although GATEWAY_KEY is set.\n",
    );
    expect(emulator.control.calls()).toEqual([]);
  });
});

describe("the progress of contacts", () => {
  const terminal = (): {
    texts: string[];
    isTTY: true;
    write(t: string): void;
  } => {
    const texts: string[] = [];
    return { texts, isTTY: true, write: (text) => void texts.push(text) };
  };

  beforeEach(() => set({ CI: undefined, NO_COLOR: undefined, TERM: "xterm" }));

  it.each([
    [["coverage"], "Reading accounts and contacts"],
    [["plan"], "Comparing the file with the directory"],
    [["import"], "Making changes"],
    [["export"], "Reading contacts"],
    [["pending"], "Reading pending verifications"],
    [["watch-deletion", TOM], "Waiting for the deletion to finish"],
  ])(
    "is on the terminal for %j, and is erased at the end",
    async (args, label) => {
      emulator.control.seed("sample");
      const shown = terminal();
      const needsFile = ["plan", "import"].includes(args[0] ?? "");
      await contactsIn(
        { terminal: shown },
        ...args,
        ...(needsFile ? [people] : []),
      );
      expect(shown.texts.join("")).toContain(label);
      expect(shown.texts.at(-1)).toBe("\r\u001b[2K");
    },
  );

  it("has a bar when the number of changes is known", async () => {
    emulator.control.seed("empty");
    const shown = terminal();
    const { code, err } = await contactsIn(
      { terminal: shown },
      "import",
      people,
    );
    expect([code, err]).toEqual([0, ""]);
    expect(shown.texts.join("")).toMatch(/█{24} (\d+)\/\1 {2}Making changes/);
  });

  it("is absent with --json, with CI and without a terminal", async () => {
    const shown = terminal();
    await contactsIn({ terminal: shown }, "coverage", "--json");
    await contactsIn({ terminal: { ...shown, isTTY: false } }, "coverage");
    set({ CI: "true" });
    await contactsIn({ terminal: shown }, "coverage");
    expect(shown.texts).toEqual([]);
  });
});
