import {
  afterAll,
  afterEach,
  beforeAll,
  describe,
  expect,
  it,
} from "@jest/globals";
import { FEATURES } from "../../src/access/rights/features.js";
import { readConfig } from "../../src/config/read-config.js";
import { startGateway, type Gateway } from "../../src/gateway.js";
import { REST_CONTRACT } from "../../src/pages/rest-contract.js";
import {
  operationsOf,
  type RestOperation,
} from "../../src/openapi/rest-operation.js";
import { propertiesOf } from "../../src/openapi/shape-properties.js";
import { environmentFor } from "../support/running.js";
import { STUB_REQUEST_ID, StubVendor } from "../support/stub-vendor.js";

const KEY = "testid";

interface ProblemBody {
  readonly status: number;
  readonly code: string;
  readonly field?: readonly string[];
  readonly errors?: readonly {
    readonly field: readonly string[] | null;
    readonly rule: string;
    readonly message: string;
  }[];
}

interface Request {
  readonly id?: string;
  readonly query?: Readonly<Record<string, unknown>>;
  readonly body?: unknown;
}

let vendor: StubVendor;
let gateway: Gateway;

beforeAll(async () => {
  vendor = await StubVendor.start();
  gateway = await startGateway(readConfig(environmentFor(vendor.url)));
});

afterEach(() => vendor.clear(KEY));

afterAll(async () => {
  await gateway.close();
  await vendor.stop();
});

const OPERATIONS = operationsOf(REST_CONTRACT.controllers);
const WITH_ID = OPERATIONS.filter(({ path }) => path !== undefined);
const WITH_BODY = OPERATIONS.filter(({ body }) => body !== undefined);
const WITH_QUERY = OPERATIONS.filter(({ query }) => query !== undefined);

function operation(operationId: string): RestOperation {
  const found = OPERATIONS.find((one) => one.operationId === operationId);
  if (found === undefined) throw new Error(operationId);
  return found;
}

async function send<T = ProblemBody>(
  { method, url, example }: RestOperation,
  changes: Request,
): Promise<T> {
  const { id = "", query = {}, body } = { ...example, ...changes };
  const target = new URL(url.replace("{id}", id), gateway.url);
  for (const [name, value] of Object.entries(query)) {
    for (const one of [value].flat()) {
      target.searchParams.append(name, String(one));
    }
  }
  const answer = await fetch(target, {
    method: method.toUpperCase(),
    ...(body === undefined
      ? {}
      : {
          headers: { "content-type": "application/json" },
          body: JSON.stringify(body),
        }),
  });
  return (await answer.json()) as T;
}

/** Makes an action of the vendor fail with a code. */
function fail(action: string, code: string): void {
  vendor.answer(KEY, action, () => ({
    Code: code,
    Message: "scripted",
    RequestId: STUB_REQUEST_ID,
  }));
}

const ACTIONS: Readonly<Record<string, string>> = {
  batchUpdateMessageContacts: "UpdateMessageContact",
  watchMessageContactDeletion: "GetMessageContactDeletionStatus",
};

const actionOf = ({ operationId }: RestOperation): string =>
  ACTIONS[operationId] ??
  operationId.charAt(0).toUpperCase() + operationId.slice(1);

describe.each(WITH_ID)("$operationId names the path parameter", (one) => {
  it.each([
    ["has no prefix", "nonsense"],
    ["is very long", `c-${"a".repeat(2_000)}`],
  ])("when the id %s", async (_what, id) => {
    const { errors } = await send(one, { id });
    expect(errors).toMatchObject([
      {
        field: ["id"],
        rule: "format",
        message: expect.stringMatching(/^id /) as unknown,
      },
    ]);
  });
});

describe.each(
  WITH_ID.filter(
    // The others report a missing contact as a state, or need several operations.
    ({ operationId }) =>
      !/Deletion|Status/.test(operationId) &&
      !Object.hasOwn(FEATURES, operationId),
  ),
)("$operationId names the path parameter", (one) => {
  it("when the vendor has no such contact", async () => {
    fail(actionOf(one), "EntityNotExists.Contact");
    const problem = await send(one, {});
    expect(problem).toMatchObject({ code: "CONTACT_NOT_FOUND", field: ["id"] });
  });

  it("when the vendor rejects the id", async () => {
    fail(actionOf(one), "InvalidParameter.ContactId");
    const problem = await send(one, {});
    expect(problem).toMatchObject({
      code: "INVALID_INPUT",
      errors: [{ field: ["id"] }],
    });
  });
});

describe.each(WITH_BODY)("$operationId", (one) => {
  const known = new Set(one.body && propertiesOf(one.body).keys());

  it.each([
    {},
    null,
    [],
    "text",
    { name: 1, emailAddress: 1, phoneNumber: 1, targetIds: 1, inputs: 1 },
    { contactId: "c-1", id: "c-1", targetId: "fd-1", targetIds: ["?"] },
  ])(
    "names members of the body or sent fields for the body %j",
    async (body) => {
      const { code, errors = [] } = await send(one, { body });
      expect(code).toBe("INVALID_INPUT");
      for (const { field, rule } of errors) {
        if (field === null) continue;
        const [first = ""] = field;
        const isSent = Object.keys(Object(body) as object).includes(first);
        expect([first, rule, known.has(first)]).toEqual([
          first,
          isSent && !known.has(first) ? "unknown-field" : rule,
          !(isSent && rule === "unknown-field"),
        ]);
      }
    },
  );

  it("reports a malformed id and body together", async () => {
    if (one.path === undefined) return;
    const { errors } = await send(one, { id: "nonsense", body: [] });
    expect(errors).toMatchObject([
      { field: null, rule: "type" },
      { field: ["id"], rule: "format" },
    ]);
  });
});

describe.each(WITH_QUERY)("$operationId", (one) => {
  it("rejects the names that the other API has for its parameters", async () => {
    const query = { ...one.example.query, contactId: "c-1", targetIds: "fd-1" };
    const { errors } = await send(one, { query });
    expect(errors).toHaveLength(2);
    expect(errors).toEqual(
      expect.arrayContaining([
        expect.objectContaining({
          field: ["contactId"],
          rule: "unknown-field",
        }),
        expect.objectContaining({
          field: ["targetIds"],
          rule: "unknown-field",
        }),
      ]),
    );
  });
});

describe("a target", () => {
  const bind = operation("associateMembers");
  const unbind = operation("disassociateMembers");
  const list = operation("listMessageContacts");
  const SIX = Array.from({ length: 6 }, (_, at) => `fd-${at}`);

  it("is targetId in the query string, with the position of the value", async () => {
    const { errors } = await send(unbind, {
      query: { targetId: ["fd-1", "?", "fd-1"] },
    });
    expect(errors?.map(({ field, rule }) => [field, rule])).toEqual([
      [["targetId"], "unique"],
      [["targetId", "1"], "format"],
    ]);
  });

  it("is targetId when it is missing", async () => {
    const { errors } = await send(unbind, { query: {} });
    expect(errors).toMatchObject([{ field: ["targetId"], rule: "required" }]);
  });

  it.each([
    { one: bind, name: "targetIds" },
    { one: unbind, name: "targetId" },
    { one: list, name: "boundTo", query: { boundTo: "fd-1" } },
  ])(
    "is $name when the vendor does not find it",
    async ({ one, name, query }) => {
      fail(actionOf(one), "EntityNotExists.Member");
      const problem = await send(one, query === undefined ? {} : { query });
      expect(problem).toMatchObject({
        code: "BINDING_TARGET_NOT_FOUND",
        field: [name],
      });
    },
  );

  it.each([
    { one: bind, name: "targetIds", changes: { body: { targetIds: SIX } } },
    { one: unbind, name: "targetId", changes: { query: { targetId: SIX } } },
  ])("is $name in the result of a target", async ({ one, name, changes }) => {
    let calls = 0;
    vendor.answer(KEY, actionOf(one), () => {
      calls += 1;
      return calls === 1
        ? undefined
        : { Code: "EntityNotExists.Member", RequestId: STUB_REQUEST_ID };
    });
    const { results } = await send<{
      results: readonly { problem: ProblemBody | null }[];
    }>(one, changes);
    expect(results.at(-1)?.problem).toMatchObject({ field: [name] });
  });
});

describe("an item of a batch", () => {
  it("is named as in the body, because contactId is its member there", async () => {
    fail("UpdateMessageContact", "EntityNotExists.Contact");
    const { results } = await send<{
      results: readonly { problem: ProblemBody | null }[];
    }>(operation("batchUpdateMessageContacts"), {});
    expect(results[1]?.problem).toMatchObject({
      field: ["inputs", "1", "contactId"],
    });
  });
});

describe("a DELETE with a body", () => {
  it.each(["deleteMessageContact", "disassociateMembers"])(
    "is rejected by %s, because its arguments are parameters",
    async (name) => {
      const problem = await send(operation(name), { body: {} });
      expect(problem).toMatchObject({ status: 400, code: "BAD_REQUEST" });
    },
  );
});
