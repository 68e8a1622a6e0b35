import { beforeEach, describe, expect, it } from "@jest/globals";
import {
  buildSchema,
  getOperationAST,
  parse,
  type DocumentNode,
} from "graphql";
import { CompiledOperation } from "../../../../src/graphql/executor/compiled-operation.js";
import {
  documentBytes,
  DocumentMemory,
} from "../../../../src/graphql/executor/document-memory.js";
import { ALLOW_ALL } from "../../../support/allow-all.js";
import { contextOf } from "../../../support/fake-upstream.js";

const MIB = 1024 * 1024;

const schema = buildSchema(
  "type Query { thing(id: Int): Thing } type Thing { a: Int b: Int c: Thing }",
);

const textOf = (at: number): string =>
  `{ ${Array.from({ length: 20 }, (_, n) => `x${at}y${n}: thing(id: ${n}) { a b c { a b } }`).join(" ")} }`;

/** Handles a new document like Apollo Server and the driver. */
async function send(memory: DocumentMemory, text: string): Promise<void> {
  const key = `schema:${text.length}:${text.slice(0, 40)}`;
  const document = (await memory.store.get(key)) ?? parse(text);
  await memory.store.set(key, document);
  const operation = getOperationAST(document);
  if (operation == null) throw new Error("there is one operation");
  const compiled = new CompiledOperation(
    schema,
    document,
    operation,
    ALLOW_ALL,
    (fields) => memory.addFields(text, fields),
  );
  memory.addOperation(text, undefined, compiled, document);
  await compiled.run({}, contextOf());
}

describe("the bound on documents", () => {
  it.each([
    [112, 14],
    [240, 30],
    [512, 64],
    [4_144, 64],
  ])(
    "is an eighth of the heap limit, at most 64 MiB: %i MiB",
    (limit, share) => {
      expect(documentBytes(limit * MIB)).toBe(share * MIB);
    },
  );
});

describe("document memory", () => {
  let memory: DocumentMemory;

  beforeEach(() => {
    memory = new DocumentMemory(2 * MIB);
  });

  it("stays within its bound when every document is new", async () => {
    let counted = 0;
    for (let at = 0; at < 200; at++) {
      await send(memory, textOf(at));
      expect(memory.bytes).toBeLessThanOrEqual(memory.maxBytes);
      counted = Math.max(counted, memory.count);
    }
    expect(memory.count).toBeGreaterThan(1);
    expect(counted).toBeLessThan(30);
  });

  it("counts a plan in addition to the text", async () => {
    const text = textOf(1);
    const document = parse(text);
    await memory.store.set("key", document);
    const before = memory.bytes;
    await send(memory, text);
    expect(memory.bytes).toBeGreaterThan(before);
  });

  it("returns a document by Apollo's key and an operation by its text", async () => {
    const text = textOf(1);
    const document = parse(text);
    await memory.store.set("key", document);
    expect(await memory.store.get("key")).toBe(document);
    expect(memory.operation(text, undefined)).toBeUndefined();
    await send(memory, text);
    expect(await memory.store.get("key")).toBe(document);
    expect(memory.operation(text, undefined)).toBeDefined();
    expect(memory.operation(text, "Other")).toBeUndefined();
  });

  it("evicts the document and its operations together", async () => {
    const text = textOf(0);
    await send(memory, text);
    const document: DocumentNode = parse(textOf(1));
    await memory.store.set("other", document);
    for (let at = 2; at < 60; at++) await send(memory, textOf(at));
    expect(memory.operation(text, undefined)).toBeUndefined();
    expect(await memory.store.get("other")).toBeUndefined();
  });

  it("deletes by Apollo's key", async () => {
    await memory.store.set("key", parse(textOf(1)));
    expect(await memory.store.delete("key")).toBe(true);
    expect(await memory.store.get("key")).toBeUndefined();
    expect(await memory.store.delete("key")).toBe(false);
    expect([memory.count, memory.bytes]).toEqual([0, 0]);
  });

  it("does not store a document that is larger than the bound", async () => {
    const tiny = new DocumentMemory(1_000);
    await send(tiny, textOf(1));
    expect([tiny.count, tiny.bytes]).toEqual([0, 0]);
  });
});
