import { beforeEach, describe, expect, it } from "@jest/globals";
import {
  AccessKeys,
  isAllowed,
} from "../../../../src/emulator/state/access-keys.js";
import { ManualClock } from "../../../support/emulator-fixture.js";

let clock: ManualClock;
let keys: AccessKeys;

beforeEach(() => {
  clock = new ManualClock(1_000);
  keys = new AccessKeys(
    [
      { accessKeyId: "plain", accessKeySecret: "s" },
      { accessKeyId: "STS.bare", accessKeySecret: "s" },
      {
        accessKeyId: "STS.one",
        accessKeySecret: "s",
        securityToken: "t1",
        expiresAt: 2_000,
      },
      { accessKeyId: "STS.two", accessKeySecret: "s", securityToken: "t2" },
    ],
    clock,
  );
});

function errorCode(id: string, token?: string): string | undefined {
  const key = keys.find(id);
  if (key === undefined) throw new Error(`there is no ${id}`);
  return keys.tokenError(key, token)?.code;
}

describe("tokenError", () => {
  it.each([
    ["plain", undefined, undefined],
    ["plain", "x", "InvalidSecurityToken.Malformed"],
    ["plain", "t1", "InvalidSecurityToken.MismatchWithAccessKey"],
    ["STS.bare", undefined, "MissingSecurityToken"],
    ["STS.one", undefined, "MissingSecurityToken"],
    ["STS.one", "t1", undefined],
    ["STS.one", "t2", "InvalidSecurityToken.MismatchWithAccessKey"],
    ["STS.one", "t3", "InvalidSecurityToken.Malformed"],
  ])("returns for key %s with token %s: %s", (id, token, expected) => {
    expect(errorCode(id, token)).toBe(expected);
  });

  it("returns InvalidSecurityToken.Expired after the expiry time", () => {
    clock.advance(999);
    expect(errorCode("STS.one", "t1")).toBeUndefined();
    clock.advance(1);
    expect(errorCode("STS.one", "t1")).toBe("InvalidSecurityToken.Expired");
  });
});

describe("expire", () => {
  it("expires one temporary key, or all of them", () => {
    expect(keys.expire("STS.one")).toBe(1);
    expect(errorCode("STS.one", "t1")).toBe("InvalidSecurityToken.Expired");
    expect(errorCode("STS.two", "t2")).toBeUndefined();
    expect(keys.expire()).toBe(2);
    expect(keys.expire("plain")).toBe(0);
  });
});

describe("isAllowed", () => {
  it("allows all actions unless allowedActions is set", () => {
    const plain = keys.find("plain");
    expect(plain && isAllowed(plain, "AddMessageContact")).toBe(true);
    keys.set({
      accessKeyId: "reader",
      accessKeySecret: "s",
      allowedActions: ["GetMessageContact"],
    });
    const reader = keys.find("reader");
    expect(reader && isAllowed(reader, "GetMessageContact")).toBe(true);
    expect(reader && isAllowed(reader, "AddMessageContact")).toBe(false);
  });
});
