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

/** What came back, in one form for both APIs. */
interface Bulk {
  readonly status: number;
  /** Code of a refusal of the whole; null when there are results. */
  readonly refused: string | null;
  readonly violations: readonly { field: readonly string[]; rule: string }[];
  readonly isComplete: boolean | undefined;
  readonly items: readonly Item[];
}

interface BulkDoor {
  readonly name: string;
  readonly update: (inputs: unknown) => Promise<Bulk>;
  readonly bind: (
    contactId: string,
    targetIds: readonly string[],
  ) => Promise<Bulk>;
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
): Promise<Bulk> {
  const { data, errors } = await graphql<Record<string, Payload> | null>(
    running,
    query,
    variables,
  );
  const [payload] = Object.values(data ?? {});
  return {
    status: 200,
    refused:
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

interface RestAnswer {
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

async function overRest(path: string, body: unknown): Promise<Bulk> {
  const response = await fetch(
    `${running.gateway.url}/v1/message-contacts/${path}`,
    {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
    },
  );
  const answer = (await response.json()) as RestAnswer;
  return {
    status: response.status,
    refused: answer.code ?? null,
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

const APIS: readonly BulkDoor[] = [
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

/** Every target of the sample directory: seven fit into two calls. */
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
  it("refuses duplicates, contradictions and broken rules before anything is sent", async () => {
    let answer: Bulk | undefined;
    const actions = await actionsOf(running, async () => {
      answer = await update([
        { contactId: TOM, name: "same" },
        { contactId: MARTA, name: "same" },
        { contactId: TOM, title: "CEO" },
        { contactId: BEN, name: "x" },
      ]);
    });
    expect(actions).toEqual([]);
    expect(answer?.refused).toBe("INVALID_INPUT");
    expect(
      answer?.violations.map(({ field, rule }) => [field.join("."), rule]),
    ).toEqual([
      ["inputs.3.name", "length"],
      ["inputs.2.contactId", "unique"],
      ["inputs.1.name", "unique"],
    ]);
  });

  it.each([0, 51])(
    "refuses %s items before anything is sent",
    async (count) => {
      let answer: Bulk | undefined;
      const actions = await actionsOf(running, async () => {
        answer = await update(
          Array.from({ length: count }, (_, at) => ({ contactId: `c-${at}` })),
        );
      });
      expect(actions).toEqual([]);
      expect(answer?.refused).toBe("INVALID_INPUT");
      expect(answer?.violations).toMatchObject([
        { field: ["inputs"], rule: "length" },
      ]);
    },
  );

  it("makes all changes, in order", async () => {
    const inputs = [TOM, MARTA, BEN].map((contactId, at) => ({
      contactId,
      name: `nr${"abc".charAt(at)}`,
    }));
    const answer = await update(inputs);
    expect(answer).toMatchObject({ status: 200, isComplete: true });
    expect(answer.items).toEqual(
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

  it("goes on after what is wrong with one item, and says which", async () => {
    const answer = await update([
      { contactId: TOM, name: "Marta" },
      { contactId: UNKNOWN_ID, title: "CEO" },
      { contactId: BEN, title: "CEO" },
    ]);
    expect(answer.isComplete).toBe(false);
    expect(answer.items).toEqual([
      { contactId: TOM, status: "FAILED", code: "NAME_TAKEN" },
      { contactId: UNKNOWN_ID, status: "FAILED", code: "CONTACT_NOT_FOUND" },
      { contactId: BEN, status: "DONE", code: null },
    ]);
  });

  it("stops when the vendor is in trouble, and loses nothing that was done", async () => {
    running.emulator.control.addFault({
      operation: "UpdateMessageContact",
      effect: "error",
      code: "Forbidden.RAM",
      skip: 1,
    });
    const answer = await update([
      { contactId: TOM, title: "CEO" },
      { contactId: MARTA, title: "CEO" },
      { contactId: BEN, title: "CEO" },
    ]);
    expect(answer.isComplete).toBe(false);
    expect(answer.items).toEqual([
      { contactId: TOM, status: "DONE", code: null },
      { contactId: MARTA, status: "FAILED", code: "UPSTREAM_DENIED" },
      { contactId: BEN, status: "NOT_ATTEMPTED", code: null },
    ]);
  });
});

describe.each(APIS)("binding many targets over $name", ({ bind }) => {
  it("sends seven targets in two calls of at most five, in order", async () => {
    const answer = await bind(BEN, TARGETS);
    expect(answer.items).toEqual(
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

  it("keeps what was bound when a later call fails", async () => {
    const answer = await bind(BEN, [
      ...TARGETS.slice(0, 5),
      "1997968394359999",
      ...TARGETS.slice(5, 6),
    ]);
    expect(answer.status).toBe(answer.refused === null ? answer.status : 0);
    expect(answer.items.map(({ status, code }) => [status, code])).toEqual([
      ...new Array<unknown>(5).fill(["DONE", null]),
      ["FAILED", "BINDING_TARGET_NOT_FOUND"],
      ["FAILED", "BINDING_TARGET_NOT_FOUND"],
    ]);
  });

  it("does not attempt what comes after the call that failed", async () => {
    running.emulator.control.changeSettings({ targetsPerContact: 5 });
    const answer = await bind(BEN, [
      ...TARGETS,
      "1997968394350004",
      "1997968394350005",
      "1997968394350006",
      "fd-ZDNPiT7a4K",
    ]);
    expect(answer.items.map(({ status, code }) => [status, code])).toEqual([
      ...new Array<unknown>(5).fill(["DONE", null]),
      ...new Array<unknown>(5).fill(["FAILED", "QUOTA_EXCEEDED"]),
      ["NOT_ATTEMPTED", null],
    ]);
  });

  it("is one failure when nothing fits", async () => {
    const answer = await bind(BEN, ["1997968394359999"]);
    expect(answer.refused).toBe("BINDING_TARGET_NOT_FOUND");
    expect(answer.items).toEqual([]);
  });

  it("refuses more than fifty targets", async () => {
    const answer = await bind(
      BEN,
      Array.from({ length: 51 }, (_, at) => `fd-${at}`),
    );
    expect(answer.refused).toBe("INVALID_INPUT");
  });
});
