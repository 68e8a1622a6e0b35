import { describe, expect, it } from "@jest/globals";
import { RPC_ERRORS } from "../../../../src/emulator/wire/rpc-error-table.js";
import { errorOfCode } from "../../../../src/emulator/wire/rpc-errors.js";
import { VENDOR_ERRORS } from "../../../support/emulator-fixture.js";

const ROWS = [
  ...VENDOR_ERRORS.common,
  ...Object.values(VENDOR_ERRORS.operations).flat(),
];

describe("errorOfCode", () => {
  it.each(ROWS)(
    "returns the vendor's status and message for $code",
    ({ code, ...row }) => {
      const error = errorOfCode(code);
      expect(error.code).toBe(code);
      expect(error.httpStatus).toBe(row.httpStatus);
      expect(error.message).not.toBe("");
      expect(error.message.startsWith(row.message ?? "")).toBe(true);
      if (row.message === null) expect(error.message).not.toContain(code);
    },
  );

  it("returns status 400 for an unknown code", () => {
    expect(errorOfCode("Never.Seen")).toMatchObject({
      code: "Never.Seen",
      httpStatus: 400,
    });
  });
});

describe("RPC_ERRORS", () => {
  it("contains only documented codes", () => {
    const known = new Set(ROWS.map(({ code }) => code));
    expect(Object.keys(RPC_ERRORS).filter((code) => !known.has(code))).toEqual(
      [],
    );
  });
});
