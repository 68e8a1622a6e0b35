import { describe, expect, it } from "@jest/globals";
import { ErrorCode } from "../../../src/errors/error-codes.js";
import { GatewayError } from "../../../src/errors/gateway-error.js";

const framesOf = ({ stack = "" }: Error): number =>
  stack.split("\n").filter((line) => /^\s+at /.test(line)).length;

describe("a gateway error", () => {
  it("has stack frames only if it is INTERNAL", () => {
    expect(framesOf(new GatewayError(ErrorCode.CONTACT_NOT_FOUND))).toBe(0);
    expect(framesOf(new GatewayError(ErrorCode.INTERNAL))).toBeGreaterThan(0);
  });

  it("leaves the stacks of other errors as they are", () => {
    const before = framesOf(new Error("before"));
    new GatewayError(ErrorCode.NAME_TAKEN);
    expect(framesOf(new Error("after"))).toBe(before);
  });
});
