import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import type {
  LinkObject,
  OpenAPIObject,
  OperationObject,
  ParameterObject,
  RequestBodyObject,
  ResponseObject,
  SchemaObject,
} from "@nestjs/swagger";
import { REST_CONTRACT } from "../../src/pages/rest-contract.js";
import { operationsOf } from "../../src/openapi/rest-operation.js";
import { propertiesOf } from "../../src/openapi/shape-properties.js";
import { readConfig } from "../../src/config/read-config.js";
import { startGateway, type Gateway } from "../../src/gateway.js";
import {
  eventProblems,
  openApiOf,
  unconnectedGateway,
} from "../support/contracts.js";
import { EventReader } from "../support/event-stream.js";
import { environmentFor } from "../support/running.js";

let gateway: Gateway;
let document: OpenAPIObject;
let operations: Map<string, OperationObject>;

beforeAll(async () => {
  gateway = await unconnectedGateway();
  document = openApiOf(gateway);
  operations = new Map(
    Object.values(document.paths).flatMap((item) =>
      (["get", "post", "patch", "delete"] as const).flatMap((method) => {
        const operation = item[method];
        return operation === undefined
          ? []
          : [[operation.operationId ?? "", operation] as const];
      }),
    ),
  );
});

afterAll(() => gateway.close());

/** Names of the schemas that a part of the document refers to, directly or not. */
function schemasIn(part: unknown, found = new Set<string>()): Set<string> {
  for (const [, name = ""] of JSON.stringify(part ?? null).matchAll(
    /"#\/components\/schemas\/(\w+)"/g,
  )) {
    if (found.has(name)) continue;
    found.add(name);
    schemasIn(document.components?.schemas?.[name], found);
  }
  return found;
}

const schemaOf = (name: string): SchemaObject =>
  (document.components?.schemas?.[name] ?? {}) as SchemaObject;

const all = () => [...operations.values()];

/** Members of a problem that are absent when they do not apply. */
const ABSENT_WITHOUT_VALUE = new Set([
  "Problem",
  "ProblemViolation",
  "ExportedContact",
]);

describe("the schemas of results", () => {
  const results = (): [string, SchemaObject][] =>
    [...schemasIn(all().map(({ responses }) => responses))].map((name) => [
      name,
      schemaOf(name),
    ]);

  it("require every property, also those that may be null", () => {
    expect(results().length).toBeGreaterThan(10);
    for (const [name, { properties = {}, required = [] }] of results()) {
      if (ABSENT_WITHOUT_VALUE.has(name)) continue;
      expect([name, [...required].sort()]).toEqual([
        name,
        Object.keys(properties).sort(),
      ]);
    }
  });

  it("have a minimum for each number, and text for each id", () => {
    for (const [name, { properties = {} }] of results()) {
      for (const [property, schema] of Object.entries(properties)) {
        const { type, minimum } = schema as SchemaObject;
        const place = `${name}.${property}`;
        if ([type].flat().includes("integer")) {
          expect([place, minimum]).toEqual([place, expect.any(Number)]);
        }
        if (/^id$|Id$/.test(property)) {
          expect([place, [type].flat()[0]]).toEqual([place, "string"]);
        }
      }
    }
  });

  it("do not claim a time zone for the vendor's local time", () => {
    const local = ["createdAt", "associatedAt", "changedAt"];
    let count = 0;
    for (const [, { properties = {} }] of results()) {
      for (const name of local.filter((one) => one in properties)) {
        const { format, pattern = "" } = properties[name] as SchemaObject;
        count += 1;
        expect(format).toBeUndefined();
        expect("2023-03-27T17:19:21").toMatch(new RegExp(pattern, "u"));
        expect("2023-03-27T17:19:21Z").not.toMatch(new RegExp(pattern, "u"));
      }
    }
    expect(count).toBe(4);
  });
});

describe("the schemas of inputs", () => {
  const inputs = (): string[] => [
    ...schemasIn(
      all().map(({ parameters, requestBody }) => [parameters, requestBody]),
    ),
  ];

  it("have no value that exists in results only", () => {
    const enums = inputs().filter((name) => schemaOf(name).enum !== undefined);
    const restricted = enums.filter((name) => name.endsWith("Input"));
    expect(restricted.sort()).toEqual([
      "ContactStatusInput",
      "ContactTitleInput",
      "MessageTypeInput",
    ]);
    for (const name of enums) {
      if (restricted.includes(name)) continue;
      expect([name, schemaOf(name).enum]).toEqual([
        name,
        expect.not.arrayContaining(["UNRECOGNISED"]),
      ]);
    }
    for (const name of restricted) {
      const result = schemaOf(name.replace(/Input$/, ""));
      expect(result.enum).toEqual([
        ...((schemaOf(name).enum ?? []) as string[]),
        "UNRECOGNISED",
      ]);
    }
  });

  it("allow no further properties", () => {
    for (const name of inputs()) {
      const { type, additionalProperties } = schemaOf(name);
      if (type !== "object") continue;
      expect([name, additionalProperties]).toEqual([name, false]);
    }
  });

  it("have patterns in ASCII that other languages can compile", () => {
    const patterns: string[] = [];
    JSON.stringify(document, (key, value: unknown) => {
      if (key === "pattern" && typeof value === "string") patterns.push(value);
      return value;
    });
    expect(patterns.length).toBeGreaterThan(10);
    for (const pattern of patterns) {
      expect(pattern).toMatch(/^\^[ -~]*\$$/);
      // Properties, digits and words mean different things in other languages.
      expect(pattern).not.toMatch(/\\[pPdDwW]|\(\?(?!:)/);
    }
  });

  it("accept the country codes of the gateway's settings", async () => {
    const other = await startGateway(
      readConfig({
        ...environmentFor("http://127.0.0.1:9"),
        PHONE_COUNTRY_CODES: "852,1",
      }),
    );
    const { components } = openApiOf(other);
    await other.close();
    const patternIn = (schemas: object | undefined): RegExp => {
      const { properties } = (schemas as Record<string, SchemaObject>)[
        "AddMessageContactInput"
      ] as SchemaObject;
      const { pattern } = properties?.["phoneNumber"] as SchemaObject;
      return new RegExp(pattern ?? "", "u");
    };
    expect("852-51234567").toMatch(patternIn(components?.schemas));
    expect("86-13900001234").not.toMatch(patternIn(components?.schemas));
    expect("86-13900001234").toMatch(patternIn(document.components?.schemas));
  });
});

describe("the links", () => {
  const links = () =>
    all().flatMap((operation) =>
      Object.values(operation.responses).flatMap((response) =>
        Object.entries((response as ResponseObject).links ?? {}).map(
          ([name, link]) => ({
            name,
            operation,
            response: response as ResponseObject,
            link: link as LinkObject,
          }),
        ),
      ),
    );

  it("lead from a new contact to the operation that reads it", () => {
    const { links: found = {} } = operations.get("addMessageContact")
      ?.responses["201"] as ResponseObject;
    expect(found["GetMessageContact"]).toMatchObject({
      operationId: "getMessageContact",
      parameters: { id: "$response.body#/id" },
    });
  });

  it("name operations, their parameters and values that the examples have", () => {
    expect(links().length).toBeGreaterThan(5);
    for (const { name, operation, response, link } of links()) {
      const target = operations.get(link.operationId ?? "");
      for (const [parameter, expression] of Object.entries(
        link.parameters ?? {},
      )) {
        expect([name, target?.parameters]).toEqual([
          name,
          expect.arrayContaining([
            expect.objectContaining({ name: parameter }),
          ]),
        ]);
        const value = valueOf(String(expression), operation, response);
        expect([name, value]).toEqual([name, expect.stringMatching(/^c-/)]);
      }
    }
  });

  /** Value of a runtime expression in the examples. */
  function valueOf(
    expression: string,
    { parameters = [] }: OperationObject,
    { content = {} }: ResponseObject,
  ): unknown {
    const [, name] = /^\$request\.path\.(\w+)$/.exec(expression) ?? [];
    if (name !== undefined) {
      const found = parameters.find(
        (one): one is ParameterObject => "name" in one && one.name === name,
      );
      return found?.example;
    }
    const [, pointer = ""] = /^\$response\.body#(\/.*)$/.exec(expression) ?? [];
    const [first] = Object.values(content["application/json"]?.examples ?? {});
    return pointer
      .slice(1)
      .split("/")
      .reduce<unknown>(
        (at, part) => (at as Record<string, unknown>)[part],
        (first as { value: unknown }).value,
      );
  }
});

describe("the examples", () => {
  it("show the response without Prefer first", () => {
    for (const id of ["addMessageContact", "updateMessageContact"]) {
      const [response] = Object.values(operations.get(id)?.responses ?? {});
      const { examples = {} } =
        (response as ResponseObject).content?.["application/json"] ?? {};
      expect(Object.keys(examples)).toEqual(["default", "representation"]);
    }
  });

  it("show each property of a response", () => {
    for (const { operationId, responses } of all()) {
      for (const response of Object.values(responses)) {
        const media = (response as ResponseObject).content?.[
          "application/json"
        ];
        const [example] = Object.values(media?.examples ?? {});
        if (example === undefined) continue;
        const names = schemasIn(media?.schema);
        const { value } = example as { value: object };
        expect([
          operationId,
          [...names].some(
            (name) =>
              Object.keys(schemaOf(name).properties ?? {})
                .sort()
                .join() === Object.keys(value).sort().join(),
          ),
        ]).toEqual([operationId, true]);
      }
    }
  });

  it("show events that match their schemas", async () => {
    const { responses } = operations.get("watchMessageContactDeletion") ?? {};
    const { content } = responses?.["200"] as ResponseObject;
    const { examples = {} } = content?.["text/event-stream"] ?? {};
    const { value } = examples["sample"] as { value: string };
    const stream = new Response(value);
    const events = await new EventReader(stream).rest();
    expect(events.map(({ event = "message" }) => event)).toEqual([
      "message",
      "message",
      "complete",
    ]);
    for (const event of events) {
      expect(eventProblems(document, event)).toEqual([]);
    }
  });

  it("name parameters and members of the body of their operation in errors", () => {
    for (const operation of operationsOf(REST_CONTRACT.controllers)) {
      const { operationId, path, query, body } = operation;
      const names = [path, query, body].flatMap((shape) =>
        shape === undefined ? [] : [...propertiesOf(shape).keys()],
      );
      const { responses = {} } = operations.get(operationId) ?? {};
      let count = 0;
      for (const response of Object.values(responses)) {
        const { examples = {} } =
          (response as ResponseObject).content?.["application/problem+json"] ??
          {};
        for (const [code, example] of Object.entries(examples)) {
          const shown =
            "$ref" in example ? document.components?.examples?.[code] : example;
          const { field, errors = [] } = (shown as { value: ShownProblem })
            .value;
          for (const [name = ""] of [
            ...(field === undefined ? [] : [field]),
            ...errors.map((one) => one.field),
          ]) {
            count += 1;
            expect([operationId, code, names]).toEqual([
              operationId,
              code,
              expect.arrayContaining([name]),
            ]);
          }
        }
      }
      expect([operationId, count > 0]).toEqual([operationId, true]);
    }
  });
});

interface ShownProblem {
  readonly field?: readonly string[];
  readonly errors?: readonly { readonly field: readonly string[] }[];
}

describe("every operation", () => {
  it("documents any other error as a problem document", () => {
    for (const { responses } of all()) {
      expect(responses.default).toEqual({
        $ref: "#/components/responses/UnexpectedProblem",
      });
    }
  });

  it("has an example of its body and of its required parameters", () => {
    for (const { operationId, parameters = [], requestBody } of all()) {
      for (const one of parameters) {
        if ("$ref" in one || one.required !== true) continue;
        expect([operationId, one]).toEqual([
          operationId,
          expect.objectContaining({ example: expect.anything() as unknown }),
        ]);
      }
      if (requestBody === undefined) continue;
      const { content } = requestBody as RequestBodyObject;
      expect(content["application/json"]?.examples).toBeDefined();
    }
  });
});
