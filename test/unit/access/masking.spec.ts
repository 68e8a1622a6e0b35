import { describe, expect, it } from "@jest/globals";
import {
  mask,
  rejectMaskedInput,
  maskError,
  maskFor,
} from "../../../src/access/masking.js";
import { callerWith, SCOPES } from "../../../src/context/caller.js";
import { ErrorCode } from "../../../src/errors/error-codes.js";
import { GatewayError } from "../../../src/errors/gateway-error.js";

const reader = { caller: callerWith("r", ["contacts:read"], ["default"]) };
const insider = { caller: callerWith("i", SCOPES, ["default"]) };

describe("masking", () => {
  it.each([
    ["someone@example.com", "s***@example.com"],
    ["s@example.com", "s***@example.com"],
    ["@example.com", "***@example.com"],
    ['"a@b"@example.com', '"***@example.com'],
    ["86-13900001234", "86-139****1234"],
    ["852-51234567", "852-5****7"],
    ["1-2025550123", "1-2****3"],
    ["86-12345", "86-****"],
    ["13900001234", "139****1234"],
    ["", "****"],
  ])("turns %s into %s", (value, hidden) => {
    expect(mask(value)).toBe(hidden);
    expect(mask(hidden)).toBe(hidden);
  });

  it("returns the same object to callers with contacts:read-personal", () => {
    const answer = { emailAddress: "a@example.com" };
    expect(maskFor(insider, answer)).toBe(answer);
  });

  it("masks e-mail addresses and phone numbers at any depth", () => {
    const answer = {
      items: [
        {
          id: "c-1",
          name: "tom",
          emailAddress: "tom@example.com",
          phoneNumber: null,
          bindings: [{ targetId: "1997968394350001" }],
          pendingVerifications: [{ target: "86-13900001234" }],
        },
      ],
      totalCount: 1,
    };
    expect(maskFor(reader, answer)).toEqual({
      items: [
        {
          id: "c-1",
          name: "tom",
          emailAddress: "t***@example.com",
          phoneNumber: null,
          bindings: [{ targetId: "1997968394350001" }],
          pendingVerifications: [{ target: "86-139****1234" }],
        },
      ],
      totalCount: 1,
    });
    expect(answer.items[0]?.emailAddress).toBe("tom@example.com");
  });

  it("masks the offending value of an error only if it is personal data", () => {
    const pending = new GatewayError(ErrorCode.VERIFICATION_NOT_PENDING, {
      value: "tom@example.com",
    });
    const missing = new GatewayError(ErrorCode.CONTACT_NOT_FOUND, {
      value: "c-1",
    });
    expect(maskError(reader, pending).details.value).toBe("t***@example.com");
    expect(maskError(reader, missing)).toBe(missing);
    expect(maskError(insider, pending)).toBe(pending);
  });
});

describe("masked input", () => {
  const codes = (context: typeof reader, input: unknown) => {
    try {
      rejectMaskedInput(context, input);
      return null;
    } catch (error) {
      return (error as GatewayError).details.violations;
    }
  };
  const address = { emailAddress: "t***@example.com" };

  it("is rejected for callers that read masked values", () => {
    expect(codes(reader, address)).toMatchObject([
      { field: ["emailAddress"], rule: "format" },
    ]);
    expect(
      codes(reader, { inputs: [{ title: "CEO" }, address] }),
    ).toMatchObject([
      { field: ["inputs", "1", "emailAddress"], rule: "format" },
    ]);
  });

  it("is accepted from callers that read unmasked values", () => {
    expect(codes(insider, address)).toBeNull();
    for (const input of [null, 1, "x", {}, { emailAddress: "t*@e.com" }]) {
      expect(codes(reader, input)).toBeNull();
    }
  });
});
