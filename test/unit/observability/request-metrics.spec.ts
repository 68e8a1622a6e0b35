import { expect, test } from "@jest/globals";
import { parse, type OperationDefinitionNode } from "graphql";
import { operationNameOf } from "../../../src/graphql/operation-name.js";
import { ErrorCode } from "../../../src/errors/error-codes.js";
import { Metrics } from "../../../src/observability/metrics.js";
import { recordRequest } from "../../../src/observability/request-metrics.js";

test("counts requests by code and excludes streams from the duration histogram", async () => {
  const metrics = new Metrics();
  const labels = { door: "stream", operation: "addMessageContact" } as const;
  recordRequest(metrics, labels, 60, undefined);
  recordRequest(metrics, labels, 60, ErrorCode.INTERNAL);
  recordRequest(metrics, labels, 60, ErrorCode.INTERNAL);
  const { values } = await metrics.requests.get();
  expect(values.map(({ labels: { code }, value }) => [code, value])).toEqual([
    ["OK", 1],
    ["INTERNAL", 2],
  ]);
  expect((await metrics.requestSeconds.get()).values).toEqual([]);
});

test.each([
  [
    "{ a: messageContact(id: 1) { id } b: messageContact(id: 2) { id } }",
    "getMessageContact",
  ],
  ["{ messageContacts { items { id } } }", "listMessageContacts"],
  [
    "{ messageContact(id: 1) { id } messageContacts { totalCount } }",
    "several",
  ],
  ["{ ...Root } fragment Root on Query { __typename }", "several"],
  ["{ __schema { types { name } } }", "introspection"],
  [
    "mutation { updateMessageContacts(inputs: []) { isComplete } }",
    "updateMessageContacts",
  ],
])("names the operation of `%s` %s", (document, name) => {
  const [operation] = parse(document).definitions;
  expect(operationNameOf(operation as OperationDefinitionNode)).toBe(name);
});

test("names the operation of a rejected document none", () => {
  expect(operationNameOf(undefined)).toBe("none");
});
