import { describe, expect, it } from "@jest/globals";
import { parse } from "graphql";
import { hasConditionalRoot } from "../../../src/http/subscription-root.js";

describe("the root of a subscription", () => {
  it.each([
    ["subscription { a @skip(if: true) }", true],
    ["subscription ($x: Boolean!) { a @include(if: $x) }", true],
    ["subscription { ... @include(if: true) { a } }", true],
    ["subscription { ...F @skip(if: false) } fragment F on S { a }", true],
    ["subscription { ...F } fragment F on S { a @skip(if: false) }", true],
    ["{ b } subscription S { a @skip(if: true) }", true],
    ["subscription { a { b @skip(if: true) } }", false],
    ["{ a @skip(if: true) }", false],
    ["subscription { ...F } fragment F on S { ...F }", false],
    ["subscription { ...Missing }", false],
  ])("has conditions: %s → %s", (text, expected) => {
    expect(hasConditionalRoot(parse(text))).toBe(expected);
  });
});
