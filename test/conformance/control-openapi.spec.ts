import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import type {
  OpenAPIObject,
  OperationObject,
  RequestBodyObject,
} from "@nestjs/swagger";
import { Validator } from "@seriousme/openapi-schema-validator";
import type { RunningEmulator } from "../../src/emulator/emulator.server.js";
import { pointerOf, schemaCheck } from "../support/contracts.js";
import {
  call,
  callV1,
  control,
  type JsonAnswer,
} from "../support/emulator-client.js";
import { NEW_CONTACT, seededRandom, TOM } from "../support/emulator-fixture.js";
import { startEmulator } from "../../src/emulator/emulator.server.js";

interface Documented extends OperationObject {
  readonly path: string;
  readonly method: string;
}

const PREFIX = "/_emulator";
const BODY = ["requestBody", "content", "application/json", "schema"];

let emulator: RunningEmulator;
let document: OpenAPIObject;
let operations: Documented[];
let problems: (pointer: string, value: unknown) => string[];

const ask = (
  { method, path }: Documented,
  body?: unknown,
): Promise<JsonAnswer> =>
  control(emulator.url, method.toUpperCase(), path.slice(PREFIX.length), body);

const violationsOf = (
  { path, method }: Documented,
  at: string[],
  value: unknown,
) => problems(pointerOf("paths", path, method, ...at), value);

function examplesOf({ requestBody }: Documented): [string, unknown][] {
  const { content } = (requestBody ?? { content: {} }) as RequestBodyObject;
  const examples = content["application/json"]?.examples ?? {};
  return Object.entries(examples).map(([name, one]) => [
    name,
    (one as { value: unknown }).value,
  ]);
}

/** Invalid bodies, each with one difference from a valid one. */
function invalidVariants(body: unknown): unknown[] {
  const given = body as Record<string, unknown>;
  return [
    [],
    "text",
    null,
    { ...given, unheardOf: 1 },
    ...Object.keys(given).flatMap((name) =>
      [{}, [{}], true, -1.5, ""].map((wrong) => ({ ...given, [name]: wrong })),
    ),
    ...Object.keys(given).map((name) =>
      Object.fromEntries(Object.entries(given).filter(([key]) => key !== name)),
    ),
  ];
}

beforeAll(async () => {
  emulator = await startEmulator({ random: seededRandom() });
  const { json } = await control(emulator.url, "GET", "/openapi.json");
  document = json as unknown as OpenAPIObject;
  problems = schemaCheck(document);
  operations = Object.entries(document.paths).flatMap(([path, item]) =>
    (["get", "post", "patch", "delete"] as const).flatMap((method) => {
      const operation = item[method];
      return operation === undefined ? [] : [{ ...operation, path, method }];
    }),
  );
});

afterAll(() => emulator.stop());

describe("the OpenAPI document of the control API", () => {
  it("is valid OpenAPI 3.1", async () => {
    const { valid, errors } = await new Validator().validate({ ...document });
    expect(errors).toBeUndefined();
    expect(valid).toBe(true);
  });

  it("has the routes of the index, each with a unique operationId", async () => {
    const { json } = await control(emulator.url, "GET", "");
    const routes = json["routes"] as { method: string; path: string }[];
    expect(
      operations.map(({ method, path }) => `${method.toUpperCase()} ${path}`),
    ).toEqual(routes.map(({ method, path }) => `${method} ${path}`));
    const ids = operations.map(({ operationId }) => operationId);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it("has examples that the emulator accepts and that match their schemas", async () => {
    for (const operation of operations) {
      for (const [name, value] of examplesOf(operation)) {
        const place = `${operation.path} ${name}`;
        expect([place, violationsOf(operation, BODY, value)]).toEqual([
          place,
          [],
        ]);
        emulator.control.reset();
        const { status, json } = await ask(operation, value);
        // No message has the code of the example, but the code is well-formed.
        const isUnsentCode = name === "code" && status === 400;
        expect([place, isUnsentCode ? json["error"] : status]).toEqual([
          place,
          isUnsentCode ? "no message with that code was sent" : 200,
        ]);
      }
      if (operation.requestBody === undefined) continue;
      expect(examplesOf(operation).length).toBeGreaterThan(0);
    }
  });

  it("accepts and rejects the same bodies as the emulator", async () => {
    const differing: unknown[] = [];
    for (const operation of operations) {
      for (const [name, example] of examplesOf(operation)) {
        if (name === "code") continue;
        for (const body of invalidVariants(example)) {
          emulator.control.reset();
          const { status } = await ask(operation, body);
          const isDocumented = violationsOf(operation, BODY, body).length === 0;
          if (isDocumented !== (status === 200)) {
            differing.push([operation.path, body, status]);
          }
        }
      }
    }
    expect(differing).toEqual([]);
  });

  it("describes every response, errors included", async () => {
    const { url } = emulator;
    emulator.control.reset();
    await call(url, "AddMessageContact", NEW_CONTACT);
    await callV1(url, "ListMessageContacts", {}, { signature: () => "x" });
    await call(url, "SendEmailVerificationForMessageContact", {
      ContactId: TOM,
      EmailAddress: "tom@example.com",
    });
    await control(url, "POST", "/faults", { effect: "error", times: null });
    await control(url, "POST", "/deletions/fail", { failures: [] });
    const answer = (status: string) => [
      "responses",
      status,
      "content",
      "application/json",
      "schema",
    ];
    // Reads first, while there is data to return.
    const inOrder = [...operations].sort(
      (one, other) =>
        Number(other.method === "get") - Number(one.method === "get"),
    );
    for (const operation of inOrder) {
      const [, example] = examplesOf(operation).find(
        ([name]) => name !== "code",
      ) ?? ["", undefined];
      const { status, json } = await ask(operation, example);
      expect([operation.path, status < 500]).toEqual([operation.path, true]);
      expect([
        operation.operationId,
        violationsOf(operation, answer(String(status)), json),
      ]).toEqual([operation.operationId, []]);
    }
  });
});
