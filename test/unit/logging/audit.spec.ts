import { describe, expect, it } from "@jest/globals";
import { AuditTrail, type AuditEntry } from "../../../src/logging/audit.js";
import { Logger } from "../../../src/logging/logger.js";
import { sanitizeForLog } from "../../../src/logging/redact.js";

const ENTRY: AuditEntry = {
  requestId: "req-1",
  caller: "svc",
  directory: "default",
  operation: "addMessageContact",
  contactId: "c-qL4HqKONzOM7aB3d",
  outcome: "OK",
  upstreamCalls: 1,
  upstreamRequestId: "9B34724D-54B0-4A51-B34D-4512372FE1BE",
};

describe("the audit log", () => {
  it("contains one JSON object per line", () => {
    const lines: string[] = [];
    const trail = new AuditTrail(
      { write: (line) => lines.push(line) },
      () => new Date(0),
    );
    trail.record(ENTRY);
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatch(/^\{.*\}\n$/);
    expect(JSON.parse(lines[0] ?? "")).toEqual({
      at: "1970-01-01T00:00:00.000Z",
      type: "audit",
      ...ENTRY,
    });
  });

  it("omits malformed contact ids", () => {
    const lines: string[] = [];
    const trail = new AuditTrail({ write: (line) => lines.push(line) });
    trail.record({ ...ENTRY, contactId: "tom@example.com" });
    expect(lines[0]).toContain('"contactId":null');
  });

  it("accepts entries when it is switched off", () => {
    expect(() => AuditTrail.at("none").record(ENTRY)).not.toThrow();
  });
});

describe("the log", () => {
  const linesOf = (write: (logger: Logger) => void): string[] => {
    const lines: string[] = [];
    write(
      new Logger({ LOG_LEVEL: "debug" }, { write: (line) => lines.push(line) }),
    );
    return lines;
  };

  it("omits the message and the cause of a fault", () => {
    const cause = new Error("canary-cause");
    const fault = new TypeError("canary\n at tom@example.com", { cause });
    const [line = ""] = linesOf((logger) => logger.fault(fault, {}));
    expect(line).not.toMatch(/canary|tom@/);
    expect(JSON.parse(line)).toMatchObject({
      level: "error",
      fault: "TypeError",
    });
  });

  it("logs any thrown value without its content", () => {
    for (const thrown of [null, undefined, 1, "canary", { canary: 1 }]) {
      const [line = ""] = linesOf((logger) => logger.fault(thrown, {}));
      expect(line).not.toContain("canary");
    }
  });

  it("writes a message of the framework on one line, without control characters", () => {
    const lines = linesOf((logger) => {
      logger.forNest.log("one\r\ntwo\u2028three\u001b[31m\u202efour");
    });
    expect(lines).toHaveLength(1);

    expect(lines[0]?.trimEnd()).not.toMatch(/[\u0000-\u001f\u2028\u202e]/);
  });
});

describe("sanitizeForLog", () => {
  it.each([
    "zoe.canary@example.com",
    "86-13900001234",
    "+8613900001234",
    "LTAI5tCanaryCanary",
    "STS.NUcanary",
    "mcg_-H162_t9VWgsP2dzbsNAJBFSQp7Y47wvVNZJjGLpXvU",
    "eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJjYW5hcnkifQ.c2lnbmF0dXJlLXNpZ25hdHVyZS1zaWduYXR1cmU",
  ])("redacts %s", (secret) => {
    expect(sanitizeForLog(`before ${secret} after`)).not.toContain(secret);
  });
});
