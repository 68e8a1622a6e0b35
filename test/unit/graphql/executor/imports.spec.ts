import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "@jest/globals";

const FOLDER = new URL("../../../../src/graphql/executor/", import.meta.url);

const sources = readdirSync(FOLDER).filter((name) => name.endsWith(".ts"));

describe("the executor folder", () => {
  it.each(sources)("imports only types from other folders: %s", (name) => {
    const text = readFileSync(new URL(name, FOLDER), "utf8");
    const outside = [...text.matchAll(/^import\b[^;]*from "\.\.\/[^;]*;/gm)];
    const values = outside
      .map(([statement]) => statement)
      .filter((statement) => !statement.startsWith("import type "));
    expect(values).toEqual([]);
  });
});
