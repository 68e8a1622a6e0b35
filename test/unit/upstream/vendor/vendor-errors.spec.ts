import { describe, expect, it } from "@jest/globals";
import { ErrorCode } from "../../../../src/errors/error-codes.js";
import {
  classify,
  rejectionClassOf,
  toGatewayError,
} from "../../../../src/upstream/vendor/vendor-errors.js";

describe("classify", () => {
  it.each([
    ["EntityNotExists.Contact", 404, ErrorCode.CONTACT_NOT_FOUND],
    [
      "EntityNotExists.Contact.Verification",
      404,
      ErrorCode.VERIFICATION_NOT_PENDING,
    ],
    ["InvalidMember", 400, ErrorCode.BINDING_TARGET_NOT_FOUND],
    ["InvalidParameter.Name.AlreadyUsed", 400, ErrorCode.NAME_TAKEN],
    ["InvalidParameter.SomethingNew", 400, ErrorCode.INVALID_INPUT],
    ["MissingName", 400, ErrorCode.INVALID_INPUT],
    ["Throttling.NeverSeen", 400, ErrorCode.UPSTREAM_THROTTLED],
    ["Rejected.Throttling", 400, ErrorCode.UPSTREAM_THROTTLED],
    ["NoPermission.Custom", 403, ErrorCode.UPSTREAM_DENIED],
    ["NeverSeen", 418, ErrorCode.UPSTREAM_DENIED],
    ["NeverSeen", 500, ErrorCode.UPSTREAM_UNAVAILABLE],
  ])("maps %s with status %i to %s", (code, status, expected) => {
    expect(classify(code, status)).toBe(expected);
  });
});

describe("rejectionClassOf", () => {
  it("classifies throttling as transient with any status", () => {
    const error = { httpStatus: 400, code: "Throttling.User", requestId: null };
    expect(rejectionClassOf(error)).toBe("transient");
  });

  it("classifies a 5xx as ambiguous", () => {
    const error = {
      httpStatus: 503,
      code: "ServiceUnavailable",
      requestId: null,
    };
    expect(rejectionClassOf(error)).toBe("ambiguous");
  });
});

describe("toGatewayError", () => {
  it("contains field, rule and bounds of a length violation", () => {
    const error = toGatewayError(
      {
        httpStatus: 400,
        code: "InvalidParameter.Name.Length",
        requestId: "R",
      },
      { Name: "x" },
    );
    expect(error.details.violations).toEqual([
      {
        field: ["name"],
        rule: "length",
        min: 2,
        max: 12,
        unit: "characters",
      },
    ]);
  });
});
