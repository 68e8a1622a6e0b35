import { describe, expect, it } from "@jest/globals";
import {
  isTypo,
  nearest,
  suggestion,
} from "../../../src/emulator/suggestions.js";

const TITLES = ["FinanceDirector", "TechnicalDirector", "CEO", "Other"];

describe("the nearest known value", () => {
  it.each([
    ["TecnicalDirector", "TechnicalDirector"],
    ["technicaldirector", "TechnicalDirector"],
    ["FinanceDirectro", "FinanceDirector"],
    ["CE0", "CEO"],
    ["Manager", undefined],
    ["", undefined],
  ])("of %j is %j", (typed, expected) => {
    expect(nearest(typed, TITLES)).toBe(expected);
  });
});

describe("a typo", () => {
  it.each([
    ["TecnicalDirector", true],
    ["TechnicalDirector", false],
    ["CTO", false],
    ["SalesDirector", false],
    ["x".repeat(100_000), false],
  ])("%s: %j", (value, expected) => {
    expect(isTypo(value, TITLES)).toBe(expected);
  });
});

describe("a suggestion", () => {
  it("is empty when no known value is close", () => {
    expect(suggestion("Manager", TITLES)).toBe("");
    expect(suggestion(7, TITLES)).toBe("");
  });
});
