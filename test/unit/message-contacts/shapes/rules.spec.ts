import { describe, expect, it } from "@jest/globals";
import { mask } from "../../../../src/access/masking.js";
import { sentenceOf } from "../../../../src/errors/rule-sentences.js";
import { violationsOf } from "../../../../src/validation/check-input.js";
import { canonicalPhone } from "../../../../src/message-contacts/shapes/rules/phone-rules.js";
import * as inputs from "../../../../src/message-contacts/shapes/inputs.js";

const CONTACT = { contactId: "c-one" };

const rulesOf = (emailAddress: string): string[] =>
  violationsOf(inputs.UpdateMessageContactInput, {
    ...CONTACT,
    emailAddress,
  }).map(({ rule }) => rule);

describe("an e-mail address", () => {
  it.each([
    "ada@example.com",
    "ada@münchen.example",
    "adé@example.com",
    "阿达@例子.example",
    "😀@example.com",
    '"first last"@example.com',
    '"a@b"@example.com',
    '"a\\"b"@example.com',
    "ada@[192.0.2.7]",
    "ada@[IPv6:2001:db8::1]",
    "ada@localhost",
    "a..b@example.com",
    "ada@-example.com",
    "ada@exa_mple.com",
    `${"a".repeat(65)}@example.com`,
  ])("is left to the vendor to validate when it can be one: %s", (address) => {
    expect(rulesOf(address)).toEqual([]);
  });

  it.each([
    "ada",
    "@example.com",
    "ada@",
    "ada@example..com",
    "ada@example.com.",
    "ada@@example.com",
    "a b@example.com",
    "ada@exa mple.com",
    "Ada <ada@example.com>",
    "a,b@example.com",
    '"ada@example.com',
    "ada@[192.0.2.7",
    "ada@[]",
    "ada@example.com\n",
    "ada\u0000@example.com",
    '"a\u0007"@example.com',
    "\ud800@example.com",
    `ada@${"a".repeat(64)}.com`,
  ])("is rejected when it cannot be one: %j", (address) => {
    expect(rulesOf(address)).toEqual(["format"]);
  });

  it("has at most 254 code points, as JSON Schema counts them", () => {
    expect(rulesOf(`${"😀".repeat(252)}@b`)).toEqual([]);
    expect(rulesOf(`${"😀".repeat(253)}@b`)).toEqual(["length"]);
  });

  it("is masked without splitting a surrogate pair", () => {
    expect(mask("😀da@example.com")).toBe("😀***@example.com");
    expect(mask(mask("😀da@example.com"))).toBe("😀***@example.com");
  });
});

describe("a phone number", () => {
  const rulesBroken = (
    phoneNumber: string,
    ...codes: readonly string[]
  ): string[] =>
    violationsOf(
      inputs.UpdateMessageContactInput,
      { ...CONTACT, phoneNumber },
      { PHONE_COUNTRY_CODES: codes },
    ).map(({ rule }) => rule);

  it.each(["852-51234567", "+85251234567"])(
    "is accepted only with a country code from the settings: %s",
    (phoneNumber) => {
      expect(rulesBroken(phoneNumber, "86")).toEqual(["country-code"]);
      expect(rulesBroken(phoneNumber, "86", "852")).toEqual([]);
    },
  );

  it("is accepted in E.164 if any of the country codes fits", () => {
    expect(rulesBroken("+12421234", "1242", "1")).toEqual([]);
    expect(canonicalPhone("+12421234", ["1242", "1"])).toBe("1-2421234");
    expect(canonicalPhone("+124212345", ["1242", "1"])).toBe("1242-12345");
    expect(rulesBroken("+12421234", "1242")).toEqual(["country-code"]);
  });

  it("cannot be checked without settings", () => {
    expect(() =>
      violationsOf(inputs.UpdateMessageContactInput, {
        ...CONTACT,
        phoneNumber: "86-13900001234",
      }),
    ).toThrow("PHONE_COUNTRY_CODES");
  });
});

describe("a target id", () => {
  it.each(["1", "12345678", "1234567890", "1997968394350001", "9".repeat(20)])(
    "is accepted as a member account with 1 to 20 digits: %s",
    (targetId) => {
      const input = { ...CONTACT, targetIds: [targetId] };
      expect(violationsOf(inputs.AssociateMembersInput, input)).toEqual([]);
      const page = { boundTo: targetId };
      expect(violationsOf(inputs.MessageContactsArgs, page)).toEqual([]);
    },
  );

  it.each(["9".repeat(21), "12a", "１２"])("is rejected: %s", (targetId) => {
    const input = { ...CONTACT, targetIds: [targetId] };
    expect(violationsOf(inputs.AssociateMembersInput, input)).toMatchObject([
      { field: ["targetIds", "0"], rule: "format" },
    ]);
  });
});

describe("an input that needs one of several fields", () => {
  it("lists the fields of an update when none is given", () => {
    const [violation, ...others] = violationsOf(
      inputs.UpdateMessageContactInput,
      { ...CONTACT },
    );
    expect(others).toEqual([]);
    expect(violation).toMatchObject({ field: null, rule: "any-of" });
    if (violation === undefined) return;
    expect(sentenceOf(violation, "en")).toBe(
      "The input requires at least one of name, emailAddress, phoneNumber, title, messageTypes.",
    );
    expect(sentenceOf(violation, "zh")).toContain("emailAddress、phoneNumber");
  });

  it("lists the fields of a cancellation when none is given", () => {
    const [violation] = violationsOf(inputs.CancelMessageContactUpdateInput, {
      ...CONTACT,
    });
    expect(violation).toMatchObject({
      rule: "any-of",
      allowed: ["emailAddress", "phoneNumber"],
    });
  });
});
