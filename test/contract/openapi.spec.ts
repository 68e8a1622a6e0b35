import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { ModulesContainer } from "@nestjs/core";
import type {
  OpenAPIObject,
  OperationObject,
  RequestBodyObject,
  ResponseObject,
} from "@nestjs/swagger";
import { Validator } from "@seriousme/openapi-schema-validator";
import { ERRORS } from "../../src/errors/error-table.js";
import type { Gateway } from "../../src/gateway.js";
import { scopeSentence } from "../../src/openapi/scope-sentence.js";
import { codesOf } from "../../src/openapi/problems.js";
import {
  operationsOf,
  type RestOperation,
} from "../../src/openapi/rest-operation.js";
import { MUTATION_ERRORS } from "../../src/message-contacts/graphql/contact-mutation.decorator.js";
import { REST_CONTRACT } from "../../src/pages/rest-contract.js";
import { OPERATIONS } from "../../src/upstream/operations.js";
import {
  openApiOf,
  pointerOf,
  schemaCheck,
  unconnectedGateway,
} from "../support/contracts.js";

interface DocumentedOperation extends OperationObject {
  readonly path: string;
  readonly method: string;
}

let gateway: Gateway;
let document: OpenAPIObject;
let operations: DocumentedOperation[];

beforeAll(async () => {
  gateway = await unconnectedGateway();
  document = openApiOf(gateway);
  operations = Object.entries(document.paths).flatMap(([path, item]) =>
    (["get", "post", "put", "patch", "delete"] as const).flatMap((method) => {
      const operation = item[method];
      return operation === undefined ? [] : [{ ...operation, path, method }];
    }),
  );
});

afterAll(() => gateway.close());

/** The declaration of an operation on its controller. */
function declared(operationId = ""): RestOperation {
  const found = operationsOf(REST_CONTRACT.controllers).find(
    (one) => one.operationId === operationId,
  );
  if (found === undefined) throw new Error(`no operation ${operationId}`);
  return found;
}

describe("the OpenAPI document", () => {
  it("is valid OpenAPI 3.1", async () => {
    const validator = new Validator();
    const { valid, errors } = await validator.validate({ ...document });
    expect(errors).toBeUndefined();
    expect(valid).toBe(true);
    expect(document.openapi).toBe("3.1.0");
  });

  it("has every operation of the catalogue once, by its name", () => {
    const ids = operations.map(({ operationId }) => operationId);
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids).toEqual(expect.arrayContaining(Object.keys(OPERATIONS)));
  });

  it("has exactly the REST routes", () => {
    const fastify = gateway.app.getHttpAdapter().getInstance();
    const documented = operations.map(
      ({ method, path }) => `${method} ${path.replaceAll(/\{(\w+)\}/g, ":$1")}`,
    );
    for (const route of documented) {
      const [method = "", url = ""] = route.split(" ");
      expect([
        route,
        fastify.hasRoute({ method: method.toUpperCase(), url }),
      ]).toEqual([route, true]);
    }
    const { controllers } = REST_CONTRACT;
    const served = controllers.flatMap((controller) =>
      Object.getOwnPropertyNames(controller.prototype).filter((name) =>
        Reflect.hasMetadata(
          "method",
          (controller.prototype as Record<string, object>)[name] ?? {},
        ),
      ),
    );
    expect(operations.map(({ operationId }) => operationId).sort()).toEqual(
      served.sort(),
    );
    const modules = [...gateway.app.get(ModulesContainer).values()];
    const started = modules.flatMap((module) =>
      [...module.controllers.values()].map(({ name }) => String(name)),
    );
    expect(controllers.map(({ name }) => name).sort()).toEqual(started.sort());
  });

  it("describes each operation and its scope", () => {
    for (const operation of operations) {
      const { scopes } = declared(operation.operationId);
      expect(operation.summary).toMatch(/^[A-Z]/);
      expect(operation.description).toContain(scopeSentence(scopes));
      expect(operation).toMatchObject({
        security: [{ bearerAuth: [] }, { apiKeyAuth: [] }],
        "x-required-scope": scopes.join(" "),
      });
      expect(operation.tags).toHaveLength(1);
    }
  });

  it("lists every error code of an operation under its status", () => {
    for (const { operationId, responses } of operations) {
      for (const code of codesOf(declared(operationId))) {
        const { httpStatus } = ERRORS[code];
        const response = responses[httpStatus] as ResponseObject | undefined;
        const content = response?.content?.["application/problem+json"];
        expect([operationId, Object.keys(content?.examples ?? {})]).toEqual([
          operationId,
          expect.arrayContaining([code]),
        ]);
      }
    }
  });

  it("lists the same errors for a mutation and its REST operation", () => {
    for (const [operation, codes] of MUTATION_ERRORS) {
      // The batch form has another name in each API.
      if (operation === "updateMessageContacts") continue;
      expect(codesOf(declared(operation))).toEqual(
        expect.arrayContaining([...codes]),
      );
    }
  });

  it("has an example of each problem with the status of the error table", () => {
    const examples = Object.entries(document.components?.examples ?? {});
    const found = examples.filter(([name]) => Object.hasOwn(ERRORS, name));
    expect(found.length).toBeGreaterThan(10);
    for (const [name, example] of found) {
      expect(example).toMatchObject({
        value: {
          code: name,
          status: ERRORS[name as keyof typeof ERRORS].httpStatus,
        },
      });
    }
  });

  it("has examples that are valid for their schemas", () => {
    const problems = schemaCheck(document);
    const found: string[] = [];
    const check = (pointer: string, value: unknown): void => {
      found.push(...problems(pointer, value).map((one) => `${pointer} ${one}`));
    };
    for (const { method, path, requestBody, responses } of operations) {
      const pointer = ["paths", path, method];
      const bodies: [string[], Pick<RequestBodyObject, "content">][] = [
        ...(requestBody === undefined
          ? []
          : [[[...pointer, "requestBody"], requestBody] as never]),
        ...Object.entries(responses).map(
          ([status, response]) =>
            [[...pointer, "responses", status], response] as never,
        ),
      ];
      for (const [at, { content = {} }] of bodies) {
        for (const [type, { examples = {} }] of Object.entries(content)) {
          expect(Object.keys(examples).length).toBeGreaterThan(0);
          for (const [name, example] of Object.entries(examples)) {
            const shown =
              "$ref" in example
                ? document.components?.examples?.[name]
                : example;
            const { value } = shown as { value: unknown };
            check(pointerOf(...at, "content", type, "schema"), value);
          }
        }
      }
    }
    for (const name of Object.keys(document.components?.examples ?? {})) {
      const { value } = document.components?.examples?.[name] as {
        value: unknown;
      };
      check("/components/schemas/Problem", value);
    }
    expect(found).toEqual([]);
  });

  it("describes every parameter, header, schema and property", () => {
    const missing: string[] = [];
    const {
      schemas = {},
      headers = {},
      parameters = {},
    } = document.components ?? {};
    const check = (place: string, described: object): void => {
      if (!("description" in described) && !("$ref" in described)) {
        missing.push(place);
      }
    };
    for (const [name, header] of Object.entries(headers)) check(name, header);
    for (const [name, one] of Object.entries(parameters)) check(name, one);
    for (const { operationId, parameters: own = [] } of operations) {
      own.forEach((one, at) => check(`${operationId} ${at}`, one));
    }
    for (const [name, schema] of Object.entries(schemas)) {
      const { properties = {} } = schema as {
        properties?: Record<string, object>;
      };
      for (const [property, described] of Object.entries(properties)) {
        check(`${name}.${property}`, described);
      }
    }
    expect(missing).toEqual([]);
  });

  it("has every shape of the contract and no unused schema", () => {
    const names = Object.keys(document.components?.schemas ?? {});
    expect(names).toEqual(
      expect.arrayContaining([
        "AddMessageContactInput",
        "MessageContact",
        "MessageContactPage",
        "PendingVerificationPage",
        "ContactDeletion",
        "BindingChanges",
        "SentVerification",
        "Problem",
        "ProblemViolation",
        "ErrorCode",
        "UpstreamErrorInfo",
      ]),
    );
    const text = JSON.stringify(document);
    for (const name of names) {
      expect([name, text.includes(`"#/components/schemas/${name}"`)]).toEqual([
        name,
        true,
      ]);
    }
  });
});
