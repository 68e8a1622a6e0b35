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

describe("a report that another replica tells", () => {
  it("says the same as the report that was told", () => {
    expect(relayed(REPORT)).toEqual(REPORT);
  });

  it("keeps code and pause of a problem, and the identity", () => {
    const problem = new GatewayError(ErrorCode.UPSTREAM_UNAVAILABLE, {
      retryAfterSeconds: 4,
    });
    const heard = relayed({ ...REPORT, problem });
    expect(heard?.problem?.code).toBe("UPSTREAM_UNAVAILABLE");
    expect(heard?.problem?.details.retryAfterSeconds).toBe(4);
    expect(heard === null ? "" : identityOf(heard)).toBe(
      identityOf({ ...REPORT, problem }),
    );
  });

  it.each([
    ["an unknown state", { ...REPORT, state: "GONE" }],
    ["a state of the prototype", { ...REPORT, state: "constructor" }],
    ["failures that are no list", { ...REPORT, failures: {} }],
    ["an unknown code", { ...REPORT, problem: { code: "YES" } }],
    ["a time that is none", { ...REPORT, seen: { observedAt: "now" } }],
    ["a long word", { ...REPORT, stateRaw: "x".repeat(101) }],
  ])("is not believed with %s", (_what, report) => {
    expect(parseRelayedReport(JSON.stringify(report), "c-1")).toBeNull();
  });

  it("is either whole or not believed, whatever was published", () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
        const report = parseRelayedReport(text, "c-1");
        expect(report === null || report.contactId === "c-1").toBe(true);
      }),
    );
  });
});
