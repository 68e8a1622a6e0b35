import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import {
  afterAll,
  beforeAll,
  beforeEach,
  describe,
  expect,
  it,
} from "@jest/globals";
import { GraphQLModule, GraphQLSchemaHost } from "@nestjs/graphql";
import {
  getIntrospectionQuery,
  getOperationAST,
  Kind,
  OperationTypeNode,
  parse,
  type DefinitionNode,
  type OperationDefinitionNode,
} from "graphql";
import type { FaultInput } from "../../src/emulator/faults/faults.js";
import type { GraphqlDriver } from "../../src/graphql/graphql.driver.js";
import { operationNameOf } from "../../src/graphql/operation-name.js";
import { CONTACT_OPERATIONS } from "../../src/upstream/operations.js";
import { TOM, VALID_INPUTS } from "../support/calls.js";
import { COSTS } from "../support/cost-table.js";
import { documentFor } from "../support/apis.js";
import {
  BEN,
  ManualClock,
  MARTA,
  seededRandom,
} from "../support/emulator-fixture.js";
import { startBoth, type Running } from "../support/running.js";

/** One request, sent to both gateways. */
interface Case {
  readonly title: string;
  readonly query: string;
  readonly variables?: unknown;
  readonly operationName?: string;
  readonly fault?: FaultInput;
  readonly headers?: Readonly<Record<string, string>>;
  /** Executed by graphql-js in both gateways, or rejected before execution. */
  readonly isInterpreted?: true;
}

let compiled: Running;
let interpreted: Running;

const driverOf = ({
  gateway,
}: Running): Required<Pick<GraphqlDriver, "executor" | "operationCache">> => {
  const { executor, operationCache } = gateway.app.get<
    GraphQLModule<GraphqlDriver>
  >(GraphQLModule, { strict: false }).graphQlAdapter;
  if (executor === undefined || operationCache === undefined) {
    throw new Error("the driver has not started");
  }
  return { executor, operationCache };
};

/** Number of compiled runs, behind Apollo Server and without it. */
const countsOf = (running: Running): { behind: number; without: number } => {
  const { executor, operationCache } = driverOf(running);
  return { behind: executor.answered, without: operationCache.answered };
};

const start = (nowMs: number): Promise<Running> =>
  startBoth(
    { clock: new ManualClock(nowMs), random: seededRandom() },
    { GRAPHQL_MUTATIONS_PER_OPERATION: "3" },
  );

beforeAll(async () => {
  // Both clocks stop at the same time, close enough for valid signatures.
  const nowMs = Date.now();
  [compiled, interpreted] = await Promise.all([start(nowMs), start(nowMs)]);
  driverOf(interpreted).executor.isOn = false;
});

afterAll(() => Promise.all([compiled.stop(), interpreted.stop()]));

/** Masks values that depend on the time or the process. */
const MASKS: readonly [RegExp, string][] = [
  [/"(\w*At)":"[^"]+"/g, '"$1":"a time"'],
  [/"(requestId)":"[0-9A-Fa-f-]{36}"/g, '"$1":"an id"'],
];

/** Headers that depend on the time or on masked values. */
const VARYING = new Set(["date", "content-length"]);

async function answerOf(
  { emulator, gateway }: Running,
  { query, variables, operationName, fault, headers = {} }: Case,
): Promise<{ status: number; headers: object; body: string }> {
  if (fault !== undefined) emulator.control.addFault(fault);
  const response = await fetch(`${gateway.url}/graphql`, {
    method: "POST",
    headers: {
      "content-type": "application/json",
      "x-request-id": "6f1d7f5e-0c0b-4b7e-9d3a-1f2e3d4c5b6a",
      ...headers,
    },
    body: JSON.stringify({ query, variables, operationName }),
  });
  let body = await response.text();
  for (const [pattern, mask] of MASKS) body = body.replaceAll(pattern, mask);
  return {
    status: response.status,
    headers: Object.fromEntries(
      [...response.headers].filter(([name]) => !VARYING.has(name)),
    ),
    body,
  };
}

/**
 * Expects the same responses of both, twice. The first time the document may be
 * new to Apollo Server; the second time the operation cache answers.
 */
async function compare(given: Case): Promise<void> {
  const ran = given.isInterpreted === true ? 0 : 1;
  const isReported = given.headers?.["x-cost"] !== undefined;
  const before = countsOf(compiled);
  const first = await answerOf(compiled, given);
  expect(first).toEqual(await answerOf(interpreted, given));
  // If the vendor rejected every call, the comparison would be meaningless.
  if (given.fault === undefined) {
    expect(first.body).not.toContain('"code":"UPSTREAM_DENIED"');
  }
  const between = countsOf(compiled);
  expect(total(between) - total(before)).toBe(ran);
  expect(await answerOf(compiled, given)).toEqual(
    await answerOf(interpreted, given),
  );
  const after = countsOf(compiled);
  expect(total(after) - total(between)).toBe(ran);
  expect(after.without - between.without).toBe(isReported ? 0 : ran);
  expect(total(countsOf(interpreted))).toBe(0);
}

function total({ behind, without }: ReturnType<typeof countsOf>): number {
  return behind + without;
}

const FOLDER = new URL("../../src/pages/examples/", import.meta.url);

const isRunnable = (node: DefinitionNode): node is OperationDefinitionNode =>
  node.kind === Kind.OPERATION_DEFINITION &&
  node.operation !== OperationTypeNode.SUBSCRIPTION;

const EXAMPLES: readonly Case[] = readdirSync(fileURLToPath(FOLDER), {
  encoding: "utf8",
  recursive: true,
})
  .filter((file) => file.endsWith(".graphql"))
  .sort()
  .flatMap((file) => {
    const query = readFileSync(new URL(file, FOLDER), "utf8");
    return parse(query)
      .definitions.filter(isRunnable)
      .map(({ name }) => ({
        title: name?.value ?? file,
        query,
        ...(name === undefined ? {} : { operationName: name.value }),
      }));
  });

const PRICED: readonly Case[] = COSTS.filter(
  ({ api }) => api === "graphql",
).map(({ request, ask, variables }) => ({
  title: request,
  query: ask,
  variables,
}));

const EVERY: readonly Case[] = CONTACT_OPERATIONS.map((operation) => {
  const { contactId, ...rest } = VALID_INPUTS[operation];
  const query = documentFor(operation);
  const variables = query.startsWith("mutation")
    ? { input: VALID_INPUTS[operation] }
    : { id: contactId, contactId, ...rest };
  return { title: operation, query, variables };
});

const GET = "GetMessageContact";
const PENDING = "ListMessageContactVerifications";
const REFUSED = { effect: "error", code: "Forbidden.RAM" } as const;
const UPDATE =
  "mutation Change($input: UpdateMessageContactInput!) { updateMessageContact(input: $input)";
const TEN = Array.from({ length: 10 }, (_, at) => at);

const LANGUAGE: readonly Case[] = [
  {
    title: "one contact under ten aliases",
    query: `query ($id: ID!) { ${TEN.map((at) => `c${at}: messageContact(id: $id) { id name bindings { kind } }`).join(" ")} }`,
    variables: { id: TOM },
  },
  {
    title: "two fields with the same key, whose selections are merged",
    query: `{ messageContact(id: "${TOM}") { name bindings { kind } } messageContact(id: "${TOM}") { name title bindings { targetId } } }`,
  },
  {
    title: "__typename at every level",
    query: `{ __typename top: __typename messageContacts { __typename items { __typename bindings { __typename kind } } } }`,
  },
  {
    title: "nested fragments, inline and on an interface",
    query: `${UPDATE} { ...Payload ... on UpdateMessageContactPayload { errors { ...Problem ... on UserError { message } ... { code } } } } }
      fragment Payload on UpdateMessageContactPayload { contact { id } errors { __typename ...Problem } }
      fragment Problem on UserError { field ... on InvalidInputError { rule min max } ... on QuotaError { limit } ...More }
      fragment More on UserError { upstream { code httpStatus } ... on ConflictError { retryAfterSeconds } }`,
    variables: { input: { contactId: TOM, name: "R2-D2", emailAddress: "" } },
  },
  {
    title: "several operations, with the name of the second",
    query: `query A { messageContact(id: "${TOM}") { id } } query B { messageContact(id: "${BEN}") { name } }`,
    operationName: "B",
  },
  {
    title: "several operations, without a name",
    query: "query A { __typename } query B { __typename }",
    isInterpreted: true,
  },
  {
    title: "several operations, with an unknown name",
    query: "query A { __typename } query B { __typename }",
    operationName: "C",
    isInterpreted: true,
  },
  {
    title: "variables with defaults",
    query:
      "query ($page: Int = 1, $size: Int = 2, $to: ID) { messageContacts(pageNumber: $page, pageSize: $size, boundTo: $to) { pageNumber pageSize items { name } } }",
    variables: { page: 2 },
  },
  {
    title: "arguments with defaults, set to null",
    query:
      "query ($page: Int) { a: messageContacts(pageNumber: $page) { pageNumber pageSize } b: messageContacts(pageNumber: 1) { pageSize } }",
    variables: { page: null },
  },
  {
    title: "an optional variable for a required argument",
    query: 'query ($id: ID! = "c-1") { messageContact(id: $id) { id } }',
    variables: {},
  },
  {
    title: "variables of the wrong type",
    query:
      "query ($id: ID!, $n: Int) { messageContact(id: $id) { id } messageContacts(pageNumber: $n) { pageSize } }",
    variables: { id: { no: 1 }, n: "two" },
    isInterpreted: true,
  },
  {
    title: "a missing variable",
    query: "query ($id: ID!) { messageContact(id: $id) { id } }",
    isInterpreted: true,
  },
  {
    title: "an input with unknown fields and values",
    query: `${UPDATE} { errors { code } } }`,
    variables: { input: { contactId: TOM, title: "KING", shoeSize: 47 } },
    isInterpreted: true,
  },
  {
    title: "an inline input object that contains a variable",
    query: `mutation ($name: String) { updateMessageContact(input: { contactId: "${TOM}", name: $name }) { contact { id name } errors { code field message } } }`,
    variables: { name: "tim" },
  },
  {
    title: "several mutations in series",
    query: `mutation ($a: UpdateMessageContactInput!, $b: UpdateMessageContactInput!, $c: UpdateMessageContactInput!) {
      a: updateMessageContact(input: $a) { contact { name pendingVerifications { target } } errors { code } }
      b: updateMessageContact(input: $b) { contact { name } errors { code } }
      c: updateMessageContact(input: $c) { contact { title name deletion { state } } errors { code } }
    }`,
    variables: {
      a: { contactId: TOM, name: "tim" },
      b: { contactId: "c-doesNotExist0000", name: "tom" },
      c: { contactId: TOM, title: "CEO" },
    },
  },
  ...[true, false].map((isSkipped) => ({
    title: `conditions, skipped: ${isSkipped}`,
    query: `query ($id: ID!, $skipped: Boolean!, $in: Boolean = true) {
      messageContact(id: $id) {
        name @skip(if: $skipped) @include(if: $in)
        title @include(if: false)
        ...Waits @skip(if: $skipped)
        ...Waits @include(if: $in)
        ... @include(if: $skipped) { deletion { state } status @skip(if: false) }
      }
    }
    fragment Waits on MessageContact { pendingVerifications { target @include(if: $in) channel } }`,
    variables: { id: MARTA, skipped: isSkipped },
  })),
  {
    title: "a condition that is null",
    query:
      "query ($in: Boolean = true) { __typename a: __typename @include(if: $in) }",
    variables: { in: null },
    isInterpreted: true,
  },
  {
    title: "more conditions than MAX_CONDITIONS",
    query: `query (${TEN.map((at) => `$v${at}: Boolean!`).join(" ")}) { ${TEN.map((at) => `a${at}: __typename @skip(if: $v${at})`).join(" ")} }`,
    variables: Object.fromEntries(TEN.map((at) => [`v${at}`, at % 2 === 0])),
    isInterpreted: true,
  },
  {
    title: "the alias __proto__",
    query: `{ messageContact(id: "${TOM}") { __proto__: name constructor: title toString: id } }`,
    isInterpreted: true,
  },
  {
    title: "aliases named like properties of Object.prototype",
    query: `{ messageContact(id: "${TOM}") { constructor: title toString: id then: name } then: __typename }`,
  },
  {
    title: "missing variables named like properties of Object.prototype",
    query:
      "query ($constructor: ID, $toString: Int, $size: Int) { messageContacts(boundTo: $constructor, pageNumber: $toString, pageSize: $size) { totalCount pageSize } }",
    variables: { size: 2 },
  },
  {
    title: "missing variables named like methods of Object.prototype",
    query:
      "query ($valueOf: ID, $n: Int, $m: Int) { messageContacts(boundTo: $valueOf, pageNumber: $n, pageSize: $m) { totalCount } }",
    variables: { n: 1, m: 2 },
  },
  {
    title: "introspection",
    query: getIntrospectionQuery(),
    isInterpreted: true,
  },
  {
    title: "introspection together with a read",
    query: `{ __type(name: "UserError") { name } messageContact(id: "${TOM}") { id } }`,
    isInterpreted: true,
  },
  { title: "a document that does not parse", query: "{", isInterpreted: true },
  {
    title: "an unknown field",
    query: "{ nobody { id } }",
    isInterpreted: true,
  },
  {
    title: "a subscription over plain HTTP",
    query: `subscription { messageContactDeletionStatus(contactId: "${TOM}") { state } }`,
    isInterpreted: true,
  },
  {
    title: "one field with invalid arguments and one with valid ones",
    query: `{ a: messageContact(id: "tom") { id } b: messageContact(id: "${TOM}") { id } c: messageContacts(pageNumber: 0, pageSize: 500) { totalCount } }`,
  },
  {
    title: "a response in the caller's language, with its cost",
    query: `{ a: messageContact(id: "tom") { id } b: messageContact(id: "${TOM}") { id } }`,
    headers: { "accept-language": "zh-CN", "x-cost": "1" },
  },
  {
    title: "a response as application/graphql-response+json",
    query: `{ a: messageContact(id: "tom") { id } }`,
    headers: { accept: "application/graphql-response+json" },
  },
];

const PAGE = `{ messageContact(id: "${TOM}") { id name pendingVerifications { target } deletion { state } } }`;
const LIST =
  "{ messageContacts { items { id pendingVerifications { target } deletion { state } } } }";

const FAILING: readonly Case[] = [
  {
    title: "a field of a contact fails",
    query: PAGE,
    fault: { operation: PENDING, ...REFUSED },
  },
  {
    title: "the contact itself fails",
    query: PAGE,
    fault: { operation: GET, ...REFUSED },
  },
  {
    title: "one item of a list fails",
    query: LIST,
    fault: { operation: PENDING, skip: 3, times: 1, ...REFUSED },
  },
  {
    title: "every item of a list fails",
    query: LIST,
    fault: { operation: PENDING, ...REFUSED },
  },
  {
    title: "a vendor response with a wrong structure",
    query: PAGE,
    fault: { operation: GET, effect: "wrongShape" },
  },
  {
    title: "a vendor response with another contact",
    query: PAGE,
    fault: { operation: GET, effect: "wrongId" },
  },
  {
    title: "an empty object instead of a list",
    query: LIST,
    fault: { operation: "ListMessageContacts", effect: "emptyObject" },
  },
  {
    title: "a vendor response with a `__proto__` member",
    query: PAGE,
    fault: { operation: GET, effect: "protoKey" },
  },
  {
    title: "a change whose contact cannot be read afterwards",
    query: `${UPDATE} { contact { id name title } errors { code } } }`,
    variables: { input: { contactId: TOM, title: "CEO" } },
    fault: { operation: GET, ...REFUSED },
  },
  {
    title: "a change that the vendor throttles",
    query: `${UPDATE} { contact { id } errors { __typename code message retryAfterSeconds: field upstream { code httpStatus } } } }`,
    variables: { input: { contactId: TOM, title: "CEO" } },
    fault: {
      operation: "UpdateMessageContact",
      effect: "error",
      code: "ConcurrentCallNotSupported",
      httpStatus: 409,
    },
  },
];

describe("the operation name in logs and metrics", () => {
  it.each(EVERY)("is $title for its document", ({ title, query }) => {
    const { schema } = compiled.gateway.app.get(GraphQLSchemaHost);
    const operation = getOperationAST(parse(query));
    expect(operationNameOf(operation ?? undefined, schema)).toBe(title);
  });
});

describe.each([
  ["examples in order", EXAMPLES],
  ["operations", EVERY],
  ["requests of the cost table", PRICED],
  ["parts of the language", LANGUAGE],
  ["failures of the vendor", FAILING],
])("compiled and interpreted responses are the same: %s", (kind, cases) => {
  const reset = (): void => {
    compiled.emulator.control.reset();
    interpreted.emulator.control.reset();
  };
  beforeAll(reset);
  beforeEach(() => {
    if (kind !== "examples in order") reset();
  });

  it.each(cases)("$title", compare);
});
