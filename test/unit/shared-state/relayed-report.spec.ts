import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { ErrorCode } from "../../../src/errors/error-codes.js";
import { GatewayError } from "../../../src/errors/gateway-error.js";
import {
  identityOf,
  type DeletionReport,
} from "../../../src/message-contacts/deletions/deletion-report.js";
import {
  DeletionState,
  MessageType,
} from "../../../src/message-contacts/shapes/enums.js";
import {
  toRelayedReport,
  parseRelayedReport,
} from "../../../src/shared-state/relayed-report.js";

const REPORT: DeletionReport = {
  contactId: "c-1",
  state: DeletionState.FAILED,
  stateRaw: "Failed",
  failures: [
    {
      accountId: "1997968394350001",
      messageTypes: [MessageType.FAULT_MESSAGE],
      messageTypesRaw: ["FaultMessage"],
    },
  ],
  seen: { observedAt: "2026-01-31T08:30:00.000Z", startedHere: true },
  problem: null,
};

const relayed = (report: DeletionReport): DeletionReport | null =>
  parseRelayedReport(JSON.stringify(toRelayedReport(report)), "c-1");

describe("a deletion report published by another replica", () => {
  it("equals the report that was published", () => {
    expect(relayed(REPORT)).toEqual(REPORT);
  });

  it("keeps the code and the retry pause of a problem, and the identity", () => {
    const problem = new GatewayError(ErrorCode.UPSTREAM_UNAVAILABLE, {
      retryAfterSeconds: 4,
    });
    const received = relayed({ ...REPORT, problem });
    expect(received?.problem?.code).toBe("UPSTREAM_UNAVAILABLE");
    expect(received?.problem?.details.retryAfterSeconds).toBe(4);
    expect(received === null ? "" : identityOf(received)).toBe(
      identityOf({ ...REPORT, problem }),
    );
  });

  it.each([
    ["an unknown state", { ...REPORT, state: "GONE" }],
    [
      "a state that is a property name of Object.prototype",
      { ...REPORT, state: "constructor" },
    ],
    ["failures that are not a list", { ...REPORT, failures: {} }],
    ["an unknown code", { ...REPORT, problem: { code: "YES" } }],
    ["an invalid time", { ...REPORT, seen: { observedAt: "now" } }],
    [
      "a vendor state that is too long",
      { ...REPORT, stateRaw: "x".repeat(101) },
    ],
  ])("is ignored with %s", (_case, report) => {
    expect(parseRelayedReport(JSON.stringify(report), "c-1")).toBeNull();
  });

  it("is either complete or ignored, for any published text", () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
        const report = parseRelayedReport(text, "c-1");
        expect(report === null || report.contactId === "c-1").toBe(true);
      }),
    );
  });
});
