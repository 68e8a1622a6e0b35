import { spawn } from "node:child_process";
import { once } from "node:events";
import { copyFileSync, cpSync, mkdirSync } from "node:fs";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import {
  startEmulator,
  type RunningEmulator,
} from "../../src/emulator/emulator.server.js";
import { blocksOf } from "../support/docs.js";
import { buildGateway } from "../support/gateway-process.js";
import { until } from "../support/until.js";

/** How a process ended, and what it printed. */
interface End {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly out: string;
  readonly err: string;
}

let emulator: RunningEmulator;
let folder: string;
let people: string;
let audit: string;

beforeAll(async () => {
  const built = buildGateway();
  emulator = await startEmulator({ seed: "empty" });
  // A folder without packages, as in the container image.
  folder = await mkdtemp(join(tmpdir(), "contacts-bundle-"));
  mkdirSync(join(folder, "dist"));
  cpSync(dirname(built), join(folder, "dist/bundle"), { recursive: true });
  copyFileSync(
    new URL("../../package.json", import.meta.url),
    join(folder, "package.json"),
  );
  people = join(folder, "people.csv");
  audit = join(folder, "audit.log");
  const [table] = blocksOf("docs/contacts-as-code.md").filter(
    ({ language }) => language === "csv",
  );
  await writeFile(people, table?.text ?? "");
}, 120_000);

afterAll(async () => {
  await emulator.stop();
  await rm(folder, { recursive: true });
});

/**
 * Runs `contacts` as the container image does, in front of the emulator.
 *
 * @param stopWhen when to send SIGTERM
 */
async function run(
  args: readonly string[],
  stopWhen?: () => boolean,
): Promise<End> {
  const child = spawn(
    process.execPath,
    [join(folder, "dist/bundle/main.js"), "contacts", ...args],
    {
      stdio: ["ignore", "pipe", "pipe"],
      env: {
        NODE_ENV: "production",
        HOST: "0.0.0.0",
        UPSTREAM_ENDPOINT: emulator.url,
        UPSTREAM_CALLS_PER_SECOND: "0",
        ALIBABA_CLOUD_ACCESS_KEY_ID: "testid",
        ALIBABA_CLOUD_ACCESS_KEY_SECRET: "testsecret",
        AUDIT_LOG: audit,
      },
    },
  );
  const printed = { out: "", err: "" };
  child.stdout.on("data", (data: Buffer) => (printed.out += data.toString()));
  child.stderr.on("data", (data: Buffer) => (printed.err += data.toString()));
  const closed = once(child, "close") as Promise<
    [number | null, NodeJS.Signals | null]
  >;
  if (stopWhen !== undefined) {
    const moment = (): boolean => {
      if (child.exitCode !== null) throw new Error(printed.err);
      return stopWhen();
    };
    await until("the moment to stop", moment, 60_000);
    child.kill("SIGTERM");
  }
  const [code, signal] = await closed;
  return { code, signal, ...printed };
}

describe("contacts from the bundle, without a running gateway", () => {
  it("exits with 2 while accounts have gaps, and prints only the report", async () => {
    const end = await run(["coverage", "--fail-on-gaps", "--json"]);
    expect([end.code, end.signal, end.err]).toEqual([2, null, ""]);
    expect(JSON.parse(end.out)).toMatchObject({ summary: { accounts: 200 } });
  }, 60_000);

  it("records a change that SIGTERM interrupts, and a second apply makes the rest", async () => {
    const { control } = emulator;
    const added = (): number =>
      control
        .calls()
        .filter(
          ({ action, executed }) => action === "AddMessageContact" && executed,
        ).length;
    control.clearCalls();
    control.addFault({
      operation: "AddMessageContact",
      effect: "hang",
      when: "after",
      skip: 3,
    });
    const stopped = await run(["apply", people], () => added() === 4);
    expect([stopped.code, stopped.signal]).toEqual([null, "SIGTERM"]);
    control.clearFaults();
    const lines = (await readFile(audit, "utf8")).trim().split("\n");
    expect(JSON.parse(lines.at(-1) ?? "")).toMatchObject({
      caller: "contacts-command",
      operation: "addMessageContact",
      outcome: "OUTCOME_UNKNOWN",
    });
    const second = await run(["apply", people]);
    expect([second.code, second.err]).toEqual([0, ""]);
    expect(control.snapshot().seed.contacts).toHaveLength(12);
    expect((await run(["plan", people])).code).toBe(0);
  }, 120_000);
});
