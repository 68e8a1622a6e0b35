import {
  afterAll,
  beforeAll,
  beforeEach,
  describe,
  expect,
  it,
} from "@jest/globals";
import { BEN, MARTA, TOM } from "../support/emulator-fixture.js";
import { actionsOf, graphql } from "../support/graphql.js";
import { startBoth, type Running } from "../support/running.js";

let running: Running;

beforeAll(async () => {
  running = await startBoth();
});

beforeEach(() => running.emulator.control.reset());

afterAll(() => running.stop());

interface Page {
  readonly ids: readonly string[];
  readonly totalCount: number;
  readonly hasNextPage: boolean;
}

interface Body {
  readonly items: readonly { id: string }[];
  readonly totalCount: number;
  readonly hasNextPage: boolean;
}

const toPage = ({ items, totalCount, hasNextPage }: Body): Page => ({
  ids: items.map(({ id }) => id),
  totalCount,
  hasNextPage,
});

/** The same question over GraphQL and over REST. */
async function list(args: string, query: string): Promise<Page> {
  const { data, errors } = await graphql<{ messageContacts: Body }>(
    running,
    `{ messageContacts(${args}) { items { id } totalCount hasNextPage } }`,
  );
  expect(errors).toBeUndefined();
  const response = await fetch(
    `${running.gateway.url}/v1/message-contacts?${query}`,
  );
  expect(response.status).toBe(200);
  const rest = toPage((await response.json()) as Body);
  expect(rest).toEqual(toPage(data.messageContacts));
  return rest;
}

describe("conditions on the list of contacts", () => {
  it("match the name and give the same page in both APIs", async () => {
    const page = await list('search: "TOM"', "search=TOM");
    expect(page.ids).toContain(TOM);
  });

  it("count all matches of the directory, page by page", async () => {
    const first = await list(
      "pageSize: 2, orderBy: NAME_ASC",
      "pageSize=2&orderBy=NAME_ASC",
    );
    const second = await list(
      "pageSize: 2, pageNumber: 2, orderBy: NAME_ASC",
      "pageSize=2&pageNumber=2&orderBy=NAME_ASC",
    );
    expect(first.hasNextPage).toBe(true);
    expect(new Set([...first.ids, ...second.ids]).size).toBe(4);
    expect(second.totalCount).toBe(first.totalCount);
  });

  it("distinguish contacts with and without something to verify", async () => {
    const pending = await list(
      "hasPending: true, pageSize: 100",
      "hasPending=true&pageSize=100",
    );
    const others = await list(
      "hasPending: false, pageSize: 100",
      "hasPending=false&pageSize=100",
    );
    expect(pending.ids).toEqual(expect.arrayContaining([MARTA, BEN]));
    expect(others.ids).toContain(TOM);
    expect(others.ids.filter((id) => pending.ids.includes(id))).toEqual([]);
  });

  it("combine", async () => {
    const page = await list(
      "status: ACTIVE, messageTypes: { any: [FAULT_MESSAGE, SECURITY_MESSAGE] }, isBound: true, pageSize: 100",
      "status=ACTIVE&messageTypesAny=FAULT_MESSAGE&messageTypesAny=SECURITY_MESSAGE&isBound=true&pageSize=100",
    );
    expect(page.totalCount).toBe(page.ids.length);
  });

  it("need one call, and one for each contact with hasPending", async () => {
    const actions = await actionsOf(running, () =>
      graphql(running, '{ messageContacts(search: "tom") { totalCount } }'),
    );
    expect(actions).toEqual(["ListMessageContacts"]);
    const more = await actionsOf(running, () =>
      graphql(
        running,
        '{ messageContacts(search: "tom", hasPending: true) { totalCount } }',
      ),
    );
    expect([...more].sort()).toEqual([
      "ListMessageContactVerifications",
      "ListMessageContacts",
    ]);
  });

  it("keep the conditions in the links to other pages", async () => {
    const response = await fetch(
      `${running.gateway.url}/v1/message-contacts?status=ACTIVE&status=VERIFYING&orderBy=NAME_ASC&pageSize=1`,
    );
    expect(response.headers.get("link")).toContain(
      '?status=ACTIVE&status=VERIFYING&orderBy=NAME_ASC&pageNumber=2&pageSize=1>; rel="next"',
    );
  });

  it("name the argument that is wrong as the API calls it", async () => {
    const { errors } = await graphql(
      running,
      "{ messageContacts(messageTypes: { any: [] }) { totalCount } }",
    );
    expect(errors?.[0]?.extensions).toMatchObject({
      code: "INVALID_INPUT",
      violations: [{ field: ["messageTypes", "any"], rule: "length" }],
    });
    const response = await fetch(
      `${running.gateway.url}/v1/message-contacts?messageTypesAny=NONSENSE&hasPending=perhaps`,
    );
    expect(await response.json()).toMatchObject({
      code: "INVALID_INPUT",
      errors: [
        { field: ["messageTypesAny", "0"], rule: "one-of" },
        { field: ["hasPending"], rule: "type" },
      ],
    });
  });
});
