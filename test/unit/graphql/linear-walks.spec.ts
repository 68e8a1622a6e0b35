import { readFileSync } from "node:fs";
import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import {
  buildSchema,
  getOperationAST,
  isObjectType,
  Kind,
  parse,
  validate,
  visit,
  type ASTNode,
  type DocumentNode,
  type GraphQLField,
  type GraphQLResolveInfo,
} from "graphql";
import {
  documentRules,
  excesses,
  MAX_SELECTIONS,
  MAX_TOKENS,
} from "../../../src/graphql/document-limits.js";
import { CompiledOperation } from "../../../src/graphql/executor/compiled-operation.js";
import { OperationChecks } from "../../../src/graphql/operation-checks.js";
import { selectedFields } from "../../../src/message-contacts/graphql/selected-fields.js";
import { contextOf } from "../../support/fake-upstream.js";

/** Maximum number of visits of a syntax node for each character of a text. */
const STEPS_PER_CHARACTER = 60;

const schema = buildSchema(
  readFileSync(new URL("../../../schema.graphql", import.meta.url), "utf8"),
);

type Field = GraphQLField<unknown, unknown>;

/** Adds a resolver that reads the selected fields, like the real resolvers. */
function addResolver(typeName: string, name: string, value: object): void {
  const type = schema.getType(typeName);
  if (!isObjectType(type)) throw new Error(`${typeName} is an object type`);
  const field: Field | undefined = type.getFields()[name];
  if (field === undefined) throw new Error(`there is ${typeName}.${name}`);
  field.resolve = (
    _source: unknown,
    _args: unknown,
    _context: unknown,
    info: GraphQLResolveInfo,
  ) => {
    selectedFields(info);
    return value;
  };
  // Declares upstream calls, so that the cost estimate visits this field.
  field.extensions = { upstream: { calls: 1, items: () => 10 } };
}

addResolver("Query", "messageContact", { id: "c-1", name: "tom" });
addResolver("Query", "messageContacts", { items: [{ id: "c-1" }] });
addResolver("Mutation", "updateMessageContact", { errors: [] });
addResolver("UpdateMessageContactPayload", "contact", { id: "c-1" });

/** Counts the reads of `kind` of all nodes. Every traversal reads it. */
function counted(document: DocumentNode): { steps: number } {
  const count = { steps: 0 };
  const nodes: ASTNode[] = [];
  visit(document, {
    enter: (node) => {
      nodes.push(node);
    },
  });
  for (const node of nodes) {
    const { kind } = node;
    Object.defineProperty(node, "kind", {
      enumerable: true,
      get: () => {
        count.steps += 1;
        return kind;
      },
    });
  }
  return count;
}

/** Runs all traversals of the gateway; false if the document is rejected. */
async function walk(document: DocumentNode): Promise<boolean> {
  const limits = documentRules({ GRAPHQL_MUTATIONS_PER_OPERATION: 1 });
  if (validate(schema, document, limits).length > 0) return false;
  const operation = getOperationAST(document);
  if (operation == null) throw new Error("the document has one operation");
  const checks = new OperationChecks(schema, document, operation, 1_000_000);
  const compiled = new CompiledOperation(schema, document, operation, checks);
  const context = contextOf();
  expect(compiled.refusal({}, context)).toBeNull();
  await compiled.run({}, context);
  return true;
}

const FIELDS = ["id", "name", "title", "status", "createdAt", "bindings{kind}"];
const ROOTS = [
  (set: string) => `{messageContact(id:"c-1"){${set}}}`,
  (set: string) => `{messageContacts{items{${set}}}}`,
  (set: string) =>
    `mutation{updateMessageContact(input:{contactId:"c-1",title:CEO}){contact{${set}}}}`,
] as const;

/** Generates chains of fragments, each of which spreads later ones repeatedly. */
const documents = fc
  .record({
    root: fc.constantFrom(...ROOTS),
    fragments: fc.array(
      fc.array(
        fc.oneof(
          fc.constantFrom(...FIELDS),
          fc.record({
            ahead: fc.integer({ min: 1, max: 3 }),
            form: fc.constantFrom(
              (spread: string) => spread,
              (spread: string) => `...{${spread}}`,
              (spread: string) => `...on MessageContact{${spread}}`,
              (spread: string) => `${spread}@include(if:true)`,
            ),
          }),
        ),
        { minLength: 1, maxLength: 6 },
      ),
      { minLength: 1, maxLength: 30 },
    ),
  })
  .map(({ root, fragments }) => {
    const last = fragments.length;
    const texts = fragments.map((parts, at) => {
      const set = parts.map((part) =>
        typeof part === "string"
          ? part
          : part.form(`...F${Math.min(at + part.ahead, last)}`),
      );
      return `fragment F${at} on MessageContact{${set.join(" ")} ...F${at + 1}}`;
    });
    return `${root("...F0")} ${texts.join(" ")} fragment F${last} on MessageContact{id}`;
  });

describe("document traversals", () => {
  it("take a number of steps linear in the length of the text", async () => {
    let walked = 0;
    await fc.assert(
      fc.asyncProperty(documents, async (text) => {
        let document: DocumentNode;
        try {
          document = parse(text, { maxTokens: MAX_TOKENS });
        } catch {
          return;
        }
        expect(validate(schema, document)).toEqual([]);
        const count = counted(document);
        if (await walk(document)) walked += 1;
        expect(count.steps).toBeLessThanOrEqual(
          STEPS_PER_CHARACTER * text.length,
        );
      }),
      { numRuns: 500 },
    );
    expect(walked).toBeGreaterThan(50);
  });

  it.each([2, 3])(
    "reject a chain of fragments that each spread the next one %i times",
    async (times) => {
      for (const root of ROOTS) {
        for (const length of [12, 20, 60]) {
          const chain = Array.from(
            { length },
            (_, at) =>
              `fragment D${at} on MessageContact{${`...D${at + 1} `.repeat(times)}}`,
          );
          const text = `${root("...D0")} ${chain.join(" ")} fragment D${length} on MessageContact{id}`;
          const document = parse(text, { maxTokens: MAX_TOKENS });
          const count = counted(document);
          expect(await walk(document)).toBe(false);
          expect(count.steps).toBeLessThanOrEqual(
            STEPS_PER_CHARACTER * text.length,
          );
        }
      }
    },
  );

  it("visit a fragment once if it is spread repeatedly in one selection set", () => {
    const text = `{messageContact(id:"c-1"){...D0}} ${Array.from(
      { length: 24 },
      (_, at) =>
        `fragment D${at} on MessageContact{...D${at + 1} ...D${at + 1}}`,
    ).join(" ")} fragment D24 on MessageContact{id}`;
    const document = parse(text);
    const [operation] = document.definitions;
    if (operation?.kind !== Kind.OPERATION_DEFINITION) throw new Error("none");
    const [field] = operation.selectionSet.selections;
    if (field?.kind !== Kind.FIELD) throw new Error("none");
    const fragments = Object.fromEntries(
      document.definitions.flatMap((node) =>
        node.kind === Kind.FRAGMENT_DEFINITION
          ? [[node.name.value, node] as const]
          : [],
      ),
    );
    const count = counted(document);
    const info = { fieldNodes: [field], fragments, variableValues: {} };
    expect([...selectedFields(info as unknown as GraphQLResolveInfo)]).toEqual([
      "id",
    ]);
    expect(count.steps).toBeLessThan(text.length);
  });

  it("accept the largest document without repeated fragments", () => {
    const limits = {
      depth: 8,
      aliases: 30,
      rootFields: 20,
      directives: 20,
      mutationFields: 1,
      selections: MAX_SELECTIONS,
      introspectionAliases: 4,
    };
    const text = `{messageContact(id:"c-1"){${"id ".repeat(MAX_TOKENS - 12)}}}`;
    const document = parse(text, { maxTokens: MAX_TOKENS });
    expect(excesses(document, limits)).toEqual([]);
  });
});
