import { beforeEach, describe, expect, it } from "@jest/globals";
import {
  execute,
  getOperationAST,
  GraphQLInputObjectType,
  GraphQLInt,
  GraphQLList,
  GraphQLNonNull,
  GraphQLObjectType,
  GraphQLScalarType,
  GraphQLSchema,
  parse,
  validate,
} from "graphql";
import { callerWith, type Scope } from "../../../src/context/caller.js";
import { openContext } from "../../../src/context/request-context.js";
import { CompiledOperation } from "../../../src/graphql/executor/compiled-operation.js";
import { OperationChecks } from "../../../src/graphql/operation-checks.js";

let read = 0;

/** A scalar that counts the parsed values, and accepts only "good". */
const Word = new GraphQLScalarType({
  name: "Word",
  parseValue: (value) => {
    read += 1;
    if (value !== "good") throw new TypeError("not a word");
    return value;
  },
});

const Words = new GraphQLList(new GraphQLNonNull(Word));
const Input = new GraphQLInputObjectType({
  name: "Input",
  fields: { words: { type: Words } },
});

const schema = new GraphQLSchema({
  query: new GraphQLObjectType({
    name: "Query",
    fields: {
      contact: {
        type: GraphQLInt,
        args: { words: { type: Words } },
        resolve: () => 1,
        extensions: { operation: "getMessageContact" },
      },
      open: {
        type: GraphQLInt,
        args: { words: { type: Words } },
        resolve: () => 1,
      },
    },
  }),
  mutation: new GraphQLObjectType({
    name: "Mutation",
    fields: {
      change: {
        type: GraphQLInt,
        args: { input: { type: Input } },
        resolve: () => 1,
        extensions: { operation: "updateMessageContact" },
      },
    },
  }),
});

const compiledFrom = (text: string): CompiledOperation => {
  const document = parse(text);
  expect(validate(schema, document)).toEqual([]);
  const operation = getOperationAST(document);
  if (operation == null) throw new Error("there is one operation");
  const checks = new OperationChecks(schema, document, operation, 100);
  return new CompiledOperation(schema, document, operation, checks);
};

const contextFor = (...scopes: Scope[]) =>
  openContext({}, callerWith("tester", scopes, ["default"]), "default");

const wrong = (count: number): string[] => new Array<string>(count).fill("bad");

beforeEach(() => {
  read = 0;
});

describe("a caller without the scope", () => {
  it.each([
    ["query ($w: [Word!]) { contact(words: $w) }"],
    ["query ($w: [Word!]) { a: contact(words: $w) b: contact }"],
    ["query ($w: [Word!]) { ...F } fragment F on Query { contact(words: $w) }"],
    ["query ($w: [Word!]) { ... { contact(words: $w) @include(if: true) } }"],
    ["mutation ($w: [Word!]) { change(input: { words: $w }) }"],
  ])("gets FORBIDDEN before variables are read: %s", (text) => {
    const compiled = compiledFrom(text);
    const context = contextFor("contacts:verify");
    expect(compiled.refusal({ w: wrong(5_000) }, context)).toMatchObject({
      originalError: { code: "FORBIDDEN" },
      extensions: { http: { status: 403 } },
    });
    expect(compiled.run({ w: wrong(5_000) }, context)).toBeNull();
    expect(read).toBe(0);
  });

  it("can run an operation with a field that needs no scope", () => {
    const compiled = compiledFrom(
      "query ($w: [Word!]) { contact(words: $w) open }",
    );
    const context = contextFor();
    expect(compiled.refusal({ w: ["good"] }, context)).toBeNull();
    expect(compiled.run({ w: ["good"] }, context)).toMatchObject({
      data: { open: 1 },
    });
  });
});

describe("coercion of invalid variables", () => {
  it.each([
    ["query ($w: [Word!]) { contact(words: $w) }", (w: string[]) => ({ w })],
    [
      "mutation ($i: Input) { change(input: $i) }",
      (words: string[]) => ({ i: { words } }),
    ],
  ])("stops after 50 errors: %s", (text, variables) => {
    const compiled = compiledFrom(text);
    const context = contextFor("contacts:read", "contacts:write");
    expect(compiled.run(variables(wrong(25_000)), context)).toBeNull();
    expect(read).toBeLessThanOrEqual(51);
  });

  it("stops at the same value as in graphql-js", () => {
    const text = "query ($w: [Word!]) { contact(words: $w) }";
    const document = parse(text);
    const variableValues = { w: wrong(25_000) };
    const result = execute({ schema, document, variableValues });
    if (result instanceof Promise) throw new Error("nothing is awaited");
    const ofGraphql = read;
    read = 0;
    void compiledFrom(text).run(variableValues, contextFor("contacts:read"));
    expect(read).toBe(ofGraphql);
    expect(result.errors).toHaveLength(51);
  });
});
