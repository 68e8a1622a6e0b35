import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { checkPlanInput } from "../../../src/contacts-plan/check-plan-input.js";
import { exportContacts } from "../../../src/contacts-plan/files/export-contacts.js";
import {
  FILE_FORMATS,
  type FileFormat,
} from "../../../src/contacts-plan/files/file-formats.js";
import { parseContacts } from "../../../src/contacts-plan/files/parse-contacts.js";
import { planContacts } from "../../../src/contacts-plan/planner/plan-contacts.js";
import { TargetLookup } from "../../../src/contacts-plan/planner/target-lookup.js";
import { GatewayError } from "../../../src/errors/gateway-error.js";
import { sentenceOf } from "../../../src/errors/rule-sentences.js";
import {
  ContactStatus,
  ContactTitle,
  MessageType,
} from "../../../src/message-contacts/shapes/enums.js";
import { modelContact } from "../../support/contacts-plan/modelled-directory.js";

const SETTINGS = { PHONE_COUNTRY_CODES: ["86"] };

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

/** Messages of the error that parsing a file throws. */
async function problemsOf(
  file: Uint8Array | string,
  format: FileFormat,
): Promise<string[]> {
  try {
    await parseContacts(typeof file === "string" ? bytes(file) : file, format);
    return [];
  } catch (error) {
    if (!(error instanceof GatewayError)) throw error;
    return (error.details.violations ?? []).map((violation) =>
      sentenceOf(violation, "en"),
    );
  }
}

const anyContacts = fc
  .uniqueArray(
    fc.record({
      name: fc.stringMatching(/^[A-Za-z一-龥]{2,12}$/),
      // Local parts that a spreadsheet would take for formulas are valid addresses.
      emailAddress: fc.option(
        fc
          .stringMatching(/^[-=+'#&*/a-z0-9]{1,12}$/)
          .map((local) => `${local}@example.com`),
      ),
      phoneNumber: fc.option(fc.constant("86-13900001234")),
      title: fc.option(fc.constantFrom(...Object.values(ContactTitle))),
      messageTypes: fc.uniqueArray(
        fc.constantFrom(...Object.values(MessageType)),
      ),
      status: fc.constantFrom(...Object.values(ContactStatus)),
      targetIds: fc.uniqueArray(
        fc.constantFrom("rd-a", "fd-b", "1997968394350002", "00012345678"),
      ),
    }),
    { selector: ({ name }) => name },
  )
  .map((contacts) =>
    contacts.map((contact, index) => modelContact(`c-${index}`, contact)),
  );

describe("a file of contacts", () => {
  it.each(FILE_FORMATS)(
    "as %s: an export that is imported again changes nothing",
    async (format) => {
      await fc.assert(
        fc.asyncProperty(
          anyContacts,
          fc.boolean(),
          async (current, personal) => {
            const file = exportContacts(current, format, personal);
            const { contacts } = await parseContacts(bytes(file), format);
            const input = checkPlanInput({ contacts: [...contacts] }, SETTINGS);
            const plan = planContacts(input, {
              current,
              pending: new Map(),
              targets: new TargetLookup(null),
              quotas: { contacts: 20, targetsPerContact: 10 },
              settings: SETTINGS,
            });
            expect(plan.problems).toEqual([]);
            expect(plan.changes).toEqual([]);
          },
        ),
      );
    },
  );

  it.each(FILE_FORMATS)(
    "as %s: contains no address and no number without personal data",
    (format) => {
      const contact = modelContact("c-1", {
        emailAddress: "secret@example.com",
        phoneNumber: "86-13900001234",
      });
      const file = exportContacts([contact], format, false);
      expect(file).not.toMatch(/secret|1390000/);
      expect(exportContacts([contact], format, true)).toMatch(/secret/);
    },
  );

  it("keeps ids as text in CSV and escapes cells that would be formulas", () => {
    const contact = modelContact("c-1", {
      emailAddress: "=cmd@example.com",
      targetIds: ["1997968394350002"],
    });
    const file = exportContacts([contact], "csv", true);
    expect(file).toContain(",'=cmd@example.com,");
    expect(file).toContain(",'1997968394350002");
  });

  it("accepts columns in any order and case, quotes, and a byte order mark", async () => {
    const file =
      '\uFEFFTargets,NAME,messageTypes\r\n"shop; /prod ",anna,FAULT_MESSAGE\r\n\r\nnone,bert,\r\n';
    const { contacts, lineOf } = await parseContacts(bytes(file), "csv");
    expect(contacts).toEqual([
      {
        targets: ["shop", "/prod"],
        name: "anna",
        messageTypes: ["FAULT_MESSAGE"],
      },
      { targets: [], name: "bert" },
    ]);
    expect([lineOf(0), lineOf(1)]).toEqual([2, 4]);
  });

  it("keeps the digits of unquoted ids in YAML, and omits null", async () => {
    const file =
      "- name: anna\n  phoneNumber:\n  targets: [19979683943500021234, 0123]\n";
    const { contacts } = await parseContacts(bytes(file), "yaml");
    expect(contacts).toEqual([
      {
        name: "anna",
        phoneNumber: null,
        targets: ["19979683943500021234", "0123"],
      },
    ]);
  });

  it("knows the lines of contacts in YAML and in JSON", async () => {
    const yaml = "contacts:\n  - name: anna\n\n  - name: bert\n";
    const json = '{"contacts": [\n{"name": "anna"},\n{"name": "bert"}]}';
    const linesOf = async (
      text: string,
      format: FileFormat,
    ): Promise<unknown[]> => {
      const { lineOf } = await parseContacts(bytes(text), format);
      return [lineOf(0), lineOf(1)];
    };
    expect(await linesOf(yaml, "yaml")).toEqual([2, 4]);
    expect(await linesOf(json, "json")).toEqual([2, 3]);
  });

  it.each<[string, FileFormat, (line: number) => string]>([
    ["rows", "csv", (line) => (line === 0 ? "name" : "anna")],
    ["empty rows", "csv", (line) => (line === 0 ? "name,id" : ",")],
    ["contacts", "yaml", () => "- name: anna"],
    ["texts", "yaml", () => "- anna"],
  ])(
    "rejects a file with too many %s at their line",
    async (_, format, row) => {
      const lines = Array.from({ length: 12_000 }, (__, line) => row(line));
      const [problem] = await problemsOf(lines.join("\n"), format);
      expect(problem).toMatch(/^lines\.(?:1002|1001|10002) comes after/);
    },
  );

  const GBK = Uint8Array.from([...bytes("name\n"), 0xd5, 0xc5, 0xc8, 0xfd]);
  const UTF16 = Uint8Array.from([0xff, 0xfe, 0x6e, 0x00, 0x61, 0x00]);

  it.each<[string, Uint8Array | string, FileFormat, string]>([
    ["a file in GBK", GBK, "csv", "file must be UTF-8"],
    ["a file in UTF-16", UTF16, "csv", "file must be UTF-8"],
    ["YAML in UTF-16", UTF16, "yaml", "file must be UTF-8"],
    ["an empty file", "", "csv", "file is empty"],
    ["an open quote", 'name\n"anna', "csv", "quotation mark"],
    [
      "a file without names",
      "id\nc-1",
      "csv",
      "lines.1 must have the column name",
    ],
    ["a column twice", "name,Name\na,b", "csv", "lines.1 has a column twice"],
    [
      "an unknown column",
      "name,emial\na,b",
      "csv",
      "lines.1.emial is not a known field",
    ],
    [
      "semicolons between columns",
      "name;title\nanna;CEO",
      "csv",
      "lines.1 must separate the columns by commas",
    ],
    [
      "tabs between columns",
      "name\ttitle\nanna\tCEO",
      "csv",
      "lines.1 must separate the columns by commas",
    ],
    [
      "broken JSON",
      '[{"name": "anna"},\n{"name" "bert"}]',
      "json",
      "lines.2 is not valid YAML or JSON",
    ],
    ["too many cells", "name\nanna\nbert,x", "csv", "lines.3 has more cells"],
    [
      "broken YAML",
      "contacts:\n  - name: [",
      "yaml",
      "lines.2 is not valid YAML",
    ],
    [
      "a repeated member",
      "- name: a\n  name: b\n",
      "yaml",
      "lines.2 is not valid YAML",
    ],
    [
      "aliases",
      "- &a {name: anna}\n- *a\n",
      "yaml",
      "lines.2 must not use aliases",
    ],
    ["a text", "hello", "yaml", "file must be a list of contacts"],
    [
      "another member",
      "contacts: []\nprune: true\n",
      "yaml",
      "file must be a list",
    ],
    [
      "a contact that is a text",
      "- anna\n",
      "yaml",
      "lines.1 must be a contact",
    ],
  ])("rejects %s with its line", async (_, file, format, message) => {
    expect((await problemsOf(file, format)).join()).toContain(message);
  });
});
