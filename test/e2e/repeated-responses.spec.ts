import {
  afterAll,
  afterEach,
  beforeAll,
  describe,
  expect,
  it,
} from "@jest/globals";
import { GraphQLModule } from "@nestjs/graphql";
import type { GraphqlDriver } from "../../src/graphql/graphql.driver.js";
import type { ResponseMemo } from "../../src/graphql/executor/response-memo.js";
import {
  BEN,
  ManualClock,
  MARTA,
  seededRandom,
  TOM,
} from "../support/emulator-fixture.js";
import { scraped } from "../support/metrics.js";
import { startBoth, type Running } from "../support/running.js";
import { bearer, keysFor, newFolder } from "../support/signed-in.js";

const FIELDS =
  "id etag name emailAddress phoneNumber title messageTypes status createdAt bindings { targetId kind }";

/** Documents, and whether a response can be repeated. */
const DOCUMENTS = {
  one: `query ($id: ID!) { messageContact(id: $id) { ${FIELDS} } }`,
  name: "query ($id: ID!) { messageContact(id: $id) { name } }",
  twice:
    "query ($id: ID!) { a: messageContact(id: $id) { name } b: messageContact(id: $id) { title } }",
  node: "query ($id: ID!) { node(id: $id) { id ... on MessageContact { name emailAddress } } }",
  condition:
    "query ($id: ID!, $isShort: Boolean! = true) { messageContact(id: $id) { id phoneNumber @skip(if: $isShort) } }",
  list: `query ($n: Int) { messageContacts(pageNumber: $n, pageSize: 2) { totalCount items { ${FIELDS} } } }`,
  search: `query ($types: [MessageType!]) { messageContacts(messageTypes: { any: $types }, pageSize: 2) { totalCount items { name } } }`,
  byName:
    "query ($name: String) { messageContacts(nameContains: $name) { items { id emailAddress } } }",
  pending:
    "query ($id: ID!) { messageContactVerifications(contactId: $id) { items { target channel } } }",
  nested:
    "query ($id: ID!) { messageContact(id: $id) { name pendingVerifications { target } deletion { state } } }",
} as const;

const CALLERS = {
  reader: { scopes: ["contacts:read"] },
  personal: { scopes: ["contacts:read", "contacts:read-personal"] },
  writer: {
    scopes: ["contacts:read", "contacts:write", "contacts:read-personal"],
  },
  blind: { scopes: ["contacts:write"] },
} as const;

type CallerName = keyof typeof CALLERS;

const folder = newFolder();
const { file, keys } = keysFor(CALLERS);

const start = (nowMs: number): Promise<Running> =>
  startBoth(
    { clock: new ManualClock(nowMs), random: seededRandom() },
    {
      READ_CACHE_MS: "60000",
      API_KEYS_FILE: folder.write("keys.json", file),
      RATE_LIMIT_PER_MINUTE: "100000",
      AUDIT_LOG: "none",
    },
  );

const memoOf = ({ gateway }: Running): ResponseMemo => {
  const { operationCache } = gateway.app.get<GraphQLModule<GraphqlDriver>>(
    GraphQLModule,
    { strict: false },
  ).graphQlAdapter;
  if (operationCache === undefined) throw new Error("it has not started");
  return operationCache.memo;
};

interface Request {
  readonly query: string;
  readonly variables?: object;
  readonly caller?: CallerName;
  readonly headers?: Readonly<Record<string, string>>;
}

async function ask(
  { gateway }: Running,
  { query, variables = {}, caller = "personal", headers = {} }: Request,
): Promise<string> {
  const response = await fetch(`${gateway.url}/graphql`, {
    method: "POST",
    headers: {
      "content-type": "application/json",
      "x-request-id": "6f1d7f5e-0c0b-4b7e-9d3a-1f2e3d4c5b6a",
      ...bearer(keys[caller]),
      ...headers,
    },
    body: JSON.stringify({ query, variables }),
  });
  const names = [...response.headers]
    .filter(([name]) => !["content-length", "date", "ratelimit"].includes(name))
    .map((entry) => entry.join(": "));
  const body = (await response.text())
    // The age depends on the time of the test.
    .replace(/"ageMs":\d+/, '"ageMs":"an age"')
    .replace(/"requestId":"[0-9A-F-]{36}"/g, '"requestId":"an id"');
  return [response.status, ...names, body].join("\n");
}

/** What the gateway has counted, by series. */
const countsOf = async ({ gateway }: Running): Promise<object> =>
  Object.fromEntries(
    [...(await scraped(gateway.opsUrl))].filter(([series]) =>
      /^message_contacts_(requests|failures|upstream_(calls|attempts))[a-z_]*_total/.test(
        series,
      ),
    ),
  );

const actionsOf = ({ emulator }: Running): (string | null)[] =>
  emulator.control.calls().map(({ action }) => action);

let repeating: Running;
let plain: Running;

beforeAll(async () => {
  const nowMs = Date.now();
  [repeating, plain] = await Promise.all([start(nowMs), start(nowMs)]);
  memoOf(plain).isOn = false;
});
afterAll(async () => {
  await Promise.all([repeating.stop(), plain.stop()]);
  folder.remove();
});

const compare = async (request: Request): Promise<string> => {
  const [found, wanted] = await Promise.all([
    ask(repeating, request),
    ask(plain, request),
  ]);
  expect(found).toBe(wanted);
  return found;
};

describe("repeated responses", () => {
  afterEach(async () => {
    expect(await countsOf(repeating)).toEqual(await countsOf(plain));
    expect(actionsOf(repeating)).toEqual(actionsOf(plain));
    expect(memoOf(plain).answered).toBe(0);
  });

  const repeats = async (request: Request): Promise<number> => {
    // Apollo Server answers the first, and the cache has no entry for the second.
    for (let n = 0; n < 3; n += 1) await compare(request);
    const before = memoOf(repeating).answered;
    await compare(request);
    return memoOf(repeating).answered - before;
  };

  it.each([
    ["one", { id: TOM }],
    ["name", { id: TOM }],
    ["node", { id: TOM }],
    ["condition", { id: TOM }],
    ["list", { n: 1 }],
    ["search", { types: ["ACCOUNT_EXPENSES"] }],
    ["pending", { id: MARTA }],
  ] as const)(
    "are used for a document with a single read: %s",
    async (name, variables) => {
      expect(await repeats({ query: DOCUMENTS[name], variables })).toBe(1);
    },
  );

  it.each([
    ["twice", { id: TOM }],
    ["nested", { id: TOM }],
    ["byName", { name: "o" }],
    ["one", { id: "c-unknown" }],
  ] as const)(
    "are not used for two reads, texts as variables or errors: %s",
    async (name, variables) => {
      expect(await repeats({ query: DOCUMENTS[name], variables })).toBe(0);
    },
  );

  it("are masked for a caller without access to personal data", async () => {
    const request = { query: DOCUMENTS.one, variables: { id: TOM } };
    await repeats({ ...request, caller: "personal" });
    expect(await compare({ ...request, caller: "reader" })).toContain("***@");
    await repeats({ ...request, caller: "reader" });
    expect(await compare({ ...request, caller: "personal" })).not.toContain(
      "***@",
    );
    expect(await compare({ ...request, caller: "blind" })).toContain(
      "FORBIDDEN",
    );
  });

  it.each(["no-cache", "max-age=0"])(
    "are bypassed by Cache-Control: %s",
    async (value) => {
      const request = { query: DOCUMENTS.one, variables: { id: BEN } };
      await repeats(request);
      const before = actionsOf(repeating).length;
      await compare({ ...request, headers: { "cache-control": value } });
      expect(actionsOf(repeating)).toHaveLength(before + 1);
    },
  );

  it("equal those of a gateway without them, whatever is read and changed", async () => {
    const random = seededRandom(20);
    const pick = <T>(values: readonly T[]): T =>
      values[Math.floor(random() * values.length)] as T;
    const before = memoOf(repeating).answered;
    for (let n = 0; n < 150; n += 1) {
      const variables = {
        id: pick([TOM, TOM, TOM, MARTA, "c-unknown"]),
        n: pick([1, 1, 2]),
        types: ["ACCOUNT_EXPENSES"],
        name: pick(["o", "a"]),
        isShort: pick([true, undefined]),
      };
      if (random() < 0.1) {
        const input = {
          contactId: variables.id,
          title: pick(["CEO", "FINANCE_DIRECTOR"]),
          name: `name${pick(["a", "b", "c", "d"])}`,
        };
        await compare({
          query:
            "mutation ($input: UpdateMessageContactInput!) { updateMessageContact(input: $input) { contact { id name } errors { code } } }",
          variables: { input },
          caller: "writer",
        });
      }
      const request = {
        query:
          DOCUMENTS[pick(Object.keys(DOCUMENTS) as [keyof typeof DOCUMENTS])],
        variables,
        caller: pick(Object.keys(CALLERS) as [CallerName]),
        headers: pick<Record<string, string>>([
          {},
          {},
          {},
          {},
          {},
          {},
          { "accept-language": "zh-CN" },
          { "cache-control": "no-cache" },
          { "x-cost": "1" },
        ]),
      };
      for (let times = pick([1, 2, 4]); times > 0; times -= 1) {
        await compare(request);
      }
    }
    expect(memoOf(repeating).answered - before).toBeGreaterThan(30);
  });
});
