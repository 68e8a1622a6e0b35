import { describe, expect, it } from "@jest/globals";
import {
  execute,
  getOperationAST,
  GraphQLError,
  GraphQLInt,
  GraphQLInterfaceType,
  GraphQLList,
  GraphQLNonNull,
  GraphQLObjectType,
  GraphQLSchema,
  GraphQLString,
  parse,
  validate,
  type GraphQLFieldConfig,
  type GraphQLOutputType,
  type GraphQLScalarType,
} from "graphql";
import { CompiledOperation } from "../../../../src/graphql/executor/compiled-operation.js";
import { ALLOW_ALL } from "../../../support/allow-all.js";
import { contextOf } from "../../../support/fake-upstream.js";

type Field = GraphQLFieldConfig<unknown, unknown>;

const later = <T>(value: T): Promise<T> => Promise.resolve(value);

const giving = (type: GraphQLOutputType, give: () => unknown): Field => ({
  type,
  resolve: give,
});

const fail = (): never => {
  throw new Error("it failed");
};

const required = (
  type: GraphQLScalarType | GraphQLObjectType,
): GraphQLOutputType => new GraphQLNonNull(type);
const list = (type: GraphQLOutputType): GraphQLOutputType =>
  new GraphQLList(type);

const Shape: GraphQLInterfaceType = new GraphQLInterfaceType({
  name: "Shape",
  fields: { name: { type: GraphQLString } },
  resolveType: (value) => {
    const { kind, isLate } = value as { kind: string; isLate?: boolean };
    return isLate === true ? later(kind) : kind;
  },
});

const shape = (name: string, own: string): GraphQLObjectType =>
  new GraphQLObjectType({
    name,
    interfaces: [Shape],
    fields: { name: { type: GraphQLString }, [own]: { type: GraphQLInt } },
  });

const SHAPES = [
  { kind: "Circle", name: "one", radius: 1 },
  { kind: "Square", name: "two", side: 2, isLate: true },
  { kind: "Triangle", name: "none" },
];

const Thing: GraphQLObjectType = new GraphQLObjectType({
  name: "Thing",
  fields: () => ({
    plain: giving(GraphQLString, () => "plain"),
    late: giving(GraphQLString, () => later("late")),
    none: giving(GraphQLString, () => undefined),
    fails: giving(GraphQLString, fail),
    failsLate: giving(GraphQLString, () => later(0).then(fail)),
    givesError: giving(GraphQLString, () => new GraphQLError("given")),
    wrongLeaf: giving(GraphQLInt, () => "seven"),
    must: giving(required(GraphQLString), () => null),
    mustLate: giving(required(GraphQLString), () => later(null)),
    mustFail: giving(required(GraphQLString), fail),
    mustFailLate: giving(required(GraphQLString), () => later(0).then(fail)),
    thing: giving(Thing, () => ({})),
    thingLate: giving(Thing, () => later({})),
    mustThing: giving(required(Thing), () => later({})),
    numbers: giving(list(GraphQLInt), () => [1, later(2), null, "x", fail]),
    mustNumbers: giving(list(required(GraphQLInt)), () => [1, later(null), 3]),
    things: giving(list(Thing), () => [{}, later({}), null, new Error("no")]),
    mustThings: giving(list(required(Thing)), () => [{}, later({})]),
    set: giving(list(GraphQLInt), () => new Set([1, 2])),
    noList: giving(list(GraphQLInt), () => 7),
    text: giving(list(GraphQLString), () => "text"),
    shapes: giving(list(Shape), () => SHAPES),
    method: { type: GraphQLString },
    echo: {
      type: GraphQLString,
      args: {
        a: { type: GraphQLString },
        b: { type: GraphQLInt, defaultValue: 3 },
        must: { type: new GraphQLNonNull(GraphQLString), defaultValue: "m" },
      },
      resolve: (_source, args, _context, info) =>
        JSON.stringify([args, info.path, info.fieldName, info.variableValues]),
    },
    rest: {
      type: GraphQLString,
      resolve: (...all: unknown[]) => String(all.length),
    },
  }),
});

const schema = new GraphQLSchema({
  query: Thing,
  mutation: Thing,
  types: [shape("Circle", "radius"), shape("Square", "side")],
});

/** Runs a document with both executors; `found` is null if it is not compiled. */
async function both(
  source: string,
  variableValues: Record<string, unknown> = {},
): Promise<{ readonly found: string | null; readonly wanted: string }> {
  const document = parse(source);
  expect(validate(schema, document)).toEqual([]);
  const operation = getOperationAST(document);
  if (operation == null) throw new Error("a document has one operation");
  const compiled = new CompiledOperation(
    schema,
    document,
    operation,
    ALLOW_ALL,
  );
  const contextValue = contextOf();
  // Run twice: the second run must not depend on state of the first.
  await compiled.run(variableValues, contextValue);
  const found = await compiled.run(variableValues, contextValue);
  const wanted = await execute({
    schema,
    document,
    variableValues,
    contextValue,
  });
  return {
    found: found === null ? null : JSON.stringify(found),
    wanted: JSON.stringify(wanted),
  };
}

const DOCUMENTS: readonly (readonly [string, Record<string, unknown>?])[] = [
  ["{ plain late none thing { late plain } thingLate { plain none } }"],
  ["{ fails failsLate givesError wrongLeaf plain }"],
  ["{ thing { must plain } plain }"],
  ["{ thing { mustLate plain } thingLate { mustFail } plain }"],
  ["{ must plain }"],
  ["{ plain late mustFail }"],
  ["{ mustFailLate failsLate }"],
  ["{ thing { mustThing { mustThing { mustLate } } } }"],
  ["{ mustThing { mustThing { mustFailLate plain } } late }"],
  ["{ thing { failsLate mustFail } }"],
  ["{ thing { mustFailLate thingLate { failsLate thingLate { fails } } } }"],
  ["{ numbers mustNumbers set noList text }"],
  ["{ things { plain fails } mustThings { late } }"],
  ["{ things { must } mustThings { mustLate } }"],
  [
    "{ a: thing { mustThings { must } } b: things { mustThings { mustFail } } }",
  ],
  [
    "{ shapes { __typename name ... on Circle { radius } ...S } } fragment S on Square { side }",
  ],
  ["{ echo }"],
  ['{ echo(a: "x", b: null, must: "y") }'],
  ["query ($a: String, $b: Int) { echo(a: $a, b: $b) }", { a: "x", b: 1 }],
  ["query ($a: String, $b: Int) { echo(a: $a, b: $b) }", { a: null }],
  ["query ($a: String, $b: Int = 9) { echo(a: $a, b: $b) }"],
  ["query ($m: String) { echo(must: $m) }", { m: "given" }],
  [
    "query ($m: String) { echo(must: $m) thing { echo(must: $m) } }",
    { m: null },
  ],
  ["query ($m: String) { echo(must: $m) }"],
  ["mutation { a: late b: failsLate c: thingLate { late } d: plain }"],
  ["mutation { a: late b: mustLate c: plain }"],
  ["{ rest a: plain ... { b: plain ... on Thing { a: plain c: late } } }"],
  [
    "query ($x: Boolean!) { plain @skip(if: $x) late @include(if: $x) }",
    { x: true },
  ],
  [
    "query ($x: Boolean!) { plain @skip(if: $x) late @include(if: $x) }",
    { x: false },
  ],
  [
    "{ ...A ...A @skip(if: true) ...B @skip(if: true) ...B } fragment A on Thing { plain } fragment B on Thing { late }",
  ],
];

describe("a compiled operation", () => {
  it.each(DOCUMENTS)(
    "returns the result of graphql-js: %s",
    async (...given) => {
      const { found, wanted } = await both(...given);
      expect(found).toBe(wanted);
    },
  );

  it("has a separate plan for each combination of conditions", async () => {
    const document = parse(
      "query ($x: Boolean!, $y: Boolean = false) { plain @skip(if: $x) late @include(if: $y) }",
    );
    const operation = getOperationAST(document);
    if (operation == null) throw new Error("a document has one operation");
    const compiled = new CompiledOperation(
      schema,
      document,
      operation,
      ALLOW_ALL,
    );
    const answers: unknown[] = [];
    for (const x of [true, false, true]) {
      for (const y of [true, false]) {
        answers.push((await compiled.run({ x, y }, contextOf()))?.data);
      }
    }
    expect(answers).toEqual([
      { late: "late" },
      {},
      { plain: "plain", late: "late" },
      { plain: "plain" },
      { late: "late" },
      {},
    ]);
  });

  it("handles pending rejections when an object fails synchronously", async () => {
    const { found, wanted } = await both(
      "{ thing { a: failsLate b: mustFailLate c: mustFail } late }",
    );
    expect(found).toBe(wanted);
  });
});

const INTERPRETED: readonly (readonly [
  string,
  string,
  Record<string, unknown>,
])[] = [
  ["introspection", "{ __schema { queryType { name } } plain }", {}],
  ["the alias `__proto__`", "{ __proto__: plain }", {}],
  ["invalid variables", "query ($a: Int!) { echo(b: $a) }", {}],
  [
    "a condition without a value",
    "query ($x: Boolean = true) { plain @skip(if: $x) }",
    { x: null },
  ],
  [
    "more conditions than MAX_CONDITIONS",
    "query ($a: Boolean! $b: Boolean! $c: Boolean! $d: Boolean! $e: Boolean!) { plain @skip(if: $a) @include(if: $b) late @skip(if: $c) @include(if: $d) none @skip(if: $e) }",
    { a: true, b: true, c: true, d: true, e: true },
  ],
];

describe("compiled execution is left to graphql-js for", () => {
  it.each(INTERPRETED)("%s", async (_title, source, variables) => {
    const { found } = await both(source, variables);
    expect(found).toBeNull();
  });
});

describe("the size of a plan", () => {
  it("is reported once, with the expanded fields of fragments", async () => {
    const type = new GraphQLObjectType({
      name: "Thing",
      fields: { name: { type: GraphQLString } },
    });
    const schema = new GraphQLSchema({
      query: new GraphQLObjectType({
        name: "Query",
        fields: { thing: { type, resolve: () => ({ name: "a" }) } },
      }),
    });
    const document = parse(
      "{ a: thing { ...N } b: thing { ...N } } fragment N on Thing { x: name y: name }",
    );
    const operation = getOperationAST(document);
    if (operation == null) throw new Error("there is one operation");
    const sizes: number[] = [];
    const compiled = new CompiledOperation(
      schema,
      document,
      operation,
      ALLOW_ALL,
      (fields) => sizes.push(fields),
    );
    await compiled.run(undefined, contextOf());
    await compiled.run(undefined, contextOf());
    expect(sizes).toEqual([6]);
  });
});
