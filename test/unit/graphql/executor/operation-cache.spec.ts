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
import { Logger } from "../../../../src/logging/logger.js";

const QUERY = "query One { name }";
const JSON_TYPE = "application/json; charset=utf-8";
const HEADERS = { accept: "*/*", "content-type": "application/json" };

const schema = buildSchema("type Query { name: String }");
const document: DocumentNode = parse(QUERY);
const operation = new CompiledOperation(
  schema,
  document,
  document.definitions[0] as OperationDefinitionNode,
);

describe("requests like those that were taken before", () => {
  let requests: OperationCache;

  beforeEach(() => {
    requests = new OperationCache(
      {
        known: (text, name) =>
          text === QUERY && (name === undefined || name === "One")
            ? operation
            : undefined,
      },
      new Logger({ LOG_LEVEL: "silent" }),
    );
  });

  const ask = (
    headers: Readonly<Record<string, string>>,
    query = QUERY,
    operationName?: string,
  ): ReturnType<OperationCache["answer"]> =>
    requests.answer(
      { query, ...(operationName === undefined ? {} : { operationName }) },
      headers,
      openContext(headers),
    );

  it("are left to Apollo Server until it has taken one", () => {
    expect(ask(HEADERS)).toBeNull();
    requests.remember(HEADERS, JSON_TYPE);
    expect(ask(HEADERS)).toEqual({
      contentType: JSON_TYPE,
      text: '{"data":{"name":null}}\n',
    });
    expect(requests.answered).toBe(1);
  });

  it.each([
    ["another media type is accepted", { ...HEADERS, accept: "text/html" }],
    ["none is named", { "content-type": "application/json" }],
    ["the body is of another type", { ...HEADERS, "content-type": "text/x" }],
    ["the cost is asked for", { ...HEADERS, "x-cost": "1" }],
  ])("are left to it where %s", (_, headers) => {
    requests.remember(HEADERS, JSON_TYPE);
    expect(ask(headers)).toBeNull();
  });

  it.each([
    ["document", "{ name }", undefined],
    ["operation", QUERY, "Two"],
    ["empty name of an operation", QUERY, ""],
  ])("are left to it with an unknown %s", (_, query, operationName) => {
    requests.remember(HEADERS, JSON_TYPE);
    expect(ask(HEADERS, query, operationName)).toBeNull();
  });

  it.each(["apollo-require-preflight", "x-apollo-operation-name"])(
    "learn nothing from one that %s vouched for",
    (name) => {
      requests.remember({ ...HEADERS, [name]: "1" }, JSON_TYPE);
      expect(ask(HEADERS)).toBeNull();
    },
  );

  it("are not remembered by headers of any length", () => {
    const headers = { ...HEADERS, accept: `*/*;${"x".repeat(1_000)}` };
    requests.remember(headers, JSON_TYPE);
    expect(ask(headers)).toBeNull();
  });
});
