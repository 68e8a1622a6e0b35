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

interface Item {
  readonly contactId?: string;
  readonly targetId?: string;
  readonly status: string;
  readonly code: string | null;
}

/** Result of a bulk change, in one form for both APIs. */
interface BulkResult {
  readonly status: number;
  /** Error code when the request was rejected as a whole; null when there are results. */
  readonly rejectedWith: string | null;
  readonly violations: readonly { field: readonly string[]; rule: string }[];
  readonly isComplete: boolean | undefined;
  readonly items: readonly Item[];
}

interface BulkApi {
  readonly name: string;
  readonly update: (inputs: unknown) => Promise<BulkResult>;
  readonly bind: (
    contactId: string,
    targetIds: readonly string[],
  ) => Promise<BulkResult>;
}

const ERRORS =
  "errors { __typename code field ... on InvalidInputError { rule } ... on CallFailedError { retryable } }";

interface Payload {
  readonly isComplete?: boolean;
  readonly results: readonly {
    contactId?: string;
    targetId?: string;
    status: string;
    errors: readonly { code: string }[];
  }[];
  readonly errors: readonly {
    code: string;
    field: readonly string[];
    rule: string;
  }[];
}

async function overGraphql(
  query: string,
  variables: Record<string, unknown>,
): Promise<BulkResult> {
  const { data, errors } = await graphql<Record<string, Payload> | null>(
    running,
    query,
    variables,
  );
  const [payload] = Object.values(data ?? {});
  return {
    status: 200,
    rejectedWith:
      errors?.[0]?.extensions.code ??
      (payload?.results.length === 0
        ? (payload.errors[0]?.code ?? null)
        : null),
    violations: payload?.results.length === 0 ? payload.errors : [],
    isComplete: payload?.isComplete,
    items: (payload?.results ?? []).map(({ errors: own, ...item }) => ({
      ...item,
      code: own[0]?.code ?? null,
    })),
  };
}

interface RestBody {
  readonly isComplete?: boolean;
  readonly code?: string;
  readonly errors?: readonly { field: string[]; rule: string }[];
  readonly results?: readonly {
    contactId?: string;
    targetId?: string;
    status: string;
    httpStatus: number;
    problem: { code: string; status: number } | null;
  }[];
}

async function overRest(path: string, body: unknown): Promise<BulkResult> {
  const response = await fetch(
    `${running.gateway.url}/v1/message-contacts/${path}`,
    {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
    },
  );
  const answer = (await response.json()) as RestBody;
  return {
    status: response.status,
    rejectedWith: answer.code ?? null,
    violations: answer.errors ?? [],
    isComplete: answer.isComplete,
    items: (answer.results ?? []).map(
      ({ httpStatus, problem, status, ...item }) => {
        const expected = status === "DONE" ? 200 : (problem?.status ?? 424);
        expect(httpStatus).toBe(expected);
        return { ...item, status, code: problem?.code ?? null };
      },
    ),
  };
}

const APIS: readonly BulkApi[] = [
  {
    name: "graphql",
    update: (inputs) =>
      overGraphql(
        `mutation ($inputs: [UpdateMessageContactInput!]!) { updateMessageContacts(inputs: $inputs) { isComplete results { contactId status ${ERRORS} } ${ERRORS} } }`,
        { inputs },
      ),
    bind: (contactId, targetIds) =>
      overGraphql(
        `mutation ($input: AssociateMembersInput!) { associateMembers(input: $input) { results { targetId status ${ERRORS} } ${ERRORS} } }`,
        { input: { contactId, targetIds } },
      ),
  },
  {
    name: "rest",
    update: (inputs) => overRest("batch-update", { inputs }),
    bind: (contactId, targetIds) =>
      overRest(`${contactId}/bindings`, { targetIds }),
  },
];

const UNKNOWN_ID = "c-neverExistedHere0";

/** All targets of the sample directory; seven need two calls. */
const TARGETS = [
  "rd-3gqx5n",
  "r-Zj29gL",
  "fd-Qm81rWc5Xe",
  "fd-H3vLk9Bz2s",
  "1997968394350001",
  "1997968394350002",
  "1997968394350003",
];

describe.each(APIS)("changing many contacts over $name", ({ update }) => {
  it("rejects duplicate contacts, duplicate names and invalid items before the first vendor call", async () => {
    let result: BulkResult | undefined;
    const actions = await actionsOf(running, async () => {
      result = await update([
        { contactId: TOM, name: "same" },
        { contactId: MARTA, name: "same" },
        { contactId: TOM, title: "CEO" },
        { contactId: BEN, name: "x" },
      ]);
    });
    expect(actions).toEqual([]);
    expect(result?.rejectedWith).toBe("INVALID_INPUT");
    expect(
      result?.violations.map(({ field, rule }) => [field.join("."), rule]),
    ).toEqual([
      ["inputs.3.name", "length"],
      ["inputs.2.contactId", "unique"],
      ["inputs.1.name", "unique"],
    ]);
  });

  it.each([0, 51])(
    "rejects %s items before the first vendor call",
    async (count) => {
      let result: BulkResult | undefined;
      const actions = await actionsOf(running, async () => {
        result = await update(
          Array.from({ length: count }, (_, at) => ({ contactId: `c-${at}` })),
        );
      });
      expect(actions).toEqual([]);
      expect(result?.rejectedWith).toBe("INVALID_INPUT");
      expect(result?.violations).toMatchObject([
        { field: ["inputs"], rule: "length" },
      ]);
    },
  );

  it("makes all changes in order", async () => {
    const inputs = [TOM, MARTA, BEN].map((contactId, at) => ({
      contactId,
      name: `nr${"abc".charAt(at)}`,
    }));
    const result = await update(inputs);
    expect(result).toMatchObject({ status: 200, isComplete: true });
    expect(result.items).toEqual(
      inputs.map(({ contactId }) => ({
        contactId,
        status: "DONE",
        code: null,
      })),
    );
    expect(
      running.emulator.control.calls().map(({ params }) => params["ContactId"]),
    ).toEqual([TOM, MARTA, BEN]);
  });

  it("continues after an error that concerns one item, and reports it for that item", async () => {
    const result = await update([
      { contactId: TOM, name: "Marta" },
      { contactId: UNKNOWN_ID, title: "CEO" },
      { contactId: BEN, title: "CEO" },
    ]);
    expect(result.isComplete).toBe(false);
    expect(result.items).toEqual([
      { contactId: TOM, status: "FAILED", code: "NAME_TAKEN" },
      { contactId: UNKNOWN_ID, status: "FAILED", code: "CONTACT_NOT_FOUND" },
      { contactId: BEN, status: "DONE", code: null },
    ]);
  });

  it("stops after an upstream failure and keeps the results of earlier items", async () => {
    running.emulator.control.addFault({
      operation: "UpdateMessageContact",
      effect: "error",
      code: "Forbidden.RAM",
      skip: 1,
    });
    const result = await update([
      { contactId: TOM, title: "CEO" },
      { contactId: MARTA, title: "CEO" },
      { contactId: BEN, title: "CEO" },
    ]);
    expect(result.isComplete).toBe(false);
    expect(result.items).toEqual([
      { contactId: TOM, status: "DONE", code: null },
      { contactId: MARTA, status: "FAILED", code: "UPSTREAM_DENIED" },
      { contactId: BEN, status: "NOT_ATTEMPTED", code: null },
    ]);
  });
});

describe.each(APIS)("binding many targets over $name", ({ bind }) => {
  it("sends seven targets in two calls of at most five, in order", async () => {
    const result = await bind(BEN, TARGETS);
    expect(result.items).toEqual(
      TARGETS.map((targetId) => ({ targetId, status: "DONE", code: null })),
    );
    const sent = running.emulator.control.calls().map(({ params }) =>
      Object.entries(params)
        .filter(([name]) => name.startsWith("Members."))
        .map(([, value]) => value),
    );
    expect(sent.map((part) => [...part].sort())).toEqual([
      [...TARGETS.slice(0, 5)].sort(),
      [...TARGETS.slice(5)].sort(),
    ]);
  });

  it("keeps the bindings of earlier calls when a later call fails", async () => {
    const result = await bind(BEN, [
      ...TARGETS.slice(0, 5),
      "1997968394359999",
      ...TARGETS.slice(5, 6),
    ]);
    expect(result.status).toBe(
      result.rejectedWith === null ? result.status : 0,
    );
    expect(result.items.map(({ status, code }) => [status, code])).toEqual([
      ...new Array<unknown>(5).fill(["DONE", null]),
      ["FAILED", "BINDING_TARGET_NOT_FOUND"],
      ["FAILED", "BINDING_TARGET_NOT_FOUND"],
    ]);
  });

  it("does not attempt the targets after a failed call", async () => {
    running.emulator.control.changeSettings({ targetsPerContact: 5 });
    const result = await bind(BEN, [
      ...TARGETS,
      "1997968394350004",
      "1997968394350005",
      "1997968394350006",
      "fd-ZDNPiT7a4K",
    ]);
    expect(result.items.map(({ status, code }) => [status, code])).toEqual([
      ...new Array<unknown>(5).fill(["DONE", null]),
      ...new Array<unknown>(5).fill(["FAILED", "QUOTA_EXCEEDED"]),
      ["NOT_ATTEMPTED", null],
    ]);
  });

  it("fails as a whole when the first call fails", async () => {
    const result = await bind(BEN, ["1997968394359999"]);
    expect(result.rejectedWith).toBe("BINDING_TARGET_NOT_FOUND");
    expect(result.items).toEqual([]);
  });

  it("rejects more than fifty targets", async () => {
    const result = await bind(
      BEN,
      Array.from({ length: 51 }, (_, at) => `fd-${at}`),
    );
    expect(result.rejectedWith).toBe("INVALID_INPUT");
  });
});
