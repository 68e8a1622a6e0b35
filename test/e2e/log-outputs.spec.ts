import {
  closeSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
} from "node:fs";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  afterAll,
  afterEach,
  beforeAll,
  describe,
  expect,
  it,
} from "@jest/globals";
import { TOM } from "../support/emulator-fixture.js";
import { EmulatedProcess } from "../support/emulated-process.js";
import {
  buildGateway,
  type GatewayProcess,
} from "../support/gateway-process.js";
import { scraped } from "../support/metrics.js";
import { until } from "../support/until.js";

let entry: string;
let folder: string;
let running: EmulatedProcess | undefined;
let gateway: GatewayProcess;

beforeAll(() => {
  entry = buildGateway();
  folder = mkdtempSync(join(tmpdir(), "gateway-logs-"));
}, 180_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));
afterEach(async () => {
  await running?.stop();
  running = undefined;
});

async function start(
  environment: Readonly<Record<string, string>>,
  stdout?: number,
): Promise<void> {
  running = await EmulatedProcess.start(entry, environment, stdout);
  ({ gateway } = running);
}

const titles = ["OTHER", "CEO", "FINANCE_DIRECTOR"] as const;

/** Changes the title and resolves with status, body and whether it is a replay. */
async function change(title: string, key: string) {
  const response = await fetch(`${gateway.url}/v1/message-contacts/${TOM}`, {
    method: "PATCH",
    headers: {
      "content-type": "application/json",
      "idempotency-key": key,
    },
    body: JSON.stringify({ title }),
  });
  return {
    status: response.status,
    body: (await response.json()) as object,
    isReplayed: response.headers.get("idempotent-replayed") === "true",
  };
}

const storedTitle = async (): Promise<unknown> => {
  const response = await fetch(`${gateway.url}/v1/message-contacts/${TOM}`, {
    headers: { "cache-control": "no-cache" },
  });
  return ((await response.json()) as { title: unknown }).title;
};

async function readiness(): Promise<Record<string, unknown>> {
  const response = await fetch(`${gateway.opsUrl}/readyz`);
  expect(response.status).toBe(200);
  return (await response.json()) as Record<string, unknown>;
}

const failing = async (output: "log" | "audit") => {
  const samples = await scraped(gateway.opsUrl);
  const of = (name: string): number | undefined =>
    samples.get(`message_contacts_${name}{output="${output}"}`);
  return { failing: of("log_failing"), lost: of("log_lines_lost_total") };
};

const linesOf = (text: string): Record<string, unknown>[] =>
  text
    .trim()
    .split("\n")
    .filter(Boolean)
    .map((line) => JSON.parse(line) as Record<string, unknown>);

/** Stops the gateway as an orchestrator does; resolves with its exit code. */
async function stopped(): Promise<number | null> {
  gateway.send("SIGTERM");
  return (await gateway.ended).code;
}

describe("an audit log on a full disk", () => {
  it("does not affect responses: each change succeeds and is replayed", async () => {
    await start({ AUDIT_LOG: "/dev/full" });
    for (const [index, title] of titles.entries()) {
      const first = await change(title, `full-${index}`);
      expect(first).toMatchObject({ status: 200, isReplayed: false });
      expect(await storedTitle()).toBe(title);
      expect(await change(title, `full-${index}`)).toEqual({
        ...first,
        isReplayed: true,
      });
    }
    const refused = await fetch(`${gateway.url}/v1/message-contacts/c-nobody`, {
      method: "DELETE",
    });
    expect(refused.status).toBe(404);
    expect(await readiness()).toMatchObject({
      status: "ready",
      audit: expect.stringMatching(/^cannot be written \(ENOSPC\); [1-9]/),
    });
    expect(await failing("audit")).toEqual({
      failing: 1,
      lost: expect.any(Number),
    });
    const written = await until("the log contains the entries", () => {
      const lines = linesOf(gateway.output).filter(
        ({ msg }) => msg === "the audit log cannot be written",
      );
      return lines.length >= titles.length ? lines : null;
    });
    expect(written[0]).toMatchObject({
      level: "error",
      cause: "ENOSPC",
      operation: "updateMessageContact",
      contactId: TOM,
      outcome: "OK",
      caller: "local",
    });
    expect(await stopped()).toBe(0);
  });
});

describe("an audit file", () => {
  it("has mode 0600, and is reopened on SIGHUP without a truncated or lost line", async () => {
    const path = join(folder, "audit.log");
    await start({ AUDIT_LOG: path, LOG_LEVEL: "info" });
    const rotated: string[] = [];
    let sent = 0;
    let isDone = false;
    // Changes run continuously while the file is rotated.
    const changing = (async () => {
      while (!isDone) {
        const { status } = await change(titles[sent % 3] ?? "CEO", `r-${sent}`);
        expect(status).toBe(200);
        sent += 1;
      }
    })();
    for (let round = 0; round < 4; round += 1) {
      const before = sent;
      await until("more changes have run", () => sent > before + 2);
      expect(statSync(path).mode & 0o777).toBe(0o600);
      const name = `${path}.${round}`;
      renameSync(path, name);
      rotated.push(name);
      gateway.send("SIGHUP");
      await until("the new file exists", () => {
        try {
          return statSync(path).isFile();
        } catch {
          return false;
        }
      });
    }
    isDone = true;
    await changing;
    const lines = [...rotated, path].flatMap((name) =>
      linesOf(readFileSync(name, "utf8")),
    );
    expect(lines).toHaveLength(sent);
    expect(new Set(lines.map(({ requestId }) => requestId)).size).toBe(sent);
    expect(gateway.hasEnded).toBe(false);
    expect(await stopped()).toBe(0);
  });

  it("fails the start with the name of the setting when it cannot be opened", async () => {
    await expect(
      start({ AUDIT_LOG: join(folder, "missing", "audit.log") }),
    ).rejects.toThrow("AUDIT_LOG cannot be opened (ENOENT).");
  });
});

describe("a closed standard error", () => {
  it("does not stop the gateway; audit entries go to the log", async () => {
    await start({ AUDIT_LOG: "stderr" });
    gateway.hangUp("stderr");
    for (const [index, title] of titles.entries()) {
      expect(await change(title, `err-${index}`)).toMatchObject({
        status: 200,
      });
    }
    expect(await storedTitle()).toBe(titles[2]);
    await until("the log contains the entries", () => {
      const lines = linesOf(gateway.output);
      return lines.filter(({ cause }) => cause === "EPIPE").length === 3;
    });
    expect(await failing("audit")).toEqual({ failing: 1, lost: 3 });
    expect(await readiness()).toMatchObject({
      audit: "cannot be written (EPIPE); 3 lines lost",
    });
    expect(await stopped()).toBe(0);
  });
});

describe("a standard output that cannot be written", () => {
  it("on a full disk: the gateway starts, serves, reports the loss and exits with 0", async () => {
    const full = openSync("/dev/full", "w");
    await start({ LOG_LEVEL: "info", AUDIT_LOG: "none" }, full);
    closeSync(full);
    expect(await storedTitle()).toBeDefined();
    await until(
      "the loss is counted",
      async () => ((await failing("log")).lost ?? 0) > 0,
    );
    expect(await readiness()).toMatchObject({
      log: expect.stringMatching(
        /^cannot be written \(ENOSPC\); \d+ lines lost$/,
      ),
    });
    const reports = (): string[] =>
      gateway.errorOutput
        .split("\n")
        .filter((line) => line.includes("the log cannot be written"));
    await until(
      "standard error reports the loss",
      () => reports().length === 1,
    );
    expect(JSON.parse(reports()[0] ?? "")).toMatchObject({
      level: "error",
      cause: "ENOSPC",
    });
    expect(await stopped()).toBe(0);
  });

  it("closed together with standard error: the gateway still serves requests", async () => {
    await start({ LOG_LEVEL: "info", AUDIT_LOG: "stderr" });
    gateway.hangUp("stdout");
    gateway.hangUp("stderr");
    expect(await change("CEO", "closed")).toMatchObject({ status: 200 });
    await until(
      "the loss is counted",
      async () => ((await failing("log")).lost ?? 0) > 0,
    );
    expect(await failing("audit")).toEqual({ failing: 1, lost: 1 });
    expect(await storedTitle()).toBe("CEO");
    expect(await stopped()).toBe(0);
  });
});
