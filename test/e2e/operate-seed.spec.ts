import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "@jest/globals";
import { DirectoryTarget } from "../../src/commands/seed/seed-directory.js";
import { EmulatorTarget } from "../../src/commands/seed/seed-emulator.js";
import {
  readSeedFile,
  SeedFileError,
} from "../../src/commands/seed/seed-file.js";
import type { SeedTarget } from "../../src/commands/seed/seed-target.js";
import { seed, type Prompt } from "../../src/commands/seed/seed.js";
import { readConfig } from "../../src/config/read-config.js";
import { startEmulator } from "../../src/emulator/emulator.server.js";
import { UNBOUND_FOLDER } from "../support/calls.js";
import { environmentFor } from "../support/running.js";

type Emulator = Awaited<ReturnType<typeof startEmulator>>;
let emulator: Emulator;
let folder: string;
let output: string;

beforeEach(async () => {
  emulator = await startEmulator({ seed: "sample" });
  folder = mkdtempSync(join(tmpdir(), "seed-"));
  output = "";
});

afterEach(async () => {
  await emulator.stop();
  rmSync(folder, { recursive: true });
});

const SETTINGS = { PHONE_COUNTRY_CODES: ["86"] };

const CONTACTS = [
  {
    name: "tom",
    emailAddress: "tom@example.org",
    title: "CEO",
    messageTypes: ["SERVICE_MESSAGE"],
  },
  {
    name: "anna",
    emailAddress: "anna@example.org",
    phoneNumber: "+8613900001111",
    title: "TECHNICAL_DIRECTOR",
    messageTypes: ["FAULT_MESSAGE", "SECURITY_MESSAGE"],
    targetIds: [UNBOUND_FOLDER],
  },
];

function file(content: unknown): string {
  const path = join(folder, "contacts.json");
  writeFileSync(
    path,
    typeof content === "string" ? content : JSON.stringify(content),
  );
  return path;
}

const terminal = {
  isTTY: false,
  write: (text: string): void => void (output += text),
};

async function run(
  target: SeedTarget,
  contacts: unknown = CONTACTS,
  prompt: Prompt | null = null,
): Promise<boolean> {
  try {
    const items = readSeedFile(file({ contacts }), SETTINGS);
    return await seed(items, target, terminal, prompt);
  } finally {
    await target.close();
  }
}

const directory = (): Promise<DirectoryTarget> =>
  DirectoryTarget.open(readConfig(environmentFor(emulator.url)), undefined);

const contactNamed = (name: string) =>
  emulator.control.snapshot().seed.contacts.find((one) => one.name === name);

const TARGETS = [
  [
    "an emulator",
    () => Promise.resolve(new EmulatorTarget(emulator.url, SETTINGS)),
  ],
  ["a directory", directory],
] as const;

test("lists every problem of an invalid file", () => {
  const problemsOf = (content: unknown): string => {
    try {
      readSeedFile(file(content), SETTINGS);
    } catch (error) {
      if (error instanceof SeedFileError) return error.message;
    }
    return "";
  };
  expect(problemsOf("no JSON")).toMatch(/the file must contain JSON/);
  expect(problemsOf([])).toMatch(/must have the form/);
  expect(problemsOf({ contacts: [] })).toMatch(/at least one contact/);
  const text = problemsOf({
    contacts: [
      { ...CONTACTS[1], emailAddress: "nowhere", targetIds: ["x"] },
      { ...CONTACTS[1], extra: 1 },
    ],
  });
  expect(text).toMatch(/contacts\.0\.emailAddress: /);
  expect(text).toMatch(/contacts\.0\.targetIds/);
  expect(text).toMatch(/contacts\.1\.extra: /);
  expect(text).toMatch(/anna occurs twice/);
});

test.each(TARGETS)(
  "adds missing contacts to %s with their bindings, and changes nothing the second time",
  async (_name, open) => {
    expect(await run(await open())).toBe(true);
    expect(output).toMatch(/skipped {2}tom /);
    expect(output).toMatch(/added {4}anna {2}c-/);
    expect(output).toMatch(/1 added, 1 skipped, 0 failed/);
    const anna = contactNamed("anna");
    expect(anna?.bindings?.map(({ targetId }) => targetId)).toEqual([
      UNBOUND_FOLDER,
    ]);
    expect(contactNamed("tom")?.emailAddress).toBe("tom@example.com");
    output = "";
    expect(await run(await open())).toBe(true);
    expect(output).toMatch(/0 added, 2 skipped, 0 failed/);
  },
);

test("reports a contact that the vendor rejects and continues with the next", async () => {
  const contacts = [
    { ...CONTACTS[1], name: "bertha", targetIds: ["fd-NoSuchFold"] },
    { ...CONTACTS[1], name: "carl" },
  ];
  expect(await run(await directory(), contacts)).toBe(false);
  expect(output).toMatch(/failed {3}bertha {2}BINDING_TARGET_NOT_FOUND: /);
  expect(output).toMatch(/added {4}carl /);
});

test("adds contacts to a directory only after the exact confirmation", async () => {
  const questions: string[] = [];
  const answer =
    (typed: string): Prompt =>
    (question) => {
      questions.push(question);
      return Promise.resolve(typed);
    };
  expect(await run(await directory(), CONTACTS, answer("yes"))).toBe(false);
  expect(contactNamed("anna")).toBeUndefined();
  expect(output).toBe("Nothing was added.\n");
  expect(questions[0]).toMatch(
    /Add 1 contacts to the directory default at http/,
  );
  expect(await run(await directory(), CONTACTS, answer("127.0.0.1"))).toBe(
    true,
  );
  expect(contactNamed("anna")).toBeDefined();
});

test("draws a progress bar on a terminal", async () => {
  const items = readSeedFile(file({ contacts: CONTACTS }), SETTINGS);
  const target = new EmulatorTarget(emulator.url, SETTINGS);
  await seed(items, target, { ...terminal, isTTY: true }, null);
  await target.close();
  expect(output).toContain("█".repeat(12) + "░".repeat(12) + " 1/2");
  expect(output).toContain("█".repeat(24) + " 2/2");
});
