import { describe, expect, it } from "@jest/globals";
import { ErrorCode } from "../../../../src/errors/error-codes.js";
import { GatewayError } from "../../../../src/errors/gateway-error.js";
import { WriteAudit } from "../../../../src/upstream/writes/write-audit.js";
import { contextOf } from "../../../support/fake-upstream.js";

interface Recorded {
  readonly outcome: string;
  readonly contactId: string | null;
}

function audit(): { audit: WriteAudit; records: Recorded[] } {
  const records: Recorded[] = [];
  const record = ({ outcome, contactId }: Recorded): void => {
    records.push({ outcome, contactId });
  };
  return { audit: new WriteAudit({ record }), records };
}

describe("the audit of writes", () => {
  it("records a success with the id of the created contact", async () => {
    const { audit: writes, records } = audit();
    await writes.run("addMessageContact", {}, contextOf(), () =>
      Promise.resolve({ Contact: { ContactId: "c-1" } }),
    );
    expect(records).toEqual([{ outcome: "OK", contactId: "c-1" }]);
  });

  it("records the code of an error and rethrows it", async () => {
    const { audit: writes, records } = audit();
    const error = new GatewayError(ErrorCode.NAME_TAKEN);
    const params = { ContactId: "c-1" };
    const run = writes.run("updateMessageContact", params, contextOf(), () =>
      Promise.reject(error),
    );
    await expect(run).rejects.toBe(error);
    expect(records).toEqual([{ outcome: "NAME_TAKEN", contactId: "c-1" }]);
  });

  it("records a running write once on a forced exit, with an unknown outcome", async () => {
    const { audit: writes, records } = audit();
    let end: (answer: object) => void = () => undefined;
    const answer = new Promise<object>((resolve) => (end = resolve));
    const params = { ContactId: "c-1" };
    const run = writes.run(
      "deleteMessageContact",
      params,
      contextOf(),
      () => answer,
    );
    const interrupted = writes.recordRunning();
    expect(interrupted).toMatchObject([
      { operation: "deleteMessageContact", upstreamCalls: 0 },
    ]);
    end({ Status: "Deleted" });
    await run;
    expect(writes.recordRunning()).toEqual([]);
    expect(records).toEqual([{ outcome: "OUTCOME_UNKNOWN", contactId: "c-1" }]);
  });
});
