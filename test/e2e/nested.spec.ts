import {
  afterAll,
  beforeAll,
  beforeEach,
  describe,
  expect,
  it,
} from "@jest/globals";
import { COSTS, type CostRow } from "../support/cost-table.js";
import { MARTA, TOM } from "../support/emulator-fixture.js";
import { settled } from "../support/fake-upstream.js";
import { actionsOf, graphql } from "../support/graphql.js";
import { startBoth, type Running } from "../support/running.js";

let running: Running;

beforeAll(async () => {
  running = await startBoth({}, { GRAPHQL_MUTATIONS_PER_OPERATION: "2" });
});

beforeEach(() => running.emulator.control.reset());

afterAll(() => running.stop());

async function ask(row: CostRow): Promise<void> {
  const { ask, variables = {}, body, headers = {} } = row;
  if (row.api === "graphql") {
    const answer = await graphql(running, ask, variables, headers);
    expect(answer.errors).toBeUndefined();
    return;
  }
  const [method = "", path = ""] = ask.split(" ");
  const response = await fetch(`${running.gateway.url}${path}`, {
    method,
    headers: {
      ...headers,
      ...(body === undefined ? {} : { "content-type": "application/json" }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  expect(response.status).toBeLessThan(300);
  await response.text();
}

describe("upstream calls in the cost table", () => {
  it.each(COSTS)("$request makes $calls.length calls", async (row) => {
    const actions = await actionsOf(running, () => ask(row));
    expect([...actions].sort()).toEqual([...row.calls].sort());
  });
});

describe("nested reads", () => {
  const PAGE = `query ($id: ID!) { messageContact(id: $id) { name bindings { kind targetId } pendingVerifications { channel target } deletion { state } } }`;

  it("return a contact with its pending verifications, bindings and deletion", async () => {
    const { data, errors } = await graphql(running, PAGE, { id: MARTA });
    expect(errors).toBeUndefined();
    expect(data["messageContact"]).toEqual({
      name: "Marta",
      bindings: [],
      pendingVerifications: [
        { channel: "EMAIL", target: "marta.new@example.com" },
      ],
      deletion: null,
    });
  });

  it("return the other fields when one of them fails", async () => {
    running.emulator.control.addFault({
      operation: "ListMessageContactVerifications",
      effect: "error",
      code: "Forbidden.RAM",
    });
    const { data, errors } = await graphql(running, PAGE, { id: TOM });
    expect(data["messageContact"]).toMatchObject({
      name: "tom",
      pendingVerifications: null,
      bindings: [{ kind: "FOLDER" }],
    });
    expect(errors).toHaveLength(1);
    expect(errors?.[0]).toMatchObject({
      path: ["messageContact", "pendingVerifications"],
      extensions: { code: "UPSTREAM_DENIED" },
    });
  });

  it("return the other items of a list when one of them fails", async () => {
    running.emulator.control.addFault({
      operation: "ListMessageContactVerifications",
      skip: 3,
      effect: "error",
      code: "Forbidden.RAM",
    });
    const { data, errors } = await graphql<{
      messageContacts: {
        items: { id: string; pendingVerifications: unknown }[];
      };
    }>(
      running,
      "{ messageContacts { items { id pendingVerifications { target } } } }",
    );
    const failed = data.messageContacts.items.filter(
      ({ pendingVerifications }) => pendingVerifications === null,
    );
    expect(failed).toHaveLength(1);
    expect(errors?.map(({ path }) => path?.at(-1))).toEqual([
      "pendingVerifications",
    ]);
  });

  it("make no call for skipped fields", async () => {
    const document = `query ($id: ID!, $yes: Boolean!, $no: Boolean!) {
      messageContact(id: $id) {
        name
        ...Pending @skip(if: $yes)
        ... on MessageContact @include(if: $no) { deletion { state } }
      }
    }
    fragment Pending on MessageContact { pendingVerifications { target } }`;
    const actions = await actionsOf(running, () =>
      graphql(running, document, { id: TOM, yes: true, no: false }),
    );
    expect(actions).toEqual(["GetMessageContact"]);
  });

  it("make the calls for fields in a fragment below an alias", async () => {
    const document = `query ($id: ID!) {
      one: messageContact(id: $id) { ...Page }
    }
    fragment Page on MessageContact { waits: pendingVerifications { target } gone: deletion { state } n: name }`;
    const actions = await actionsOf(running, () =>
      graphql(running, document, { id: TOM }),
    );
    expect([...actions].sort()).toEqual([
      "GetMessageContact",
      "GetMessageContactDeletionStatus",
      "ListMessageContactVerifications",
    ]);
  });

  it("do not read the contact for fields that the change returned", async () => {
    const document = `mutation ($input: UpdateMessageContactInput!, $no: Boolean!) {
      updateMessageContact(input: $input) {
        contact { __typename same: id name @include(if: $no) pendingVerifications { target } }
        errors { code }
      }
    }`;
    const input = { contactId: TOM, emailAddress: "tom.new@example.com" };
    let answer: unknown;
    const actions = await actionsOf(running, async () => {
      answer = await graphql(running, document, { input, no: false });
    });
    expect(actions).toEqual([
      "UpdateMessageContact",
      "ListMessageContactVerifications",
    ]);
    expect(answer).toEqual({
      data: {
        updateMessageContact: {
          contact: {
            __typename: "MessageContact",
            same: TOM,
            pendingVerifications: [{ target: "tom.new@example.com" }],
          },
          errors: [],
        },
      },
    });
  });

  it("return the current contact after each of two changes", async () => {
    const document = `mutation ($a: UpdateMessageContactInput!, $b: UpdateMessageContactInput!) {
      a: updateMessageContact(input: $a) { contact { title } }
      b: updateMessageContact(input: $b) { contact { title } }
    }`;
    const { data } = await graphql(running, document, {
      a: { contactId: TOM, title: "CEO" },
      b: { contactId: TOM, title: "OTHER" },
    });
    expect(data).toMatchObject({
      a: { contact: { title: "CEO" } },
      b: { contact: { title: "OTHER" } },
    });
  });

  it("return a change without errors when its contact cannot be read", async () => {
    running.emulator.control.addFault({
      operation: "GetMessageContact",
      effect: "error",
      code: "Forbidden.RAM",
    });
    const { data, errors } = await graphql(
      running,
      `
        mutation ($input: UpdateMessageContactInput!) {
          updateMessageContact(input: $input) {
            contact {
              name
            }
            errors {
              code
            }
          }
        }
      `,
      { input: { contactId: TOM, title: "CEO" } },
    );
    expect(data["updateMessageContact"]).toEqual({ contact: null, errors: [] });
    expect(errors?.[0]?.path).toEqual(["updateMessageContact", "contact"]);
  });
});

describe("concurrent reads of one request", () => {
  // Below the time difference that the vendor tolerates in a signature.
  const HELD_MS = 600_000;

  /** Waits until `count` calls have arrived, then completes all of them. */
  async function heldUntil(count: number, work: Promise<unknown>) {
    const { control } = running.emulator;
    while (control.calls().length < count) await settled();
    control.clearFaults();
    control.advanceClock(HELD_MS);
    await work;
  }

  it("run for all nested fields of a contact", async () => {
    running.emulator.control.addFault({
      effect: "delay",
      ms: HELD_MS,
      times: 3,
    });
    const page = COSTS[1];
    await heldUntil(3, graphql(running, page?.ask ?? ""));
    expect(running.emulator.control.calls()).toHaveLength(3);
  });

  it("run for all items of a list", async () => {
    running.emulator.control.addFault({
      effect: "delay",
      operation: "ListMessageContactVerifications",
      ms: HELD_MS,
      times: 10,
    });
    await heldUntil(
      9,
      graphql(
        running,
        "{ messageContacts { items { pendingVerifications { target } } } }",
      ),
    );
    expect(running.emulator.control.calls()).toHaveLength(11);
  });
});
