import { describe, expect, it } from "@jest/globals";
import {
  checkContactId,
  checkEmailAddress,
  checkKnownEmailAddress,
  checkMessageTypes,
  checkName,
  checkPhoneNumber,
  checkTitle,
  isTargetId,
  readMembers,
} from "../../../../src/emulator/contacts/contact-rules.js";
import { RpcError } from "../../../../src/emulator/wire/rpc-errors.js";
import { RpcParams } from "../../../../src/emulator/wire/rpc-params.js";
import { DEFAULT_SETTINGS } from "../../../../src/emulator/settings.js";

/** The code of the refusal, or ok. */
function verdict(judge: () => unknown): string {
  try {
    judge();
    return "ok";
  } catch (error) {
    if (error instanceof RpcError) return error.code;
    throw error;
  }
}

const email = (length: number): string =>
  `${"a".repeat(60)}@${"b".repeat(60)}.${"c".repeat(60)}.${"d".repeat(60)}.${"e".repeat(60)}`.slice(
    0,
    length,
  );

describe("checkName", () => {
  it.each([
    ["tom", "ok"],
    ["张三", "ok"],
    ["孙Alex", "ok"],
    ["abcdefghijkl", "ok"],
    ["\u4E00\u9FA5", "ok"],
    ["a", "InvalidParameter.Name.Length"],
    ["abcdefghijklm", "InvalidParameter.Name.Length"],
    ["tom1", "InvalidParameter.Name"],
    ["tom smith", "InvalidParameter.Name"],
    ["tom\n", "InvalidParameter.Name"],
    ["é", "InvalidParameter.Name"],
    ["\u9FA6\u9FA6", "InvalidParameter.Name"],
    ["\u{20000}\u{20001}", "InvalidParameter.Name"],
  ])("judges %j as %s", (name, expected) => {
    expect(verdict(() => checkName(name))).toBe(expected);
  });
});

describe("checkEmailAddress", () => {
  it.each([
    ["tom@example.com", "ok"],
    ["ops+rd@example.com", "ok"],
    ["a@b.c", "ok"],
    ["a.!#$%&'*+/=?^_`{|}~-@example.com", "ok"],
    [`${"a".repeat(64)}@example.com`, "ok"],
    [email(254), "ok"],
    [email(255), "InvalidParameter.EmailAddress.Length"],
    [`${"a".repeat(65)}@example.com`, "InvalidParameter.EmailAddress"],
    ["tom@localhost", "InvalidParameter.EmailAddress"],
    ["tom", "InvalidParameter.EmailAddress"],
    ["@example.com", "InvalidParameter.EmailAddress"],
    ["tom@", "InvalidParameter.EmailAddress"],
    ["tom@-example.com", "InvalidParameter.EmailAddress"],
    ["tom@example-.com", "InvalidParameter.EmailAddress"],
    ["tom@example..com", "InvalidParameter.EmailAddress"],
    ["tom@example.com.", "InvalidParameter.EmailAddress"],
    ["tom@exa_mple.com", "InvalidParameter.EmailAddress"],
    ["tom@@example.com", "InvalidParameter.EmailAddress"],
    [`tom@${"a".repeat(64)}.com`, "InvalidParameter.EmailAddress"],
    ["tom@example.com\n", "InvalidParameter.EmailAddress"],
    ["tom @example.com", "InvalidParameter.EmailAddress"],
    ["张三@example.com", "InvalidParameter.EmailAddress"],
  ])("judges %j as %s", (address, expected) => {
    expect(verdict(() => checkEmailAddress(address, DEFAULT_SETTINGS))).toBe(
      expected,
    );
  });

  it("takes a domain without a dot when the form is that of HTML", () => {
    const settings = { ...DEFAULT_SETTINGS, emailForm: "html" } as const;
    expect(checkEmailAddress("tom@localhost", settings)).toBe("tom@localhost");
  });

  it.each([
    ["ada@münchen.example", "ok"],
    ['"first last"@example.com', "ok"],
    ["ada@[192.0.2.7]", "ok"],
    ["a b@example.com", "InvalidParameter.EmailAddress"],
    ["ada@example..com", "InvalidParameter.EmailAddress"],
  ])("takes any mailbox where the setting says so: %s", (address, expected) => {
    const settings = { ...DEFAULT_SETTINGS, emailForm: "any" } as const;
    expect(verdict(() => checkEmailAddress(address, settings))).toBe(expected);
  });

  it("has no code for the length where none is listed", () => {
    expect(
      verdict(() => checkKnownEmailAddress(email(255), DEFAULT_SETTINGS)),
    ).toBe("InvalidParameter.EmailAddress");
  });
});

describe("checkPhoneNumber", () => {
  it.each([
    ["86-13900001234", "ok"],
    ["86-12345", "ok"],
    ["86-123456789012345", "ok"],
    ["1-2025550100", "InvalidParameter.MobileCountryCode"],
    ["086-13900001234", "InvalidParameter.MobileCountryCode"],
    ["86-1234", "InvalidParameter.PhoneNumber"],
    ["86-1234567890123456", "InvalidParameter.PhoneNumber"],
    ["13900001234", "InvalidParameter.PhoneNumber"],
    ["+86-13900001234", "InvalidParameter.PhoneNumber"],
    ["86 13900001234", "InvalidParameter.PhoneNumber"],
    ["86-139****1234", "InvalidParameter.PhoneNumber"],
    ["86-13900001234\n", "InvalidParameter.PhoneNumber"],
  ])("judges %j as %s", (number, expected) => {
    expect(verdict(() => checkPhoneNumber(number, DEFAULT_SETTINGS))).toBe(
      expected,
    );
  });

  it("takes the country codes that are set", () => {
    const settings = { ...DEFAULT_SETTINGS, phoneCountryCodes: ["1"] };
    expect(checkPhoneNumber("1-2025550100", settings)).toBe("1-2025550100");
  });
});

describe("ids", () => {
  it.each(["c-qL4HqKONzOM7aB3d", "c-a"])("takes %s for a contact", (id) => {
    expect(checkContactId(id)).toBe(id);
  });

  it.each(["c-", "C-abc", "abc", "c-a b", "c-a_b", `c-${"a".repeat(65)}`])(
    "refuses %j as a contact",
    (id) => {
      expect(verdict(() => checkContactId(id))).toBe(
        "InvalidParameter.ContactId",
      );
    },
  );

  it.each([
    ["rd-3gqx5n", true],
    ["r-Zj29gL", true],
    ["fd-ZDNPiT7a4K", true],
    ["1997968394350001", true],
    ["12345678", true],
    ["99999999999999999999", true],
    ["199796839435000111111", false],
    ["fd-", false],
    ["x-abc", false],
    ["fd-ZDNPiT****", false],
  ])("judges the target %s as %s", (id, expected) => {
    expect(isTargetId(id)).toBe(expected);
  });
});

describe("closed sets", () => {
  it("refuse a title that is not listed", () => {
    expect(verdict(() => checkTitle("ceo"))).toBe("InvalidParameter.Title");
    expect(checkTitle("FinanceDirector")).toBe("FinanceDirector");
  });

  it("refuse a message type that is not listed, and drop repeats", () => {
    expect(verdict(() => checkMessageTypes(["FaultMessage", "x"]))).toBe(
      "InvalidParameter.MessageTypes",
    );
    expect(checkMessageTypes(["FaultMessage", "FaultMessage"])).toEqual([
      "FaultMessage",
    ]);
  });
});

describe("readMembers", () => {
  const judge = (members: string[]) =>
    verdict(() =>
      readMembers(
        new RpcParams(
          new Map(members.map((id, index) => [`Members.${index + 1}`, id])),
        ),
        DEFAULT_SETTINGS,
      ),
    );
  const ids = ["fd-a", "fd-b", "fd-c", "fd-d", "fd-e", "fd-f"];

  it.each([
    [[], "InvalidParameter.Members"],
    [["fd-a", "nonsense"], "InvalidParameter.Members"],
    [["fd-a", "fd-a"], "InvalidParameter.Members.Duplicate"],
    [ids, "InvalidParameter.Members.Length"],
    [ids.slice(0, 5), "ok"],
  ])("judges %j as %s", (members, expected) => {
    expect(judge(members)).toBe(expected);
  });
});
