import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import type { OpenAPIObject, ParameterObject } from "@nestjs/swagger";
import fc from "fast-check";
import type { Config } from "../../src/config/config.js";
import { isAlias } from "../../src/config/files/directories-file.js";
import { readConfig } from "../../src/config/read-config.js";
import { ErrorCode } from "../../src/errors/error-codes.js";
import { GatewayError } from "../../src/errors/gateway-error.js";
import { startGateway, type Gateway } from "../../src/gateway.js";
import { ContactsPlanController } from "../../src/contacts-plan/rest/contacts-plan.controller.js";
import { CoverageController } from "../../src/coverage/rest/coverage.controller.js";
import { BindingTargetsController } from "../../src/binding-targets/rest/binding-targets.controller.js";
import { BulkController } from "../../src/message-contacts/rest/bulk.controller.js";
import { StatusEventsController } from "../../src/message-contacts/rest/status-events.controller.js";
import { PendingVerificationsController } from "../../src/pending-verifications/rest/pending-verifications.controller.js";
import { DeletionEventsController } from "../../src/message-contacts/rest/deletion-events.controller.js";
import { MessageContactsController } from "../../src/message-contacts/rest/message-contacts.controller.js";
import { REST_CONTRACT } from "../../src/pages/rest-contract.js";
import { operationsOf } from "../../src/openapi/rest-operation.js";
import { openApiOf, pointerOf, schemaCheck } from "../support/contracts.js";
import { environmentFor } from "../support/running.js";
import {
  nearlyValid,
  valuesOf,
  type InputSchema,
} from "../support/schema-values.js";
import { StubVendor } from "../support/stub-vendor.js";

/** Valid and invalid bodies, and as many sets of parameters. */
const RUNS = Number(process.env["PROPERTY_RUNS"] ?? 10_000);

/** Country codes of which some begin with others. */
const SETTINGS = { PHONE_COUNTRY_CODES: "86,1,1242,852" };

const OPERATIONS = operationsOf(REST_CONTRACT.controllers);
const WITH_BODY = OPERATIONS.filter(({ body }) => body !== undefined);
const WITH_PARAMETERS = OPERATIONS.filter(
  ({ path, query }) => path !== undefined || query !== undefined,
);

const BODY_RUNS = Math.ceil(RUNS / WITH_BODY.length);
const PARAMETER_RUNS = Math.ceil(RUNS / WITH_PARAMETERS.length);

/** Values of each kind that are sent to the running gateway, for each operation. */
const SENT = 20;

/** A request of one operation, as the framework passes it to the controller. */
interface Input {
  readonly id: string;
  readonly query: Readonly<Record<string, string | string[]>>;
  readonly body: unknown;
}

const VALID: Input = { id: "c-qL4HqKONzOM7aB3d", query: {}, body: undefined };

let vendor: StubVendor;
let gateway: Gateway;
let config: Config;
let document: OpenAPIObject;
let problems: ReturnType<typeof schemaCheck>;

beforeAll(async () => {
  vendor = await StubVendor.start();
  config = readConfig({ ...environmentFor(vendor.url), ...SETTINGS });
  gateway = await startGateway(config);
  document = openApiOf(gateway);
  problems = schemaCheck(document);
});

afterAll(async () => {
  await gateway.close();
  await vendor.stop();
});

const resolve = (ref: string): InputSchema =>
  document.components?.schemas?.[ref.split("/").at(-1) ?? ""] as InputSchema;

const isValid = (pointer: string, value: unknown): boolean =>
  problems(pointer, value).length === 0;

const ACCEPTED = new Error("the input was accepted");

/** A service whose methods end the request, because its input was accepted. */
const service = new Proxy(
  {},
  {
    get: () => () => {
      throw ACCEPTED;
    },
  },
);

const context = { caller: { personal: true, scopes: new Set() } };

/** Whether a controller accepts an input. It throws nothing but an input error. */
async function isAccepted(operationId: string, input: Input): Promise<boolean> {
  const { id, query, body } = structuredClone(input);
  const controllers = [
    new MessageContactsController(service as never, service as never, config),
    new BulkController(service as never, config),
    new CoverageController(service as never, service as never),
    new ContactsPlanController(
      service as never,
      service as never,
      service as never,
      config,
    ),
    new BindingTargetsController(service as never),
    new DeletionEventsController(service as never, {} as never, {} as never),
    new StatusEventsController(service as never, {} as never),
    new PendingVerificationsController(
      service as never,
      service as never,
      config,
    ),
  ].map((controller) => controller as unknown as Record<string, Handler>);
  const controller = controllers.find((one) => operationId in one) ?? {};
  const { path, query: queryShape, body: bodyShape } = declared(operationId);
  const parameters = [
    ...(path === undefined ? [] : [id]),
    ...(queryShape === undefined ? [] : [query]),
    ...(bodyShape === undefined ? [] : [body]),
  ];
  try {
    // The parameters after these are the same for every input.
    await call(controller, operationId, parameters);
    return true;
  } catch (error) {
    if (error === ACCEPTED) return true;
    if (
      error instanceof GatewayError &&
      error.code === ErrorCode.INVALID_INPUT
    ) {
      return false;
    }
    throw error;
  }
}

type Handler = (...parameters: unknown[]) => unknown;

function call(
  controller: Record<string, Handler>,
  operationId: string,
  parameters: unknown[],
): unknown {
  const handler = controller[operationId];
  if (handler === undefined) throw new Error(`no handler ${operationId}`);
  const absent = Array.from<unknown>({
    length: handler.length - parameters.length - 1,
  });
  return handler.call(controller, ...parameters, ...absent, context);
}

function declared(operationId: string): (typeof OPERATIONS)[number] {
  const found = OPERATIONS.find((one) => one.operationId === operationId);
  if (found === undefined) throw new Error(`no operation ${operationId}`);
  return found;
}

const bodyPointer = ({ url, method }: { url: string; method: string }) =>
  pointerOf(
    ...["paths", url, method, "requestBody"],
    ...["content", "application/json", "schema"],
  );

function bodySchema({ body }: (typeof OPERATIONS)[number]): InputSchema {
  return { $ref: `#/components/schemas/${body?.name ?? ""}` };
}

/** Members of each list of items that must together be unique; its description has them. */
const UNIQUE: Readonly<Record<string, readonly (readonly string[])[]>> = {
  inputs: [["contactId"], ["name"]],
  items: [["contactId", "channel"]],
};

/** Rules of a batch that JSON Schema cannot express. */
function hasUniqueItems(body: unknown): boolean {
  return Object.entries(UNIQUE).every(([list, groups]) => {
    const items = ((body ?? {}) as Readonly<Record<string, unknown>>)[list];
    if (!Array.isArray(items)) return true;
    return groups.every((group) => {
      const values = (items as (Record<string, unknown> | null)[])
        .map((item) => group.map((name) => item?.[name]))
        .filter((value) => !value.includes(undefined))
        .map((value) => JSON.stringify(value));
      return new Set(values).size === values.length;
    });
  });
}

describe.each(WITH_BODY)("the body of $operationId", (operation) => {
  const { operationId } = operation;
  const valid = () =>
    valuesOf(bodySchema(operation), resolve).filter(
      (body) => isValid(bodyPointer(operation), body) && hasUniqueItems(body),
    );
  const invalid = () =>
    nearlyValid(valid()).filter(
      (body) => !isValid(bodyPointer(operation), body),
    );

  it("is accepted when the schema accepts it", async () => {
    await fc.assert(
      fc.asyncProperty(valid(), async (body) => {
        expect(await isAccepted(operationId, { ...VALID, body })).toBe(true);
      }),
      { numRuns: BODY_RUNS },
    );
  });

  it("is rejected when the schema rejects it", async () => {
    await fc.assert(
      fc.asyncProperty(invalid(), async (body) => {
        expect(await isAccepted(operationId, { ...VALID, body })).toBe(false);
      }),
      { numRuns: BODY_RUNS },
    );
  });

  it("is judged the same by a running gateway", async () => {
    const sample = [
      ...fc.sample(valid(), SENT).map((body) => ({ body, isTaken: true })),
      ...fc.sample(invalid(), SENT).map((body) => ({ body, isTaken: false })),
    ];
    for (const { body, isTaken } of sample) {
      const input = { ...VALID, ...usualParameters(operation), body };
      expect([body, await isTakenOverHttp(operation, input)]).toEqual([
        body,
        isTaken,
      ]);
    }
  });
});

/** The example of an operation, as valid parameters. */
function usualParameters({
  example: { id = VALID.id },
}: (typeof OPERATIONS)[number]): Pick<Input, "id"> {
  return { id };
}

/** Whether a running gateway accepts an input. */
async function isTakenOverHttp(
  { method, url, example }: (typeof OPERATIONS)[number],
  { id, query, body }: Input,
): Promise<boolean> {
  const target = new URL(
    url.replace("{id}", encodeURIComponent(id)),
    gateway.url,
  );
  for (const [name, value] of Object.entries(query)) {
    for (const one of [value].flat()) target.searchParams.append(name, one);
  }
  const answer = await fetch(target, {
    method: method.toUpperCase(),
    ...(body === undefined
      ? {}
      : {
          headers: { "content-type": "application/json", ...example.headers },
          body: JSON.stringify(body),
        }),
  });
  const { status } = answer;
  if (status === 400 || status === 422) {
    // A valid input was planned, and the plan was rejected.
    return Object.hasOwn((await answer.json()) as object, "plan");
  }
  await answer.body?.cancel();
  return true;
}

type RawParameters = Readonly<Record<string, string | string[]>>;

/** The value that a parameter's text stands for; undefined if its type has no such text. */
function parsed(text: string | string[], { type }: InputSchema): unknown {
  if (type === "array") return [text].flat();
  if (typeof text !== "string") return undefined;
  if (type === "integer" && /^-?(?:0|[1-9][0-9]*)$/.test(text)) {
    return Number(text);
  }
  if (type === "boolean" && /^(?:true|false)$/.test(text)) {
    return text === "true";
  }
  return text;
}

/** The text of a parameter. The framework passes a list of one value as text. */
function textOf(value: unknown): string | string[] {
  if (!Array.isArray(value)) return String(value);
  const [first, ...others] = value.map(String);
  return others.length === 0 ? (first ?? "") : [first ?? "", ...others];
}

const isRaw = (value: unknown): value is RawParameters =>
  typeof value === "object" &&
  value !== null &&
  !Array.isArray(value) &&
  Object.values(value).every((member) =>
    Array.isArray(member)
      ? member.length > 1 && member.every((one) => typeof one === "string")
      : typeof member === "string",
  ) &&
  // A path has its parameters exactly once, and no others.
  (!("id" in value) || typeof value.id === "string");

describe.each(WITH_PARAMETERS)(
  "the parameters of $operationId",
  (operation) => {
    const { operationId, url, method, path } = operation;

    const parameters = (): [ParameterObject, string][] =>
      (document.paths[url]?.[method]?.parameters ?? []).flatMap((one, at) =>
        "$ref" in one
          ? []
          : [
              [
                one,
                pointerOf(
                  "paths",
                  url,
                  method,
                  "parameters",
                  String(at),
                  "schema",
                ),
              ],
            ],
      );

    const areValid = (raw: RawParameters): boolean => {
      const known = parameters();
      return (
        Object.keys(raw).every((name) =>
          known.some(([one]) => one.name === name),
        ) &&
        known.every(([{ name, required = false, schema }, pointer]) => {
          const text = Object.hasOwn(raw, name) ? raw[name] : undefined;
          if (text === undefined) return !required;
          const value = parsed(text, schema as InputSchema);
          return value !== undefined && isValid(pointer, value);
        })
      );
    };

    const valid = (): fc.Arbitrary<RawParameters> =>
      fc
        .record(
          Object.fromEntries(
            parameters().map(([{ name, schema }]) => [
              name,
              valuesOf(schema as InputSchema, resolve).map(textOf),
            ]),
          ),
          {
            requiredKeys: parameters()
              .filter(([{ required }]) => required === true)
              .map(([{ name }]) => name),
          },
        )
        .filter(areValid);

    /** A route without a query string ignores one. */
    const isInPath = (raw: RawParameters): boolean =>
      operation.query !== undefined || Object.keys(raw).join() === "id";

    const invalid = (): fc.Arbitrary<RawParameters> =>
      nearlyValid(valid())
        .filter(isRaw)
        .filter((raw) => path === undefined || "id" in raw)
        .filter((raw) => isInPath(raw) && !areValid(raw));

    const inputOf = (raw: RawParameters): Input => {
      const { id, ...query } = raw;
      // Without a path parameter, `id` is an unknown query parameter.
      const { body } = operation.example;
      if (path === undefined) return { ...VALID, query: raw, body };
      return { id: id as string, query, body };
    };

    it("are accepted when the document accepts them", async () => {
      await fc.assert(
        fc.asyncProperty(valid(), async (raw) => {
          expect(await isAccepted(operationId, inputOf(raw))).toBe(true);
        }),
        { numRuns: PARAMETER_RUNS },
      );
    });

    it("are rejected when the document rejects them", async () => {
      await fc.assert(
        fc.asyncProperty(invalid(), async (raw) => {
          expect(await isAccepted(operationId, inputOf(raw))).toBe(false);
        }),
        { numRuns: PARAMETER_RUNS },
      );
    });

    it("are judged the same by a running gateway", async () => {
      const sample = [
        ...fc.sample(valid(), SENT).map((raw) => ({ raw, isTaken: true })),
        ...fc.sample(invalid(), SENT).map((raw) => ({ raw, isTaken: false })),
      ];
      for (const { raw, isTaken } of sample) {
        const input = inputOf(raw);
        // Other URLs, according to the URL standard.
        if (["", ".", ".."].includes(input.id)) continue;
        expect([raw, await isTakenOverHttp(operation, input)]).toEqual([
          raw,
          isTaken,
        ]);
      }
    });
  },
);

describe("the header parameters", () => {
  const patternOf = (name: string): RegExp => {
    const { schema } = document.components?.parameters?.[
      name
    ] as ParameterObject;
    return new RegExp((schema as InputSchema).pattern ?? "", "u");
  };

  it("Idempotency-Key is accepted exactly if it matches its pattern", async () => {
    const pattern = patternOf("Idempotency-Key");
    const keys = fc.sample(
      fc.oneof(
        fc.stringMatching(pattern),
        // Text that a header can carry; HTTP drops white space around it.
        fc.stringMatching(/^[!-~]{1,4}[ -~\xa0-\xff]{0,8}[!-~]{1,4}$/),
        fc.constantFrom("", "a".repeat(255), "a".repeat(256), "a, b", "é"),
      ),
      300,
    );
    for (const key of keys) {
      const answer = await fetch(`${gateway.url}/v1/message-contacts`, {
        method: "POST",
        headers: { "content-type": "application/json", "idempotency-key": key },
        body: "{}",
      });
      await answer.body?.cancel();
      expect([key, answer.status]).toEqual([
        key,
        pattern.test(key) ? 422 : 400,
      ]);
    }
  });

  it("X-Resource-Directory has the pattern of an alias", () => {
    const pattern = patternOf("X-Resource-Directory");
    const aliases = fc.oneof(
      fc.stringMatching(pattern),
      fc.stringMatching(/^[a-zA-Z0-9_-]{0,34}$/),
      fc.string(),
    );
    fc.assert(
      fc.property(aliases, (alias) => {
        expect(isAlias(alias)).toBe(pattern.test(alias));
      }),
      { numRuns: PARAMETER_RUNS },
    );
  });
});
