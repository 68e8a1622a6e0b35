import { describe, expect, it } from "@jest/globals";
import { openContext } from "../../../src/context/request-context.js";

const UUID = /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/;

const idFor = (given: string): string =>
  openContext({ "x-request-id": given }).requestId;

describe("the request id", () => {
  it.each([
    ["a UUID", "0f4e6c1a-6b1e-4d0b-9d4c-0a6f2f1c7b55"],
    ["a UUID in capitals", "9B34724D-54B0-4A51-B34D-4512372FE1BE"],
    ["a UUID of version 7", "018f3f5e-7c1a-7cc3-98c4-dc0c0c07398f"],
    ["a ULID", "01ARZ3NDEKTSV4RRFFQ69G5FAV"],
    ["a W3C trace id", "0af7651916cd43dd8448eb211c80319c"],
  ])("is the caller's when that is %s", (_format, given) => {
    expect(idFor(given)).toBe(given);
  });

  it.each([
    "13800138000",
    "13800138000x",
    "a-86-13800138000",
    "86-13800138000",
    "req_13800138000",
    "zhang-san",
    "00000000000000000000013800138000",
    "00000000000000013800138000",
    "00000000-0000-0000-0000-013800138000",
    "0f4e6c1a-6b1e-4d0b-9d4c-0a6f2f1c7b55x",
    " 0f4e6c1a-6b1e-4d0b-9d4c-0a6f2f1c7b55",
    "mcg_H162t9VWgsP2dzbsNAJBFSQp7Y47wvVNZJjGLpXvU",
    "",
  ])("is a new UUID in place of %j", (given) => {
    const id = idFor(given);
    expect(id).toMatch(UUID);
    expect(id).not.toBe(given);
  });

  it("is a new UUID when the header is repeated", () => {
    const twice = ["01ARZ3NDEKTSV4RRFFQ69G5FAV", "other"];
    expect(openContext({ "x-request-id": twice }).requestId).toMatch(UUID);
  });
});
