import { describe, expect, it } from "@jest/globals";
import {
  changeSettings,
  DEFAULT_SETTINGS,
  describeSettings,
} from "../../../src/emulator/settings.js";

describe("changeSettings", () => {
  it.each([
    [{ nameCaseSensitiv: true }, "unknown properties: nameCaseSensitiv"],
    [{ __proto__: null, constructor: 1 }, "unknown properties: constructor"],
    [{ contactsPerDirectory: -1 }, "contactsPerDirectory must be an integer"],
    [{ contactsPerDirectory: "20" }, "contactsPerDirectory must be an integer"],
    [{ contactsPerDirectory: null }, "contactsPerDirectory must be an integer"],
    [{ verificationTtlMs: 1.5 }, "verificationTtlMs must be an integer"],
    [{ maskTargets: "yes" }, "maskTargets must be true or false"],
    [{ activationRule: "some" }, "activationRule must be one of all, any"],
    [
      { phoneCountryCodes: "86" },
      "phoneCountryCodes must be an array of strings",
    ],
    [{ hostId: "" }, "hostId must be a non-empty string"],
    [[], "settings must be an object"],
    [null, "settings must be an object"],
    ["x", "settings must be an object"],
  ])("rejects %j", (changes, message) => {
    expect(() => changeSettings(DEFAULT_SETTINGS, changes)).toThrow(message);
  });

  it("returns a copy with only the given changes", () => {
    const changed = changeSettings(DEFAULT_SETTINGS, {
      verificationTtlMs: null,
      contactsPerDirectory: 3,
    });
    expect(changed).toEqual({ ...DEFAULT_SETTINGS, contactsPerDirectory: 3 });
    expect(DEFAULT_SETTINGS.contactsPerDirectory).toBe(20);
  });
});

describe("the default settings", () => {
  it("equal the documented quotas", () => {
    expect(DEFAULT_SETTINGS).toMatchObject({
      contactsPerDirectory: 20,
      targetsPerContact: 10,
      targetsPerCall: 5,
      verificationEmailsPerDay: 100,
      messagesPerTargetPerMinute: 10,
      timestampWindowMs: 900_000,
      emailMaxLength: 254,
      phoneCountryCodes: ["86"],
    });
  });

  it.each(describeSettings())("are valid for $name", (setting) => {
    expect(
      changeSettings(DEFAULT_SETTINGS, { [setting.name]: setting.initial }),
    ).toEqual(DEFAULT_SETTINGS);
    expect(setting.sentence).toMatch(/\.$/);
  });
});
