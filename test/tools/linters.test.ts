import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { PROJECT, run, type Run } from "./run.js";

const DOCUMENTS = ["openapi.json", "emulator.json"] as const;

function assertClean({ code, text }: Run): void {
  assert.equal(code, 0, text);
}

describe("the GraphQL schema", () => {
  it("passes the recommended rules of graphql-eslint", async () => {
    const config = "test/tools/eslint.config.js";
    assertClean(
      await run(
        "eslint",
        ["--config", config, "--max-warnings", "0", "schema.graphql"],
        { cwd: PROJECT },
      ),
    );
  });
});

for (const document of DOCUMENTS) {
  const path = `build/documents/${document}`;
  describe(document, () => {
    it("passes spectral:oas without warnings", async () => {
      const rules = ["--ruleset", "spectral.yaml", "--fail-severity", "hint"];
      assertClean(await run("spectral", ["lint", path, ...rules]));
    });

    it("passes redocly's recommended-strict", async () => {
      assertClean(
        await run("redocly", ["lint", path, "--config", "redocly.yaml"]),
      );
    });
  });
}
