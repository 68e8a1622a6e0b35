import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, it } from "node:test";
import {
  unneededCorrections,
  withoutCorrections,
} from "./openapi-corrections.js";
import { breakingChanges } from "./openapi-differences.js";
import { FOLDER, PROJECT, run } from "./run.js";

const read = (path: string): unknown =>
  JSON.parse(readFileSync(`${FOLDER}${path}`, "utf8"));

const CURRENT = "build/documents/openapi.json";

type Place = readonly (string | number)[];

/** A copy of the document in which one value is replaced. */
function changed(place: Place, change: (value: unknown) => unknown): unknown {
  const copy = structuredClone(read(CURRENT));
  const parent = place
    .slice(0, -1)
    .reduce<unknown>(
      (at, part) => (at as Record<string | number, unknown>)[part],
      copy,
    ) as Record<string | number, unknown>;
  const last = place.at(-1) ?? "";
  const value = change(parent[last]);
  if (value === undefined) delete parent[last];
  else parent[last] = value;
  return copy;
}

const without = (word: string) => (value: unknown) =>
  (value as unknown[]).filter((one) => one !== word);
const and = (word: string) => (value: unknown) => [...(value as []), word];
const gone = () => undefined;

const ROOT = ["paths", "/v1/message-contacts"];
const ADD = ["components", "schemas", "AddMessageContactInput"];
const CONTACT = ["components", "schemas", "MessageContact"];

describe("a release, compared with the previous one", () => {
  it("has no breaking change of the GraphQL schema", async () => {
    const { code, text } = await run("graphql-inspector", [
      "diff",
      `${FOLDER}baseline/schema.graphql`,
      `${PROJECT}schema.graphql`,
    ]);
    assert.equal(code, 0, text);
  });

  it("has no breaking change of the REST API", () => {
    const changes = breakingChanges(
      read("baseline/openapi.json"),
      read(CURRENT),
    );
    assert.deepEqual(withoutCorrections(changes), []);
    assert.deepEqual(unneededCorrections(changes), []);
  });
});

describe("the comparison of OpenAPI documents", () => {
  const cases: [string, Place, (value: unknown) => unknown, string][] = [
    ["an operation", [...ROOT, "post"], gone, "is gone"],
    [
      "an operation's word",
      [...ROOT, "post", "operationId"],
      () => "other",
      "another operationId",
    ],
    [
      "a scope",
      [...ROOT, "post", "x-required-scope"],
      () => "other",
      "needs another scope",
    ],
    [
      "a parameter",
      [...ROOT, "get", "parameters"],
      () => [],
      "no longer takes query pageSize",
    ],
    [
      "a status",
      [...ROOT, "post", "responses", "201"],
      gone,
      "no longer answers 201",
    ],
    [
      "what a body may hold",
      [...ADD, "properties", "phoneNumber"],
      gone,
      "phoneNumber is gone",
    ],
    [
      "what a body must hold",
      [...ADD, "required"],
      and("phoneNumber"),
      "phoneNumber is required now",
    ],
    [
      "a bound",
      [...ADD, "properties", "name", "maxLength"],
      () => 3,
      "lower maxLength",
    ],
    [
      "the uniqueness of a list",
      [...ADD, "properties", "messageTypes", "uniqueItems"],
      () => true,
      "requires unique items",
    ],
    [
      "a property of a response",
      [...CONTACT, "properties", "status"],
      gone,
      "status is gone",
    ],
    [
      "a required property of a response",
      [...CONTACT, "required"],
      without("id"),
      "id may be missing now",
    ],
    [
      "the type of an answer",
      [...CONTACT, "properties", "id", "type"],
      () => ["string", "null"],
      "may now be null",
    ],
    [
      "a word of a list",
      ["components", "schemas", "ContactTitle", "enum"],
      without("CEO"),
      "has no CEO any more",
    ],
  ];

  for (const [what, place, change, expected] of cases) {
    it(`reports a change of ${what}`, () => {
      const found = breakingChanges(read(CURRENT), changed(place, change));
      assert.ok(
        found.some((one) => one.includes(expected)),
        `${expected}: ${JSON.stringify(found)}`,
      );
    });
  }

  it("accepts further response properties and optional request properties", () => {
    const more = (value: unknown) => ({
      ...(value as object),
      brandNew: { type: "string" },
    });
    for (const after of [
      changed([...CONTACT, "properties"], more),
      changed([...ADD, "properties"], more),
      changed([...ADD, "required"], without("title")),
      changed(["components", "schemas", "ContactTitle", "enum"], and("NEW")),
    ]) {
      assert.deepEqual(breakingChanges(read(CURRENT), after), []);
    }
  });
});
