import { describe, expect, it } from "@jest/globals";
import {
  checkContactId,
  checkEmailAddress,
  checkExistingEmailAddress,
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

/** Returns the code of the RpcError, or `ok`. */
function codeOf(check: () => unknown): string {
  try {
    check();
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
  ])("gives %j the result %s", (name, expected) => {
    expect(codeOf(() => checkName(name))).toBe(expected);
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
  ])("gives %j the result %s", (address, expected) => {
    expect(codeOf(() => checkEmailAddress(address, DEFAULT_SETTINGS))).toBe(
      expected,
    );
  });

  it("accepts a domain without a dot when emailForm is html", () => {
    const settings = { ...DEFAULT_SETTINGS, emailForm: "html" } as const;
    expect(checkEmailAddress("tom@localhost", settings)).toBe("tom@localhost");
  });

  it.each([
    ["ada@münchen.example", "ok"],
    ['"first last"@example.com', "ok"],
    ["ada@[192.0.2.7]", "ok"],
    ["a b@example.com", "InvalidParameter.EmailAddress"],
    ["ada@example..com", "InvalidParameter.EmailAddress"],
  ])(
    "checks only the mailbox syntax when emailForm is any: %s",
    (address, expected) => {
      const settings = { ...DEFAULT_SETTINGS, emailForm: "any" } as const;
      expect(codeOf(() => checkEmailAddress(address, settings))).toBe(expected);
    },
  );

  it("returns InvalidParameter.EmailAddress for a long address in operations without a length code", () => {
    expect(
      codeOf(() => checkExistingEmailAddress(email(255), DEFAULT_SETTINGS)),
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
  ])("gives %j the result %s", (number, expected) => {
    expect(codeOf(() => checkPhoneNumber(number, DEFAULT_SETTINGS))).toBe(
      expected,
    );
  });

  it("accepts the country codes of the setting", () => {
    const settings = { ...DEFAULT_SETTINGS, phoneCountryCodes: ["1"] };
    expect(checkPhoneNumber("1-2025550100", settings)).toBe("1-2025550100");
  });
});

describe("checkContactId and isTargetId", () => {
  it.each(["c-qL4HqKONzOM7aB3d", "c-a"])("accept %s as a contact id", (id) => {
    expect(checkContactId(id)).toBe(id);
  });

  it.each(["c-", "C-abc", "abc", "c-a b", "c-a_b", `c-${"a".repeat(65)}`])(
    "reject %j as a contact id",
    (id) => {
      expect(codeOf(() => checkContactId(id))).toBe(
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
  ])("give the target %s the result %s", (id, expected) => {
    expect(isTargetId(id)).toBe(expected);
  });
});

describe("checkTitle and checkMessageTypes", () => {
  it("reject an unknown title", () => {
    expect(codeOf(() => checkTitle("ceo"))).toBe("InvalidParameter.Title");
    expect(checkTitle("FinanceDirector")).toBe("FinanceDirector");
  });

  it("reject an unknown message type, and remove duplicates", () => {
    expect(codeOf(() => checkMessageTypes(["FaultMessage", "x"]))).toBe(
      "InvalidParameter.MessageTypes",
    );
    expect(checkMessageTypes(["FaultMessage", "FaultMessage"])).toEqual([
      "FaultMessage",
    ]);
  });
});

describe("readMembers", () => {
  const resultFor = (members: string[]) =>
    codeOf(() =>
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
  ])("gives %j the result %s", (members, expected) => {
    expect(resultFor(members)).toBe(expected);
  });
});
