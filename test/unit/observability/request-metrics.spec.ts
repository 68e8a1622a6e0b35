import { expect, test } from "@jest/globals";
import { parse, type OperationDefinitionNode } from "graphql";
import { operationNameOf } from "../../../src/graphql/operation-name.js";
import { ErrorCode } from "../../../src/errors/error-codes.js";
import { Metrics } from "../../../src/observability/metrics.js";
import { RequestMeter } from "../../../src/observability/request-metrics.js";

test("counts by code, and leaves the duration of streams out", () => {
  const metrics = new Metrics();
  const meter = new RequestMeter(metrics, "stream", "addMessageContact");
  meter.add(60, undefined);
  meter.add(60, ErrorCode.INTERNAL);
  meter.add(60, ErrorCode.INTERNAL);
  const counted = [...metrics.requests.entries()].map(([labels, { n }]) => [
    labels.at(-1),
    n,
  ]);
  expect(counted).toEqual([
    ["OK", 1],
    ["INTERNAL", 2],
  ]);
  expect([...metrics.requestSeconds.entries()]).toEqual([]);
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
])("calls %s %s", (document, word) => {
  const [operation] = parse(document).definitions;
  expect(operationNameOf(operation as OperationDefinitionNode)).toBe(word);
});

test("calls a document that was refused none", () => {
  expect(operationNameOf(undefined)).toBe("none");
});
