import { describe, expect, it } from "@jest/globals";
import { CallRecord } from "../../../../src/emulator/state/call-record.js";
import type { RpcCall } from "../../../../src/emulator/state/call.js";
import { RpcParams } from "../../../../src/emulator/wire/rpc-params.js";

const CALL = {
  requestId: "R",
  method: "POST",
  common: { actionName: "GetMessageContact" },
  params: new RpcParams(
    new Map([
      ["ContactId", "c-a"],
      ["Signature", "planted"],
      ["SecurityToken", "planted"],
    ]),
  ),
} as RpcCall;

describe("CallRecord", () => {
  it("keeps only the latest calls", () => {
    const record = new CallRecord(3);
    for (let count = 0; count < 10; count += 1) record.open(CALL, 0);
    expect(record.all().map(({ callId }) => callId)).toEqual([8, 9, 10]);
  });

  it("omits Signature and SecurityToken", () => {
    const { params } = new CallRecord().open(CALL, 0);
    expect(params).toEqual({ ContactId: "c-a" });
  });
});
