import { describe, expect, it } from "@jest/globals";
import { buildSchema, parse, specifiedRules, validate } from "graphql";
import { noConditionalRoots } from "../../../src/graphql/subscription-root.js";

const SCHEMA = buildSchema(`
  type Query { b: S }
  type Subscription { a: S }
  type S { b: String }
`);

describe("the validation rule for subscription roots", () => {
  it.each([
    "subscription { a @skip(if: true) { b } }",
    "subscription ($x: Boolean!) { a @include(if: $x) { b } }",
    "subscription { ... @include(if: true) { a { b } } }",
    "subscription { ...F @skip(if: false) } fragment F on Subscription { a { b } }",
    "subscription { ...F } fragment F on Subscription { a @skip(if: false) { b } }",
    "query Q { b { b } } subscription S($x: Boolean!) { a @skip(if: $x) { b } }",
  ])("rejects a condition: %s", (text) => {
    const errors = validate(SCHEMA, parse(text), [
      ...specifiedRules,
      noConditionalRoots,
    ]);
    expect(errors.map(({ message }) => message)).toEqual([
      "The root field of a subscription must not have @skip or @include.",
    ]);
  });

  it.each([
    "subscription { a { b @skip(if: true) } }",
    "{ b @skip(if: true) { b } }",
    "subscription { ...F } fragment F on Subscription { ...F }",
    "subscription { ...Missing }",
  ])("accepts: %s", (text) => {
    expect(validate(SCHEMA, parse(text), [noConditionalRoots])).toEqual([]);
  });
});
