import { mkdirSync, writeFileSync } from "node:fs";
import { describe, expect, it } from "@jest/globals";
import { blocksOf } from "../support/docs.js";

const PACKAGE = "message-contacts-gateway/emulator";
const SOURCE = new URL(
  "../../src/emulator/emulator.server.ts",
  import.meta.url,
);
const FOLDER = new URL(
  "../../node_modules/.cache/documented-example/",
  import.meta.url,
);

const examples = blocksOf("docs/emulator.md").filter(({ text }) =>
  text.includes(PACKAGE),
);

// The example in emulator.md declares tests of its own; they run as part of this file.
mkdirSync(FOLDER, { recursive: true });
for (const [index, { text }] of examples.entries()) {
  const file = new URL(`example-${index}.mjs`, FOLDER);
  writeFileSync(file, text.replace(PACKAGE, SOURCE.pathname));
  await import(file.pathname);
}

describe("emulator.md", () => {
  it("contains one example for test suites", () => {
    expect(examples).toHaveLength(1);
  });
});
