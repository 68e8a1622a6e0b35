import { describe, expect, it } from "@jest/globals";
import { buildSchema, GraphQLScalarType } from "graphql";
import { UrlRules } from "../../../../src/graphql/request/url-rules.js";

const schema = buildSchema(`
  scalar Address
  input Person { address: Address, friends: [Person!] }
  type Query { find(address: Address, people: [Person!], name: String): Int }
`);
const address = schema.getType("Address");
if (address instanceof GraphQLScalarType) {
  address.extensions = { personal: true };
}
const rules = new UrlRules(schema, 1_000);

const PERSONAL = [
  '{ find(address: "a@b.example") }',
  '{ find(people: [{ address: "a@b.example" }]) }',
  '{ find(people: [{ friends: [{ address: "a@b.example" }] }]) }',
  '{ ...F } fragment F on Query { find(address: "a@b.example") }',
];

describe("rules for documents in a URL", () => {
  it("reject personal literals in the text, also in lists, inputs and fragments", () => {
    for (const query of PERSONAL) {
      expect(() => rules.check({ query, hasText: true })).toThrow();
    }
  });

  it("accept the same literals in a document of which the URL has only the id", () => {
    for (const query of PERSONAL) {
      expect(() => rules.check({ query, hasText: false })).not.toThrow();
    }
  });

  it("reject personal variables in any case", () => {
    const query = "query ($p: [Person!]) { find(people: $p) }";
    for (const hasText of [true, false]) {
      expect(() => rules.check({ query, hasText })).toThrow();
    }
  });

  it("accept other values, null and invalid documents", () => {
    for (const query of [
      '{ find(name: "a@b.example", address: null) }',
      "query ($name: String) { find(name: $name) }",
      "{",
    ]) {
      expect(() => rules.check({ query, hasText: true })).not.toThrow();
    }
  });
});
