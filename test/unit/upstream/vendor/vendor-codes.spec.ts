import { readFileSync } from "node:fs";
import { describe, expect, it } from "@jest/globals";
import { ErrorCode } from "../../../../src/errors/error-codes.js";
import { vendorCodesOf } from "../../../../src/upstream/vendor/vendor-codes.js";
import { classify } from "../../../../src/upstream/vendor/vendor-errors.js";

const documented = readFileSync(
  new URL("../../../fixtures/vendor-errors.json", import.meta.url),
  "utf8",
);

/** Codes in the vendor's documentation, from anywhere in the fixture. */
const DOCUMENTED = [
  ...new Set(
    [...documented.matchAll(/"code": ?"([A-Za-z.]+)"/gi)].map(
      ([, code = ""]) => code,
    ),
  ),
];

describe("the vendor codes of a gateway code", () => {
  it.each(Object.values(ErrorCode))("are classified as it: %s", (code) => {
    for (const vendorCode of vendorCodesOf(code)) {
      if (/[* ]/.test(vendorCode)) continue;
      expect([vendorCode, classify(vendorCode, 400)]).toEqual([
        vendorCode,
        code,
      ]);
    }
  });

  it("cover every code that the vendor documents", () => {
    expect(DOCUMENTED.length).toBeGreaterThan(10);
    for (const vendorCode of DOCUMENTED) {
      const listed = vendorCodesOf(classify(vendorCode, 400));
      expect([
        vendorCode,
        listed.some((one) =>
          one.endsWith("*")
            ? vendorCode.startsWith(one.slice(0, -1))
            : one === vendorCode || one.includes(" "),
        ),
      ]).toEqual([vendorCode, true]);
    }
  });

  it("are empty for errors that only the gateway raises", () => {
    expect(vendorCodesOf(ErrorCode.IDEMPOTENCY_KEY_REUSED)).toEqual([]);
    expect(vendorCodesOf(ErrorCode.UNAUTHENTICATED)).toEqual([]);
  });
});
