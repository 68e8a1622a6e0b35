import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "@jest/globals";
import ts from "typescript";
import type { checkSync as Check } from "recheck";
import { sourceFiles } from "../support/source-files.js";

const SRC = fileURLToPath(new URL("../../src", import.meta.url));

// Otherwise the checker starts a process for each expression.
process.env["RECHECK_BACKEND"] = "pure";
const { checkSync } = createRequire(import.meta.url)("recheck") as {
  checkSync: typeof Check;
};

interface Found {
  readonly file: string;
  readonly source: string;
  readonly flags: string;
}

/** Every regular expression literal in the sources. */
function expressions(): Found[] {
  const found = new Map<string, Found>();
  for (const file of sourceFiles()) {
    const text = readFileSync(join(SRC, file), "utf8");
    const visit = (node: ts.Node): void => {
      if (ts.isRegularExpressionLiteral(node)) {
        const end = node.text.lastIndexOf("/");
        const source = node.text.slice(1, end);
        const flags = node.text.slice(end + 1);
        found.set(node.text, { file, source, flags });
      }
      ts.forEachChild(node, visit);
    };
    visit(ts.createSourceFile(file, text, ts.ScriptTarget.ES2023, true));
  }
  return [...found.values()];
}

/** Too large for the automaton; the checker fuzzes it instead. */
const SEARCHED_ONLY: ReadonlySet<string> = new Set([
  "emulator/contacts/contact-rules.ts",
  "message-contacts/shapes/rules/rules.ts",
]);

describe("regular expressions", () => {
  const found = expressions();

  it("are literals, so that this test finds all of them", () => {
    expect(found.length).toBeGreaterThan(40);
    for (const file of sourceFiles()) {
      expect(readFileSync(join(SRC, file), "utf8")).not.toMatch(/\bRegExp\(/);
    }
  });

  it("match in linear time", () => {
    const unsafe = found.flatMap(({ file, source, flags }) => {
      const { status } = checkSync(source, flags, {
        timeout: 20_000,
        checker: SEARCHED_ONLY.has(file) ? "fuzz" : "automaton",
      });
      return status === "safe"
        ? []
        : [`${file}: /${source}/${flags} is ${status}`];
    });
    expect(unsafe).toEqual([]);
  }, 180_000);
});
