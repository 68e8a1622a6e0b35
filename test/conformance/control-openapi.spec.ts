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

const send = (
  { method, path }: Documented,
  body?: unknown,
): Promise<JsonAnswer> =>
  control(emulator.url, method.toUpperCase(), path.slice(PREFIX.length), body);

const problemsOf = (
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

/** Invalid bodies, each of which differs from a valid one in one place. */
function invalidVariants(body: unknown): unknown[] {
  const valid = body as Record<string, unknown>;
  return [
    [],
    "text",
    null,
    { ...valid, unknownProperty: 1 },
    ...Object.keys(valid).flatMap((name) =>
      [{}, [{}], true, -1.5, ""].map((wrong) => ({ ...valid, [name]: wrong })),
    ),
    ...Object.keys(valid).map((name) =>
      Object.fromEntries(Object.entries(valid).filter(([key]) => key !== name)),
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

describe("the control API's OpenAPI document", () => {
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
        const label = `${operation.path} ${name}`;
        expect([label, problemsOf(operation, BODY, value)]).toEqual([
          label,
          [],
        ]);
        emulator.control.reset();
        const { status, json } = await send(operation, value);
        // No message has the example's code, so the well-formed request fails with this error.
        const isUnsentCode = name === "code" && status === 400;
        expect([label, isUnsentCode ? json["error"] : status]).toEqual([
          label,
          isUnsentCode ? "no message has this code" : 200,
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
          const { status } = await send(operation, body);
          const isDocumented = problemsOf(operation, BODY, body).length === 0;
          if (isDocumented !== (status === 200)) {
            differing.push([operation.path, body, status]);
          }
        }
      }
    }
    expect(differing).toEqual([]);
  });

  it("describes every response, including errors", async () => {
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
    // Read before writing, while the state is not empty.
    const readsFirst = [...operations].sort(
      (one, other) =>
        Number(other.method === "get") - Number(one.method === "get"),
    );
    for (const operation of readsFirst) {
      const [, example] = examplesOf(operation).find(
        ([name]) => name !== "code",
      ) ?? ["", undefined];
      const { status, json } = await send(operation, example);
      expect([operation.path, status < 500]).toEqual([operation.path, true]);
      expect([
        operation.operationId,
        problemsOf(operation, answer(String(status)), json),
      ]).toEqual([operation.operationId, []]);
    }
  });
});
