import { describe, expect, it } from "@jest/globals";
import {
  buildSchema,
  getIntrospectionQuery,
  parse,
  validate,
  type ValidationRule,
} from "graphql";
import {
  documentRules,
  excesses,
} from "../../../src/graphql/document-limits.js";

const LIMITS = {
  depth: 8,
  aliases: 30,
  rootFields: 20,
  directives: 20,
  mutationFields: 1,
  selections: 1_000,
  introspectionAliases: 4,
};

const messagesOf = (document: string): string[] =>
  excesses(parse(document), LIMITS).map(({ sentence }) => sentence);

const nested = (depth: number): string =>
  "{ a ".repeat(depth) + "}".repeat(depth);
const times = (count: number, one: (index: number) => string): string =>
  Array.from({ length: count }, (_, index) => one(index)).join(" ");

describe("document limits", () => {
  it.each([
    ["depth", nested(8), nested(9)],
    [
      "depth in fragments",
      `${nested(4).replace(/a }/, "...F }")} fragment F on T ${nested(4)}`,
      `{ a { a { ...F } } } fragment F on T ${nested(7)}`,
    ],
    [
      "aliases",
      `{ r { ${times(30, (i) => `a${i}: b`)} } }`,
      `{ r { ${times(31, (i) => `a${i}: b`)} } }`,
    ],
    [
      "aliases in a fragment that is spread often",
      `{ r { ...F } s { ...F } t { ...F } } fragment F on T { ${times(10, (i) => `a${i}: b`)} }`,
      `{ r { ...F } s { ...F } t { ...F } } fragment F on T { ${times(11, (i) => `a${i}: b`)} }`,
    ],
    [
      "root fields",
      `{ ${times(20, (i) => `f${i}`)} }`,
      `{ ${times(21, (i) => `f${i}`)} }`,
    ],
    [
      "root fields in fragments",
      `{ ...F ... on Q { ${times(10, (i) => `f${i}`)} } } fragment F on Q { ${times(10, (i) => `g${i}`)} }`,
      `{ ...F ... on Q { ${times(11, (i) => `f${i}`)} } } fragment F on Q { ${times(10, (i) => `g${i}`)} }`,
    ],
    [
      "directives",
      `{ a ${times(20, () => "@skip(if: false)")} }`,
      `{ a ${times(21, () => "@skip(if: false)")} }`,
    ],
    [
      "directives on the operation and on fragments",
      `query @a { ...F @b ... @c { x } } fragment F on Q { ${times(17, (i) => `f${i} @d`)} }`,
      `query @a { ...F @b ... @c { x } } fragment F on Q { ${times(18, (i) => `f${i} @d`)} }`,
    ],
    [
      "fields and fragments, once for each spread",
      `{ r { ${times(99, () => "...F")} } } fragment F on T { ${times(9, () => "a")} }`,
      `{ r { ${times(100, () => "...F")} } } fragment F on T { ${times(9, () => "a")} }`,
    ],
    [
      "fields and fragments of all operations together",
      times(20, (i) => `query Q${i} { r { ${times(49, () => "a")} } }`),
      times(20, (i) => `query Q${i} { r { ${times(50, () => "a")} } }`),
    ],
    [
      "aliases in introspection",
      `{ __schema { types { ${times(4, (i) => `a${i}: fields { name }`)} } } }`,
      `{ __schema { types { ${times(5, (i) => `a${i}: fields { name }`)} } } }`,
    ],
    ["mutations", "mutation { a }", "mutation { a b }"],
    [
      "mutations in fragments",
      "mutation { ...F } fragment F on M { a }",
      "mutation { ...F ...F } fragment F on M { a }",
    ],
  ])("accept the maximum and reject one more: %s", (_name, max, above) => {
    expect(messagesOf(max)).toEqual([]);
    expect(messagesOf(above)).not.toEqual([]);
  });

  it("apply to every operation of a document", () => {
    expect(
      messagesOf(`query A { a } mutation B { a b } query C ${nested(9)}`),
    ).toEqual([
      "The operation has more than 1 mutations.",
      "The operation has more than 8 levels.",
    ]);
  });

  it("accept the standard introspection query", () => {
    expect(messagesOf(getIntrospectionQuery())).toEqual([]);
  });

  it("measure each fragment once, even if fragments double at each level", () => {
    const doubling = times(
      60,
      (i) => `fragment F${i} on T { a: x ...F${i + 1} ...F${i + 1} }`,
    );
    const document = `{ ...F0 } ${doubling} fragment F60 on T { x }`;
    expect(messagesOf(document)).toContain(
      "The operation has more than 30 aliases.",
    );
  });

  it("report the limit on fields and fragments", () => {
    expect(
      messagesOf(
        `{ ${times(2, () => "...F0")} } ${times(
          12,
          (i) => `fragment F${i} on T { ...F${i + 1} ...F${i + 1} }`,
        )} fragment F12 on T { a }`,
      ),
    ).toContain(
      "The document has more than 1000 fields and fragments. A fragment counts each time it is spread.",
    );
  });

  it("hide a rejected document from later rules", () => {
    const visited: string[] = [];
    const schema = buildSchema("type Query { r: Query a: Int }");
    const names: ValidationRule = () => ({
      Field: ({ name }) => {
        visited.push(name.value);
      },
    });
    const [limit] = documentRules({ GRAPHQL_MUTATIONS_PER_OPERATION: 1 });
    if (limit === undefined) throw new Error("there is one rule");
    const rules = [names, limit];
    expect(validate(schema, parse("{ r { a } }"), rules)).toEqual([]);
    expect(visited).toEqual(["r", "a"]);
    const refused = parse(`{ ${times(32, (i) => `x${i}: a`)} }`);
    expect(validate(schema, refused, rules)).not.toEqual([]);
    expect(visited).toEqual(["r", "a"]);
  });

  it("tolerate fragment cycles and missing fragments", () => {
    expect(
      messagesOf(
        "{ ...A } fragment A on T { x ...B } fragment B on T { y ...A }",
      ),
    ).toEqual([]);
    expect(messagesOf("{ ...Nowhere }")).toEqual([]);
  });
});
