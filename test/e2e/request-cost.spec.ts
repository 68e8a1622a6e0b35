import {
  afterAll,
  beforeAll,
  beforeEach,
  describe,
  expect,
  it,
} from "@jest/globals";
import { TOM } from "../support/calls.js";
import { COSTS, isShared } from "../support/cost-table.js";
import { BEN } from "../support/emulator-fixture.js";
import { FEATURE_CALLS } from "../support/features/feature-calls.js";
import { startBoth, type Running } from "../support/running.js";

interface Answer {
  readonly status: number;
  readonly body: {
    readonly data?: unknown;
    readonly errors?: readonly {
      readonly message: string;
      readonly extensions: Readonly<Record<string, unknown>>;
    }[];
  };
}

async function ask(
  { gateway }: Running,
  query: string,
  variables: object = {},
  headers: Readonly<Record<string, string>> = {},
): Promise<Answer> {
  const response = await fetch(`${gateway.url}/graphql`, {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body: JSON.stringify({ query, variables }),
  });
  return {
    status: response.status,
    body: (await response.json()) as Answer["body"],
  };
}

const LIST =
  "{ items { id pendingVerifications { target } deletion { state } } }";

const lists = (count: number, size: number): string =>
  `{ ${Array.from({ length: count }, (_, at) => `a${at}: messageContacts(pageNumber: ${at + 1}, pageSize: ${size}) ${LIST}`).join(" ")} }`;

let running: Running;
let small: Running;

beforeAll(async () => {
  [running, small] = await Promise.all([
    startBoth(),
    startBoth(
      {},
      {
        MAX_UPSTREAM_CALLS_PER_REQUEST: "10",
        GRAPHQL_MUTATIONS_PER_OPERATION: "5",
      },
    ),
  ]);
});

afterAll(() => Promise.all([running.stop(), small.stop()]));

beforeEach(() => {
  running.emulator.control.reset();
  small.emulator.control.reset();
});

const callsOf = ({ emulator }: Running): number =>
  emulator.control.calls().length;

/** Expects the same error twice: for a new document and for a known one. */
async function expectRefused(
  one: Running,
  estimate: number,
  limit: number,
  query: string,
  variables?: object,
): Promise<void> {
  for (let time = 0; time < 2; time++) {
    const { status, body } = await ask(one, query, variables);
    expect(status).toBe(422);
    expect(body.data).toBeUndefined();
    expect(body.errors).toHaveLength(1);
    expect(body.errors?.[0]?.message).toBe(
      `The request may need ${estimate} calls to Alibaba Cloud; the limit is ${limit}.`,
    );
    expect(body.errors?.[0]?.extensions).toMatchObject({
      code: "REQUEST_TOO_COSTLY",
      retryable: false,
      estimate,
      limit,
    });
  }
  expect(callsOf(one)).toBe(0);
}

describe("the cost limit of a GraphQL request", () => {
  it("rejects 20 pages of 100 contacts with two nested reads before any vendor call", async () => {
    await expectRefused(running, 4_020, 100, lists(20, 100));
  });

  it("uses the value of a variable page size", async () => {
    const query = `query ($size: Int) { messageContacts(pageSize: $size) ${LIST} }`;
    await expectRefused(running, 101, 100, query, { size: 50 });
    const { status } = await ask(running, query, { size: 49 });
    expect(status).toBe(200);
  });

  it("counts equal reads under several aliases once", async () => {
    const aliases = Array.from(
      { length: 20 },
      (_, at) =>
        `a${at}: messageContacts(pageSize: 10) { items { pendingVerifications { target } } }`,
    );
    const { status } = await ask(small, `{ ${aliases.slice(0, 1).join(" ")} }`);
    expect(status).toBe(422);
    const { status: allowed, body } = await ask(
      running,
      `{ ${aliases.join(" ")} }`,
    );
    expect(allowed).toBe(200);
    expect(body.errors).toBeUndefined();
    expect(callsOf(running)).toBe(11);
  });

  it("applies to operations with more conditions than MAX_CONDITIONS", async () => {
    const names = ["a", "b", "c", "d", "e"];
    const query = `query (${names.map((name) => `$${name}: Boolean!`).join(" ")}) {
      ${names.map((name) => `${name}: __typename @skip(if: $${name})`).join(" ")}
      messageContacts(pageSize: 60) ${LIST}
    }`;
    const variables = Object.fromEntries(names.map((name) => [name, true]));
    await expectRefused(running, 121, 100, query, variables);
  });

  it("ignores skipped fields", async () => {
    const query = `query ($all: Boolean!) { messageContacts(pageSize: 90) { items { id deletion @include(if: $all) { state } pendingVerifications @include(if: $all) { target } } } }`;
    await expectRefused(running, 181, 100, query, { all: true });
    const { status } = await ask(running, query, { all: false });
    expect(status).toBe(200);
    expect(callsOf(running)).toBe(1);
  });

  it("applies to operations with introspection", async () => {
    const query = `{ __schema { queryType { name } } messageContacts(pageSize: 100) ${LIST} }`;
    await expectRefused(running, 201, 100, query);
  });

  it("does not hide the error of an invalid argument", async () => {
    const { status, body } = await ask(
      running,
      `{ messageContacts(pageSize: 5000) ${LIST} }`,
    );
    expect(status).toBe(200);
    expect(body.errors?.[0]?.extensions["code"]).toBe("INVALID_INPUT");
  });

  it("counts each mutation, even if several are equal", async () => {
    const one = `updateMessageContact(input: { contactId: "${TOM}", title: CEO }) { contact { name deletion { state } } errors { code } }`;
    const all = `mutation { ${["a", "b", "c", "d"].map((key) => `${key}: ${one}`).join(" ")} }`;
    await expectRefused(small, 12, 10, all);
  });

  it("counts the items of a bulk change and the reads for each item", async () => {
    const query =
      "mutation ($inputs: [UpdateMessageContactInput!]!) { updateMessageContacts(inputs: $inputs) { results { status contact { id name } } } }";
    const inputs = Array.from({ length: 6 }, (_, at) => ({
      contactId: `c-abcdefghijklmn${at}0`,
      title: "CEO",
    }));
    await expectRefused(small, 12, 10, query, { inputs });
  });

  it.each(COSTS.filter(({ api }) => api === "graphql"))(
    "never underestimates the number of calls: $request",
    async ({ ask: query, variables, calls, headers }) => {
      const { body } = await ask(running, query, variables, {
        ...headers,
        "x-cost": "1",
      });
      expect(body.errors).toBeUndefined();
      expect(callsOf(running)).toBe(calls.length);
      const limited = await ask(small, query, variables);
      // A limit of one call less rejects the request: the estimate is high enough.
      expect(limited.status === 422).toBe(calls.length > 10);
    },
  );
});

describe("the cost table", () => {
  it.each(Object.entries(FEATURE_CALLS))(
    "has a row for %s",
    (feature, calls) => {
      const names = [
        `${feature}(`,
        `${feature} {`,
        ...calls
          .map(({ path }) => path.split("?")[0] ?? path)
          .filter((path) => path !== "/graphql"),
      ];
      const row = COSTS.find(({ ask: text }) =>
        names.some((name) => text.includes(name)),
      );
      expect(row?.calls.length).toBeGreaterThan(0);
    },
  );
});

describe("equal reads under load", () => {
  it.each(COSTS.filter(isShared))(
    "make the calls of one request: $request",
    async ({ api, ask: text, variables }) => {
      const cached = await startBoth({}, { READ_CACHE_MS: "60000" });
      try {
        const send = async (): Promise<void> => {
          if (api === "graphql") await ask(cached, text, variables);
          else await fetch(cached.gateway.url + text.slice("GET ".length));
        };
        await send();
        const alone = callsOf(cached);
        await Promise.all(Array.from({ length: 20 }, send));
        expect(callsOf(cached)).toBe(alone);
      } finally {
        await cached.stop();
      }
    },
  );
});

describe("the cost limit of a REST request", () => {
  it("rejects a whole batch with more items than allowed calls", async () => {
    const inputs = Array.from({ length: 11 }, (_, at) => ({
      contactId: `c-abcdefghijklmn${at + 10}`,
      title: "CEO",
    }));
    const response = await fetch(
      `${small.gateway.url}/v1/message-contacts/batch-update`,
      {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ inputs }),
      },
    );
    expect(response.status).toBe(422);
    expect(await response.json()).toMatchObject({
      code: "REQUEST_TOO_COSTLY",
      limit: 10,
      detail:
        "The request may need 11 calls to Alibaba Cloud; the limit is 10. This request was rejected before it was executed. Select fewer nested fields, request smaller pages, or split the request.",
    });
    expect(callsOf(small)).toBe(0);
  });

  it("counts five binding targets as one call", async () => {
    const targetIds = Array.from(
      { length: 50 },
      (_, at) => `19979683943500${at + 10}`,
    );
    const response = await fetch(
      `${small.gateway.url}/v1/message-contacts/${BEN}/bindings`,
      {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ targetIds }),
      },
    );
    const { code } = (await response.json()) as { code?: string };
    expect(code).not.toBe("REQUEST_TOO_COSTLY");
  });
});
