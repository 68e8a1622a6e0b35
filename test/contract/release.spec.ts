import { describe, expect, it } from "@jest/globals";
import {
  changelogProblems,
  differingVersions,
  schemaBreaks,
  unnamed,
} from "../support/release.js";

const CHANGELOG = `# Changelog

## [1.1.0] - Unreleased

- **Breaking**: \`Query.b\` was removed.

## [1.0.0] - 2026-01-02

- First version.
`;

describe("the release check", () => {
  it("accepts a version with a dated section", () => {
    expect(changelogProblems(CHANGELOG, "1.0.0")).toEqual([]);
  });

  it("rejects a version without a section or without a date", () => {
    expect(changelogProblems(CHANGELOG, "1.2.0")).toHaveLength(1);
    expect(changelogProblems(CHANGELOG, "1.1.0")).toHaveLength(1);
  });

  it("accepts changes that are not released yet, and finds breaking ones there", () => {
    const next = CHANGELOG.replace(
      "## [1.1.0]",
      "## [Unreleased]\n\n- **Breaking**: `Query.c` was removed.\n\n## [1.1.0]",
    );
    expect(changelogProblems(next, "1.0.0")).toEqual([]);
    const changes = schemaBreaks(
      "type Query { a: Int b: Int c: Int }",
      "type Query { a: Int }",
    );
    expect(unnamed(changes, next)).toEqual([]);
  });

  it("names each file with a different version", () => {
    const places = { compose: "1.0.0", manifest: "0.9.0", lock: undefined };
    expect(differingVersions("1.0.0", places)).toEqual([
      "manifest says 0.9.0, not 1.0.0",
      "lock says nothing, not 1.0.0",
    ]);
  });

  it("rejects a breaking change that the newest section does not name", () => {
    const changes = schemaBreaks(
      "type Query { a: Int b: Int c: Int }",
      "type Query { a: Int }",
    );
    expect(unnamed(changes, CHANGELOG)).toEqual(["Query.c was removed."]);
  });
});
