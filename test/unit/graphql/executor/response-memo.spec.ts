import { beforeEach, describe, expect, it } from "@jest/globals";
import { buildSchema, parse, type OperationDefinitionNode } from "graphql";
import { callerWith, type Scope } from "../../../../src/context/caller.js";
import {
  openContext,
  type RequestContext,
} from "../../../../src/context/request-context.js";
import { CompiledOperation } from "../../../../src/graphql/executor/compiled-operation.js";
import { ResponseMemo } from "../../../../src/graphql/executor/response-memo.js";
import { ALLOW_ALL } from "../../../support/allow-all.js";
import { contextOf } from "../../../support/fake-upstream.js";

const OPERATION = {};

/** A cache with one entry, and the number of its uses. */
class FakeCache {
  entry: object | null = {};
  uses = 0;

  readonly read = {
    peek: (): object | null => this.entry,
    use: (): void => {
      this.uses += 1;
    },
  };

  /** Records a read of a request, as the upstream does. */
  answer({ usage }: RequestContext): void {
    usage.requestedCalls = (usage.requestedCalls ?? 0) + 1;
    usage.cachedReads?.push({ read: this.read, entry: this.entry ?? {} });
  }
}

describe("response memo", () => {
  let memo: ResponseMemo;
  let cache: FakeCache;

  beforeEach(() => {
    memo = new ResponseMemo();
    cache = new FakeCache();
  });

  const keyOf = (
    context: RequestContext,
    variables: Record<string, unknown> = { id: "c-1" },
    operation: object = OPERATION,
  ): string => memo.keyOf(operation, variables, context) ?? "";

  /** Runs a request whose response is `text`. */
  const run = (text: string, reads = 1, context = contextOf()): string => {
    const key = keyOf(context);
    memo.collect(context);
    for (let n = 0; n < reads; n += 1) cache.answer(context);
    memo.keep(key, text, context.usage);
    return key;
  };

  it("repeats a response of one cached read, and counts the read", () => {
    const key = run("one");
    expect(memo.find(key, contextOf())).toBe("one");
    expect(cache.uses).toBe(1);
    expect(memo.answered).toBe(1);
  });

  it("repeats nothing once the cache has no entry, or another one", () => {
    const key = run("one");
    const { entry } = cache;
    cache.entry = null;
    expect(memo.find(key, contextOf())).toBeNull();
    cache.entry = { ...entry };
    expect(memo.find(key, contextOf())).toBeNull();
    expect(cache.uses).toBe(0);
    cache.entry = entry;
    expect(memo.find(key, contextOf())).toBe("one");
  });

  it.each([0, 2])("keeps no response of %s cached reads", (reads) => {
    const key = run("one", reads);
    expect(memo.find(key, contextOf())).toBeNull();
  });

  it("keeps no response of a cached read and a call", () => {
    const context = contextOf();
    const key = keyOf(context);
    memo.collect(context);
    cache.answer(context);
    context.usage.requestedCalls = 2;
    memo.keep(key, "one", context.usage);
    expect(memo.find(key, contextOf())).toBeNull();
  });

  it("distinguishes operations, variables, directories and scopes", () => {
    const context = (scopes: Scope[], directory = "default"): RequestContext =>
      openContext({}, callerWith("tester", scopes, [directory]), directory);
    const read = context(["contacts:read"]);
    const keys = [
      keyOf(read),
      keyOf(read, { id: "c-2" }),
      keyOf(read, { id: "c-1", n: 1 }),
      keyOf(read, { id: "c-1" }, {}),
      keyOf(context(["contacts:read"], "other")),
      keyOf(context(["contacts:read", "contacts:read-personal"])),
      keyOf(context(["contacts:read", "contacts:write"])),
    ];
    expect(new Set(keys).size).toBe(keys.length);
    expect(keyOf(context(["contacts:read"]))).toBe(keys[0]);
  });

  it("keeps neither very long texts nor requests with very long variables", () => {
    expect(memo.find(run("x".repeat(40_000)), contextOf())).toBeNull();
    const long = { ids: ["x".repeat(2_000)] };
    expect(memo.keyOf(OPERATION, long, contextOf())).toBeNull();
  });

  it("drops the least recently used texts beyond its bound", () => {
    memo = new ResponseMemo(1_000);
    const keys = Array.from({ length: 20 }, (_, n) => {
      const context = contextOf();
      const key = keyOf(context, { n });
      memo.collect(context);
      cache.answer(context);
      memo.keep(key, "x".repeat(100), context.usage);
      return key;
    });
    const kept = keys.filter((key) => memo.find(key, contextOf()) !== null);
    expect(kept).toEqual(keys.slice(-kept.length));
    expect(kept.length).toBeGreaterThan(1);
    expect(kept.length).toBeLessThan(10);
  });

  it("makes every response anew when it is off", () => {
    memo.isOn = false;
    expect(memo.keyOf(OPERATION, {}, contextOf())).toBeNull();
  });
});

describe("a prepared run", () => {
  const schema = buildSchema(`
    enum Kind { A B }
    input Filter { name: String }
    type Query { plain: Int, read(id: ID, n: Int, kinds: [Kind!], name: String, filter: Filter): Thing }
    type Mutation { read: Thing }
    type Thing { name: String, other: String }`);
  const { plain, read } = schema.getQueryType()?.getFields() ?? {};
  const { name, other } =
    (
      schema.getType("Thing") as ReturnType<typeof schema.getQueryType>
    )?.getFields() ?? {};
  if (!plain || !read || !name || !other) throw new Error("a field is missing");
  // A property resolver of Nest, a declared one, and two that declare nothing.
  name.resolve = (source: unknown) => source;
  read.extensions = { isRepeatable: true };
  other.resolve = (...all: unknown[]) => all;

  const isRepeatable = (text: string): boolean | undefined => {
    const document = parse(text);
    const [operation] = document.definitions as OperationDefinitionNode[];
    if (operation === undefined) throw new Error("there is no operation");
    return new CompiledOperation(
      schema,
      document,
      operation,
      ALLOW_ALL,
    ).prepare({}, contextOf())?.isRepeatable;
  };

  it.each([
    "{ read { name } }",
    "{ __typename read { __typename name } }",
    "query ($id: ID, $n: Int, $kinds: [Kind!]) { read(id: $id, n: $n, kinds: $kinds) { name } }",
  ])("is repeatable if all fields and variables are: %s", (text) => {
    expect(isRepeatable(text)).toBe(true);
  });

  it.each([
    "{ plain }",
    "{ read { name other } }",
    "query ($name: String) { read(name: $name) { name } }",
    "query ($filter: Filter) { read(filter: $filter) { name } }",
    "mutation { read { name } }",
  ])("is not repeatable otherwise: %s", (text) => {
    expect(isRepeatable(text)).toBe(false);
  });
});
