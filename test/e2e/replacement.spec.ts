import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { startBoth, type Running } from "../support/running.js";
import { until } from "../support/until.js";

/** Bound to two accounts, receives ACCOUNT_EXPENSES. */
const OLGA = "c-D7eLz1oV5kMpX0Gt";
/** Bound to nothing, receives SECURITY_MESSAGE and FAULT_MESSAGE. */
const CHEN = "c-H4nUc6jS8wFiB2Ry";

const MARTA = "c-p0SgA2eH6iUzD9Fm";
const DIEGO = "c-K2aQv9mE4zTxO7Pd";

const NEW_BINDING = {
  targetId: "1997968394350006",
  associatedDate: "2026-01-01 00:00:00",
};

interface Step {
  readonly kind: string;
  readonly targetIds: readonly string[];
  readonly status: string;
  readonly code: string | null;
}

/** Result of a replacement, in one form for both APIs. */
interface Result {
  readonly rejectedWith: string | null;
  readonly field: readonly string[] | null;
  readonly isComplete: boolean | null;
  readonly steps: readonly Step[];
  readonly deletion: string | null;
  readonly headers: Headers;
}

type Replace = (
  running: Running,
  input: Readonly<Record<string, unknown>>,
  key?: string,
) => Promise<Result>;

async function post(
  { gateway }: Running,
  path: string,
  body: object,
  key: string | undefined,
): Promise<Response> {
  return fetch(`${gateway.url}${path}`, {
    method: "POST",
    headers: {
      "content-type": "application/json",
      ...(key === undefined ? {} : { "idempotency-key": key }),
    },
    body: JSON.stringify(body),
  });
}

const QUERY = `mutation ($input: ReplaceMessageContactInput!) {
  replaceMessageContact(input: $input) {
    isComplete results { kind targetIds status errors { code } }
    deletion { state } errors { code field }
  }
}`;

interface Coded {
  readonly code: string;
  readonly field?: readonly string[] | null;
}

const overGraphql: Replace = async (running, input, key) => {
  const response = await post(
    running,
    "/graphql",
    { query: QUERY, variables: { input } },
    key,
  );
  const { data, errors } = (await response.json()) as {
    data: {
      replaceMessageContact: {
        isComplete: boolean;
        results: (Step & { errors: Coded[] })[];
        deletion: { state: string } | null;
        errors: Coded[];
      } | null;
    };
    errors?: { extensions: Coded }[];
  };
  const payload = data.replaceMessageContact;
  const isRejected = (payload?.results.length ?? 0) === 0;
  return {
    rejectedWith: isRejected
      ? (payload?.errors[0]?.code ?? errors?.[0]?.extensions.code ?? null)
      : null,
    field: payload?.errors[0]?.field ?? null,
    isComplete: isRejected ? null : (payload?.isComplete ?? null),
    steps: (payload?.results ?? []).map(({ errors: own, ...step }) => ({
      ...step,
      code: own[0]?.code ?? null,
    })),
    deletion: payload?.deletion?.state ?? null,
    headers: response.headers,
  };
};

const overRest: Replace = async (running, { contactId, ...body }, key) => {
  const response = await post(
    running,
    `/v1/message-contacts/${String(contactId)}/replace`,
    body,
    key,
  );
  const answer = (await response.json()) as {
    code?: string;
    field?: readonly string[];
    errors?: Coded[];
    isComplete?: boolean;
    results?: (Step & { httpStatus: number; problem: Coded | null })[];
    deletion?: { state: string } | null;
  };
  expect(response.status).toBe(
    answer.code === undefined
      ? answer.isComplete
        ? 200
        : 207
      : response.status,
  );
  return {
    rejectedWith: answer.code ?? null,
    field: answer.errors?.[0]?.field ?? null,
    isComplete: answer.isComplete ?? null,
    steps: (answer.results ?? []).map(
      ({ kind, targetIds, status, problem }) => ({
        kind,
        targetIds,
        status,
        code: problem?.code ?? null,
      }),
    ),
    deletion: answer.deletion?.state ?? null,
    headers: response.headers,
  };
};

const BIND = {
  kind: "BIND",
  targetIds: ["1997968394350002", "1997968394350003"],
  status: "DONE",
  code: null,
};
const DELETE = { kind: "DELETE", targetIds: [], status: "DONE", code: null };
const FORCED = { contactId: OLGA, replacementId: CHEN, force: true };

describe.each([
  ["GraphQL", overGraphql],
  ["REST", overRest],
])("replaceMessageContact over %s", (_, replace) => {
  let running: Running;

  beforeEach(async () => {
    running = await startBoth();
  });

  afterEach(() => running.stop());

  const writes = (): string[] =>
    running.emulator.control
      .calls()
      .map(({ action }) => action ?? "none")
      .filter((action) => !/^(?:Get|List)/.test(action));

  const targetsOf = (id: string): unknown => {
    const contact = running.emulator.control
      .snapshot()
      .seed.contacts.find(({ contactId }) => contactId === id);
    return contact === undefined
      ? null
      : (contact.bindings ?? []).map(({ targetId }) => String(targetId));
  };

  it("binds the replacement first, then deletes the contact", async () => {
    expect(await replace(running, FORCED)).toMatchObject({
      rejectedWith: null,
      isComplete: true,
      steps: [BIND, DELETE],
      deletion: "DELETED",
    });
    expect(writes()).toEqual(["AssociateMembers", "DeleteMessageContact"]);
    expect(targetsOf(OLGA)).toBeNull();
    expect(targetsOf(CHEN)).toEqual(BIND.targetIds);
  });

  it("binds only what the replacement lacks", async () => {
    await replace(running, FORCED);
    const { steps } = await replace(running, {
      contactId: CHEN,
      replacementId: DIEGO,
      force: true,
    });
    expect(steps).toEqual([BIND, DELETE]);
    expect(targetsOf(DIEGO)).toEqual(["1997968394350005", ...BIND.targetIds]);
    const { steps: others } = await replace(running, {
      contactId: MARTA,
      replacementId: DIEGO,
      force: true,
    });
    expect(others).toEqual([DELETE]);
  });

  it("keeps the contact when a binding fails", async () => {
    running.emulator.control.addFault({
      operation: "AssociateMembers",
      effect: "error",
      code: "NoPermission",
    });
    const result = await replace(running, FORCED);
    expect(result.steps.map(({ status }) => status)).toEqual(
      result.rejectedWith === null ? ["FAILED", "NOT_ATTEMPTED"] : [],
    );
    expect(writes()).toEqual(["AssociateMembers"]);
    expect(targetsOf(OLGA)).toEqual(BIND.targetIds);
  });

  it("keeps the contact when it was changed since the writes were planned", async () => {
    const { control } = running.emulator;
    // The read of the condition of the deletion.
    control.addFault({
      operation: "GetMessageContact",
      effect: "delay",
      ms: 60_000,
    });
    const pending = replace(running, FORCED);
    await until("the condition is read", () =>
      control.calls().some(({ action }) => action === "GetMessageContact"),
    );
    const { seed } = control.snapshot();
    control.seed({
      ...seed,
      contacts: seed.contacts.map((contact) =>
        contact.contactId === OLGA
          ? { ...contact, bindings: [...(contact.bindings ?? []), NEW_BINDING] }
          : contact,
      ),
    });
    control.clearFaults();
    control.advanceClock(60_000);
    const { steps, isComplete } = await pending;
    expect(isComplete).toBe(false);
    expect(steps.at(-1)).toMatchObject({
      kind: "DELETE",
      status: "FAILED",
      code: "CHANGED_MEANWHILE",
    });
    expect(targetsOf(OLGA)).toContain(NEW_BINDING.targetId);
  });

  it.each([
    ["the contact", { contactId: "c-unknown", replacementId: CHEN }],
    ["the replacement", { contactId: OLGA, replacementId: "c-unknown" }],
  ])(
    "is rejected before the first write when %s does not exist",
    async (__, input) => {
      const { rejectedWith } = await replace(running, {
        ...input,
        force: true,
      });
      expect(rejectedWith).toBe("CONTACT_NOT_FOUND");
      expect(writes()).toEqual([]);
    },
  );

  it("rejects a contact as its own replacement", async () => {
    const { rejectedWith, field } = await replace(running, {
      ...FORCED,
      replacementId: OLGA,
    });
    expect([rejectedWith, field]).toEqual(["INVALID_INPUT", ["replacementId"]]);
    expect(running.emulator.control.calls()).toEqual([]);
  });

  it("returns the same steps for a repeated key, without another write", async () => {
    const first = await replace(running, FORCED, "order-1");
    const second = await replace(running, FORCED, "order-1");
    expect(second.steps).toEqual(first.steps);
    expect(second.isComplete).toBe(true);
    expect(second.headers.get("idempotent-replayed")).toBe("true");
    expect(writes()).toEqual(["AssociateMembers", "DeleteMessageContact"]);
  });

  it("rejects a repeated key with another input", async () => {
    await replace(running, FORCED, "order-1");
    const { rejectedWith } = await replace(
      running,
      { ...FORCED, replacementId: "c-B6kJ4wNq8xRoT5Cv" },
      "order-1",
    );
    expect(rejectedWith).toBe("IDEMPOTENCY_KEY_REUSED");
  });

  it.each([
    ["AssociateMembers", "before"],
    ["AssociateMembers", "after"],
    ["GetMessageContact", "before"],
    ["DeleteMessageContact", "before"],
    ["DeleteMessageContact", "after"],
  ] as const)(
    "continues with the same key when %s was interrupted %s it was carried out",
    async (operation, when) => {
      const { control } = running.emulator;
      control.addFault({ operation, effect: "cutBody", when, times: 20 });
      // Reading back fails too, so that the outcome is unknown.
      control.addFault({
        operation: "GetMessageContact",
        effect: "error",
        code: "NoPermission",
        skip: operation === "DeleteMessageContact" ? 1 : 0,
        times: 20,
      });
      const first = await replace(running, FORCED, "order-1");
      expect(first.isComplete).not.toBe(true);
      control.clearFaults();
      const second = await replace(running, FORCED, "order-1");
      expect(second).toMatchObject({ isComplete: true, steps: [BIND, DELETE] });
      expect(targetsOf(OLGA)).toBeNull();
      expect(targetsOf(CHEN)).toEqual(BIND.targetIds);
    },
  );
});
