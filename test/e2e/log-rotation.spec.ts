import { spawnSync } from "node:child_process";
import {
  closeSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeAll, describe, expect, it } from "@jest/globals";
import { TOM } from "../support/emulator-fixture.js";
import { EmulatedProcess } from "../support/emulated-process.js";
import { buildGateway } from "../support/gateway-process.js";
import { isInstalled } from "../support/installed.js";
import { until } from "../support/until.js";

const describeHere = isInstalled(
  "logrotate",
  "apt-get install -y logrotate (Debian), brew install logrotate (macOS)",
)
  ? describe
  : describe.skip;

/** The configuration of logrotate in the documentation. */
function documentedRules(): string {
  const url = new URL("../../docs/operations.md", import.meta.url);
  const [, section = ""] = readFileSync(url, "utf8").split("### Rotation\n");
  const [, rules] = /```text\n([\s\S]*?)```/.exec(section) ?? [];
  if (rules === undefined) throw new Error("the rules are missing");
  return rules;
}

describeHere("the rules for logrotate in the documentation", () => {
  let entry: string;
  let folder: string;
  let running: EmulatedProcess;

  beforeAll(() => {
    entry = buildGateway();
  }, 180_000);
  afterEach(async () => {
    await running.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  /** All files of a rotated log, without the place of the newest. */
  const textsOf = (name: string): string[] =>
    readdirSync(folder)
      .filter((file) => file.startsWith(name))
      .map((file) => readFileSync(join(folder, file), "utf8"));

  it("lose and cut no audit line, and no log line that is written before or after", async () => {
    folder = mkdtempSync(join(tmpdir(), "gateway-rotation-"));
    const log = openSync(join(folder, "gateway.log"), "a", 0o600);
    running = await EmulatedProcess.start(
      entry,
      { LOG_LEVEL: "info", AUDIT_LOG: join(folder, "audit.log") },
      log,
    );
    closeSync(log);
    const { gateway } = running;
    const pidFile = join(folder, "gateway.pid");
    writeFileSync(pidFile, String(gateway.pid));
    const rules = join(folder, "rules");
    writeFileSync(
      rules,
      documentedRules()
        .replaceAll("/var/log/gateway", folder)
        .replaceAll("/run/gateway.pid", pidFile),
      { mode: 0o600 },
    );
    let sent = 0;
    let isDone = false;
    // Changes run continuously while the files are rotated.
    const changing = (async () => {
      while (!isDone) {
        const url = `${gateway.url}/v1/message-contacts/${TOM}`;
        const { status } = await fetch(url, {
          method: "PATCH",
          headers: { "content-type": "application/json" },
          body: JSON.stringify({ title: sent % 2 === 0 ? "CEO" : "OTHER" }),
        });
        expect(status).toBe(200);
        sent += 1;
      }
    })();
    for (let round = 1; round <= 3; round += 1) {
      const before = sent;
      await until("more changes have run", () => sent > before + 2);
      const { status, stderr } = spawnSync(
        "logrotate",
        ["--force", "--state", join(folder, "state"), rules],
        { encoding: "utf8" },
      );
      expect([status, stderr]).toEqual([0, ""]);
      await until("the audit file was reopened", () =>
        textsOf("gateway.log").some((text) => text.includes("audit-reopened")),
      );
    }
    const before = sent;
    await until("more changes have run", () => sent > before + 2);
    isDone = true;
    await changing;
    const ids = textsOf("audit.log").flatMap((text) => idsOf(text));
    expect(new Set(ids).size).toBe(sent);
    expect(ids).toHaveLength(sent);
    expect(textsOf("audit.log")).toHaveLength(4);
    gateway.send("SIGTERM");
    expect((await gateway.ended).code).toBe(0);
    const logs = textsOf("gateway.log");
    expect(logs).toHaveLength(4);
    // Throws if a line is cut, or if the file begins with zero bytes.
    const lines = logs.flatMap((text) => linesOf(text));
    const events = lines.map(({ event }) => event);
    expect(events).toEqual(expect.arrayContaining(["start", "stop"]));
  }, 60_000);
});

function linesOf(text: string): Record<string, unknown>[] {
  return text
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}

function idsOf(text: string): unknown[] {
  return linesOf(text).map(({ requestId }) => requestId);
}
