import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import {
  execute,
  getOperationAST,
  GraphQLInt,
  GraphQLList,
  GraphQLNonNull,
  GraphQLObjectType,
  GraphQLSchema,
  parse,
  validate,
  type GraphQLFieldConfig,
  type GraphQLOutputType,
} from "graphql";
import { CompiledOperation } from "../../../../src/graphql/executor/compiled-operation.js";
import { ALLOW_ALL } from "../../../support/allow-all.js";
import { contextOf, settled } from "../../../support/fake-upstream.js";

/** Outcome of a value, and the number of event loop turns before it. */
interface Fate {
  readonly turns: number;
  readonly fails: boolean;
}

const AT_ONCE: Fate = { turns: 0, fails: false };

const wait = async (turns: number): Promise<void> => {
  for (let turn = 0; turn < turns; turn++) {
    await new Promise((resolve) => setImmediate(resolve));
  }
};

/** Returns or throws after the given turns. Creates the value only then. */
const fated = (give: () => unknown, { turns, fails }: Fate): unknown => {
  const end = (): unknown => {
    if (fails) throw new Error("it failed");
    return give();
  };
  return turns === 0 ? end() : wait(turns).then(end);
};

/** A list of values with separate fates. A synchronous failure is an `Error` item. */
const listOf = (value: unknown, fates: readonly Fate[]): unknown[] =>
  fates.map((fate) =>
    fate.turns === 0 && fate.fails
      ? new Error("it failed")
      : fated(() => value, fate),
  );

type Script = () => Fate;

const field = (
  type: GraphQLOutputType,
  script: Script,
  give: () => unknown = () => 1,
): GraphQLFieldConfig<unknown, unknown> => ({
  type,
  resolve: () => fated(give, script()),
});

function schemaOf(script: Script): GraphQLSchema {
  const many = (value: unknown) => () =>
    listOf(value, [script(), script(), script()]);
  const Thing: GraphQLObjectType = new GraphQLObjectType({
    name: "Thing",
    fields: () => {
      const must = new GraphQLNonNull(Thing);
      const mustInt = new GraphQLNonNull(GraphQLInt);
      return {
        may: field(GraphQLInt, script),
        must: field(mustInt, script),
        thing: field(Thing, script, () => ({})),
        mustThing: field(must, script, () => ({})),
        ints: field(new GraphQLList(mustInt), script, many(1)),
        mustInts: field(
          new GraphQLNonNull(new GraphQLList(mustInt)),
          script,
          many(1),
        ),
        things: field(new GraphQLList(must), script, many({})),
        mayThings: field(new GraphQLList(Thing), script, many({})),
      };
    },
  });
  return new GraphQLSchema({ query: Thing, mutation: Thing });
}

/** Repeats the same fates in the same order for each run. */
function scriptOf(fates: readonly Fate[]): {
  next: Script;
  restart: () => void;
} {
  let at = 0;
  return {
    next: () => fates[at++ % fates.length] ?? AT_ONCE,
    restart: () => {
      at = 0;
    },
  };
}

const LEAVES = ["may", "must", "ints", "mustInts"] as const;
const OBJECTS = ["thing", "mustThing", "things", "mayThings"] as const;

const { selection } = fc.letrec<{ selection: string }>((tie) => ({
  selection: fc
    .array(
      fc.oneof(
        { maxDepth: 3 },
        fc.constantFrom(...LEAVES),
        fc
          .tuple(fc.constantFrom(...OBJECTS), tie("selection"))
          .map(([name, below]) => `${name} ${below}`),
      ),
      { minLength: 1, maxLength: 4 },
    )
    .map(
      (fields) => `{ ${fields.map((one, at) => `a${at}: ${one}`).join(" ")} }`,
    ),
}));

const fates = fc.array(
  fc.record({ turns: fc.integer({ min: 0, max: 3 }), fails: fc.boolean() }),
  { minLength: 1, maxLength: 30 },
);

describe("the compiled executor", () => {
  const unhandled: unknown[] = [];
  const record = (reason: unknown): void => {
    unhandled.push(reason);
  };

  beforeEach(() => {
    unhandled.length = 0;
    process.on("unhandledRejection", record);
  });

  afterEach(() => {
    process.off("unhandledRejection", record);
  });

  it("handles every rejection and returns the result of graphql-js", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom("query", "mutation"),
        selection,
        fates,
        async (kind, selected, fated) => {
          const { next, restart } = scriptOf(fated);
          const schema = schemaOf(next);
          const document = parse(`${kind} ${selected}`);
          const operation = getOperationAST(document);
          if (operation == null) throw new Error("there is one operation");
          const compiled = new CompiledOperation(
            schema,
            document,
            operation,
            ALLOW_ALL,
          );
          const found = await compiled.run({}, contextOf());
          await settled();
          expect(unhandled).toEqual([]);
          expect(validate(schema, document)).toEqual([]);
          if (fated.every(({ turns }) => turns === 0)) {
            restart();
            const wanted = await execute({ schema, document });
            expect(JSON.stringify(found)).toBe(JSON.stringify(wanted));
          }
          unhandled.length = 0;
        },
      ),
      { numRuns: 300 },
    );
  });

  it("handles the rejection of an item after the list has become null", async () => {
    const { next } = scriptOf([
      AT_ONCE,
      { turns: 2, fails: true },
      { turns: 0, fails: true },
      { turns: 1, fails: true },
      AT_ONCE,
    ]);
    const schema = schemaOf(next);
    const document = parse("{ ints may }");
    const operation = getOperationAST(document);
    if (operation == null) throw new Error("there is one operation");
    const compiled = new CompiledOperation(
      schema,
      document,
      operation,
      ALLOW_ALL,
    );
    const result = await compiled.run({}, contextOf());
    await settled();
    expect(result?.data).toMatchObject({ ints: null });
    expect(unhandled).toEqual([]);
  });
});
