import { describe, expect, it } from "@jest/globals";
import type { FileFormat } from "../../../src/contacts-plan/files/file-formats.js";
import { parseContacts } from "../../../src/contacts-plan/files/parse-contacts.js";
import { GatewayError } from "../../../src/errors/gateway-error.js";
import { sentenceOf } from "../../../src/errors/rule-sentences.js";

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

/** Nearly as many bytes as the route accepts. */
const SIZE = 2_000_000;

const filled = (part: string): string =>
  part.repeat(Math.floor(SIZE / part.length));

const numbered = (part: (n: number) => string, count: number): string =>
  Array.from({ length: count }, (_, n) => part(n)).join("");

interface Outcome {
  readonly contacts: readonly unknown[] | null;
  readonly problem: string | null;
  /** Turns of the event loop in which other requests could be served. */
  readonly turns: number;
}

/** Reads a file, and counts the turns of the event loop meanwhile. */
async function read(text: string, format: FileFormat): Promise<Outcome> {
  let turns = 0;
  let isRunning = true;
  const count = (): void => {
    turns += 1;
    if (isRunning) setImmediate(count);
  };
  setImmediate(count);
  try {
    const { contacts } = await parseContacts(bytes(text), format);
    return { contacts, problem: null, turns };
  } catch (error) {
    if (!(error instanceof GatewayError)) throw error;
    const [violation] = error.details.violations ?? [];
    if (violation === undefined) throw error;
    return { contacts: null, problem: sentenceOf(violation, "en"), turns };
  } finally {
    isRunning = false;
  }
}

describe("a large file", () => {
  const long = "x".repeat(400);

  it("in CSV is read in many turns of the event loop", async () => {
    const rows = numbered((n) => `n${n},"${long}\n${long}"\n`, 1_000);
    const { contacts, turns } = await read(`name,targets\n${rows}`, "csv");
    expect(contacts).toHaveLength(1_000);
    expect(turns).toBeGreaterThan(100);
  });

  it.each([
    ["a block list", (n: number) => `- name: n${n}\n  targets: [${long}, b]\n`],
    [
      "an indented list of a member",
      (n: number) =>
        `${n === 0 ? "contacts:\n" : ""}  # a comment\n  - name: n${n}\n`,
    ],
    [
      "JSON",
      (n: number) =>
        `${n === 0 ? '{"contacts": [' : ","}{"name": "n${n}"}${n === 999 ? "]}" : ""}`,
    ],
  ])("in YAML as %s is read in many turns", async (_, part) => {
    const { contacts, turns } = await read(numbered(part, 1_000), "yaml");
    expect(contacts).toHaveLength(1_000);
    expect(contacts?.[999]).toMatchObject({ name: "n999" });
    expect(turns).toBeGreaterThan(500);
  });
});

describe("a hostile file", () => {
  it.each<[string, FileFormat, string, RegExp]>([
    ["rows of one letter", "csv", `name\n${filled("a\n")}`, /^lines\.1002 /],
    ["separators", "csv", `name,id\n${filled(",\n")}`, /^lines\.10002 /],
    ["a wide header", "csv", filled("emailAddresz,"), /more than 32768/],
    ["many unknown columns", "csv", "x,".repeat(9_000), /not a known field/],
    ["a wide row", "csv", `name\n${filled("a,")}`, /^lines\.2 .*32768/],
    ["an open quote", "csv", `name\n"${filled("a\n")}`, /quotation mark/],
    ["rows of texts", "yaml", filled("- a\n"), /too many values/],
    ["one contact", "yaml", `- ${"k: v\n  ".repeat(9_000)}`, /more than 32768/],
    [
      "a contact with many names",
      "yaml",
      `- ${numbered((n) => `k${n}: v\n  `, 20_000)}`,
      /more than 32768/,
    ],
    ["open brackets", "yaml", filled("["), /too many levels/],
    ["nested lists", "yaml", filled("- "), /too many levels/],
    [
      "nested objects in a contact",
      "yaml",
      `- ${'{"a":'.repeat(5_000)}1${"}".repeat(5_000)}`,
      /too many levels/,
    ],
    ["errors", "yaml", filled("}\n"), /too many values/],
    ["comments", "yaml", `${filled("#\n")}[]`, /too many values/],
    ["anchors", "yaml", numbered((n) => `- &a${n} x\n`, 99_999), /too many/],
    ["documents", "yaml", filled("--- a\n"), /too many values/],
    [
      "aliases of aliases",
      "yaml",
      "- &a {name: anna}\n- &b {targets: [*a, *a]}\n- {targets: [*b, *b]}\n",
      /^lines\.2 must not use aliases/,
    ],
    ["an alias of itself", "yaml", "- &a\n  name: *a\n", /aliases/],
    ["an alias as a name", "yaml", "- &a name: b\n  *a : c\n", /aliases/],
    ["an object as a name", "yaml", "- ? {a: b}\n  : c\n", /must be a contact/],
    ["a list as a name", "yaml", "- ? [a, b]\n  : c\n", /must be a contact/],
    ["a pair", "yaml", "[name: anna]", /must be a contact/],
    ["a cut end", "yaml", '[{"name": "anna"}', /not valid YAML/],
    ["a cut contact", "yaml", '[{"name": "anna"', /not valid YAML/],
    ["a missing comma", "yaml", '[{"name": "a"} {"name": "b"}]', /not valid/],
    [
      "a wrong indentation",
      "yaml",
      "- name: a\n - name: b\n",
      /not valid YAML/,
    ],
    ["text after the list", "yaml", "[]\n- name: b\n", /not valid YAML/],
    ["two documents", "yaml", "- name: a\n---\n- name: b\n", /not valid YAML/],
    ["a list twice", "yaml", "contacts: []\ncontacts: []\n", /must be a list/],
    ["another list", "yaml", "people: [{name: anna}]", /must be a list/],
    ["nothing in the list", "yaml", "- name: a\n-\n", /^lines\.2 must be a co/],
  ])("with %s is rejected at its line", async (_, format, text, problem) => {
    expect((await read(text, format)).problem).toMatch(problem);
  });

  it("keeps __proto__ as an ordinary name", async () => {
    const { contacts } = await read("- __proto__: {a: b}\n", "yaml");
    expect(Object.keys(contacts?.[0] ?? {})).toEqual(["__proto__"]);
    expect(Object.getPrototypeOf(contacts?.[0])).toBeNull();
  });

  it("with mixed line ends, a byte order mark and quotes keeps every row", async () => {
    const text = '\uFEFFname,targets\r"a\r\nb",x\n\r\nc,"00123"\r';
    expect((await read(text, "csv")).contacts).toEqual([
      { name: "a\nb", targets: ["x"] },
      { name: "c", targets: ["00123"] },
    ]);
  });
});
