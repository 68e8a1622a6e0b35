import { beforeEach, describe, expect, it } from "@jest/globals";
import {
  buildSchema,
  parse,
  type DocumentNode,
  type OperationDefinitionNode,
} from "graphql";
import { openContext } from "../../../../src/context/request-context.js";
import { CompiledOperation } from "../../../../src/graphql/executor/compiled-operation.js";
import { OperationCache } from "../../../../src/graphql/executor/operation-cache.js";
import { ALLOW_ALL } from "../../../support/allow-all.js";

const QUERY = "query One { name }";
const JSON_TYPE = "application/json; charset=utf-8";
const HEADERS = { accept: "*/*", "content-type": "application/json" };

const schema = buildSchema("type Query { name: String }");
const document: DocumentNode = parse(QUERY);
const operation = new CompiledOperation(
  schema,
  document,
  document.definitions[0] as OperationDefinitionNode,
  ALLOW_ALL,
);

describe("operation cache", () => {
  let cache: OperationCache;

  beforeEach(() => {
    cache = new OperationCache(
      {
        known: (text, name) =>
          text === QUERY && (name === undefined || name === "One")
            ? operation
            : undefined,
      },
      (_operationName, errors) => errors,
    );
  });

  const ask = (
    headers: Readonly<Record<string, string>>,
    query = QUERY,
    operationName?: string,
  ): ReturnType<OperationCache["answer"]> =>
    cache.answer(
      { query, ...(operationName === undefined ? {} : { operationName }) },
      headers,
      openContext(headers),
    );

  it("answers after Apollo Server has accepted the same headers once", () => {
    expect(ask(HEADERS)).toBeNull();
    cache.remember(HEADERS, JSON_TYPE);
    expect(ask(HEADERS)).toEqual({
      contentType: JSON_TYPE,
      text: '{"data":{"name":null}}\n',
    });
    expect(cache.answered).toBe(1);
  });

  it.each([
    ["another `accept` header", { ...HEADERS, accept: "text/html" }],
    ["no `accept` header", { "content-type": "application/json" }],
    ["another `content-type`", { ...HEADERS, "content-type": "text/x" }],
    ["`x-cost`", { ...HEADERS, "x-cost": "1" }],
  ])("leaves a request to Apollo Server with %s", (_, headers) => {
    cache.remember(HEADERS, JSON_TYPE);
    expect(ask(headers)).toBeNull();
  });

  it.each([
    ["document", "{ name }", undefined],
    ["operation", QUERY, "Two"],
    ["empty operation name", QUERY, ""],
  ])(
    "leaves a request to Apollo Server with an unknown %s",
    (_, query, operationName) => {
      cache.remember(HEADERS, JSON_TYPE);
      expect(ask(HEADERS, query, operationName)).toBeNull();
    },
  );

  it.each(["apollo-require-preflight", "x-apollo-operation-name"])(
    "does not remember a request with the CSRF-exemption header %s",
    (name) => {
      cache.remember({ ...HEADERS, [name]: "1" }, JSON_TYPE);
      expect(ask(HEADERS)).toBeNull();
    },
  );

  it("does not remember very long headers", () => {
    const headers = { ...HEADERS, accept: `*/*;${"x".repeat(1_000)}` };
    cache.remember(headers, JSON_TYPE);
    expect(ask(headers)).toBeNull();
  });
});
