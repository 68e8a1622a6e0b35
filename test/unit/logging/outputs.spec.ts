import { spawnSync } from "node:child_process";
import {
  closeSync,
  constants,
  mkdtempSync,
  openSync,
  readFileSync,
  readSync,
  renameSync,
  rmSync,
  statSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { AuditTrail, type AuditEntry } from "../../../src/logging/audit.js";
import { FileOutput } from "../../../src/logging/file-output.js";
import { ReportLimit } from "../../../src/logging/output.js";
import { StreamOutput } from "../../../src/logging/stream-output.js";
import { until } from "../../support/until.js";

const ENTRY: AuditEntry = {
  requestId: "req-1",
  caller: "svc",
  directory: "default",
  operation: "updateMessageContact",
  contactId: "c-qL4HqKONzOM7aB3d",
  outcome: "OK",
  upstreamCalls: 1,
  upstreamRequestId: null,
};

let folder: string;
const open: number[] = [];

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "gateway-outputs-"));
});
afterAll(() => {
  for (const fd of open) closeSync(fd);
  rmSync(folder, { recursive: true, force: true });
});

/** Creates a named pipe and opens both ends. */
function newPipe(name: string): { reader: number; writer: number } {
  const path = join(folder, name);
  spawnSync("mkfifo", [path]);
  const reader = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  const writer = openSync(path, constants.O_WRONLY | constants.O_NONBLOCK);
  open.push(reader, writer);
  return { reader, writer };
}

interface Logged {
  readonly level: string;
  readonly message: string;
  readonly fields: object | undefined;
}

function newLog() {
  const lines: Logged[] = [];
  const logger = {
    log: (level: string, message: string, fields?: object) =>
      lines.push({ level, message, fields }),
  };
  return { lines, logger };
}

describe("an audit file", () => {
  it("is created with mode 0600", () => {
    const path = join(folder, "mode.log");
    AuditTrail.at(path).record(ENTRY);
    expect(statSync(path).mode & 0o777).toBe(0o600);
  });

  it("contains every line completely after rotations and reopening", () => {
    const path = join(folder, "rotated.log");
    const trail = AuditTrail.at(path);
    const names: string[] = [];
    for (let round = 0; round < 5; round += 1) {
      for (let count = 0; count < 20; count += 1) trail.record(ENTRY);
      const name = `${path}.${round}`;
      names.push(name);
      renameSync(path, name);
      trail.record(ENTRY);
      trail.reopen();
    }
    const lines = names.flatMap((name) =>
      readFileSync(name, "utf8").trimEnd().split("\n"),
    );
    expect(lines).toHaveLength(105);
    for (const line of lines) expect(JSON.parse(line)).toMatchObject(ENTRY);
    expect(readFileSync(path, "utf8")).toBe("");
    trail.close();
  });

  it("stays in use when its path cannot be reopened", () => {
    const { lines, logger } = newLog();
    const path = join(folder, "kept.log");
    const trail = AuditTrail.at(path, logger);
    renameSync(path, `${path}.1`);
    // A folder at this path cannot be opened for writing.
    spawnSync("mkdir", [path]);
    trail.reopen();
    trail.record(ENTRY);
    expect(JSON.parse(readFileSync(`${path}.1`, "utf8"))).toMatchObject(ENTRY);
    expect(lines).toMatchObject([
      { level: "error", fields: { cause: "EISDIR" } },
    ]);
  });

  it("logs and counts each entry on a full disk, and does not throw", () => {
    const { lines, logger } = newLog();
    const trail = AuditTrail.at("/dev/full", logger);
    trail.record(ENTRY);
    trail.record({ ...ENTRY, outcome: "NAME_TAKEN" });
    expect(trail.status).toEqual({ failure: "ENOSPC", lost: 2 });
    expect(lines).toMatchObject([
      {
        level: "error",
        message: "the audit log cannot be written",
        fields: { ...ENTRY, cause: "ENOSPC" },
      },
      { level: "error", fields: { outcome: "NAME_TAKEN" } },
    ]);
  });

  it("throws an error that names the setting when its path is wrong", () => {
    expect(() => AuditTrail.at(join(folder, "missing", "a.log"))).toThrow(
      "AUDIT_LOG cannot be opened (ENOENT).",
    );
  });

  it("recovers once a line can be written", () => {
    const path = join(folder, "again.log");
    const output = new FileOutput("/dev/full");
    output.write("lost\n");
    expect(output.status.failure).toBe("ENOSPC");
    Object.assign(output, { path });
    output.reopen();
    output.write("kept\n");
    expect(output.status).toEqual({ failure: null, lost: 1 });
    expect(readFileSync(path, "utf8")).toBe("kept\n");
  });
});

describe("an audit log", () => {
  it("does not throw when its output throws", () => {
    const trail = new AuditTrail({
      write: () => {
        throw new Error("target");
      },
    });
    expect(() => trail.record(ENTRY)).not.toThrow();
    expect(trail.status.lost).toBe(1);
  });

  it("omits a phone number sent as a contact id from the entry of a rejected change", () => {
    const lines: string[] = [];
    const trail = new AuditTrail({ write: (line) => lines.push(line) });
    const withNumber = { ...ENTRY, contactId: "c-13800138000" };
    trail.record({ ...withNumber, outcome: "CONTACT_NOT_FOUND" });
    trail.record({ ...withNumber, outcome: "OK" });
    expect(lines[0]).toContain('"contactId":null');
    expect(lines[1]).toContain('"contactId":"c-13800138000"');
  });
});

describe("an output stream", () => {
  it("writes every line in order, in chunks that a pipe writes atomically", async () => {
    const path = join(folder, "ordered.log");
    const fd = openSync(path, "a");
    open.push(fd);
    const output = new StreamOutput(fd, { isBatched: true });
    const lines = Array.from({ length: 2_000 }, (_, n) => `line ${n}\n`);
    for (const line of lines) output.write(line);
    await until(
      "all lines are written",
      () => statSync(path).size === lines.join("").length,
    );
    output.close();
    expect(readFileSync(path, "utf8")).toBe(lines.join(""));
  });

  it("writes pending lines when it is closed", () => {
    const path = join(folder, "closed.log");
    const fd = openSync(path, "a");
    open.push(fd);
    const output = new StreamOutput(fd, { isBatched: true });
    output.write("pending\n");
    output.close();
    expect(readFileSync(path, "utf8")).toBe("pending\n");
  });

  it("counts the lines lost on a full disk and continues", async () => {
    const fd = openSync("/dev/full", "w");
    open.push(fd);
    const lost: string[] = [];
    const output = new StreamOutput(fd, {
      isBatched: false,
      onLost: (line) => lost.push(line),
    });
    output.write("one\n");
    output.write("two\n");
    await until("both lines are lost", () => lost.length === 2);
    expect(lost).toEqual(["one\n", "two\n"]);
    expect(output.status).toEqual({ failure: "ENOSPC", lost: 2 });
    output.close();
  });

  it("counts the lines lost on a pipe without a reader", async () => {
    const { reader, writer } = newPipe("closed.pipe");
    closeSync(open.splice(open.indexOf(reader), 1)[0] ?? -1);
    const output = new StreamOutput(writer, { isBatched: false });
    output.write("one\n");
    await until("the line is lost", () => output.status.lost === 1);
    expect(output.status.failure).toBe("EPIPE");
    output.close();
  });

  it("buffers at most 1 MiB for a stalled reader, and recovers when it reads again", async () => {
    const { reader, writer } = newPipe("stalled.pipe");
    const output = new StreamOutput(writer, { isBatched: true });
    const line = `${"x".repeat(999)}\n`;
    const written = 3_000;
    for (let count = 0; count < written; count += 1) output.write(line);
    const { lost, failure } = output.status;
    expect(failure).toBe("stalled");
    expect((written - lost) * line.length).toBeLessThan(1.2 * 1024 * 1024);
    let text = "";
    await until("the reader has received all lines", () => {
      text += readChunk(reader);
      return text.length === (written - lost) * line.length;
    });
    expect(text.replaceAll(line, "")).toBe("");
    await until(
      "the output has recovered",
      () => output.status.failure === null,
    );
    output.close();
  });
});

/** Reads the current content of a pipe; empty if there is none. */
function readChunk(fd: number): string {
  const buffer = Buffer.alloc(64 * 1024);
  try {
    return buffer.toString("utf8", 0, readSync(fd, buffer));
  } catch {
    return "";
  }
}

describe("a report limit", () => {
  it("allows one report per minute", () => {
    let nowMs = 5;
    const limit = new ReportLimit(() => nowMs);
    expect([limit.isDue, limit.isDue]).toEqual([true, false]);
    nowMs += 60_000;
    expect([limit.isDue, limit.isDue]).toEqual([true, false]);
  });
});
