import { afterEach, describe, expect, it } from "@jest/globals";
import { BEN, MARTA, TOM } from "../support/emulator-fixture.js";
import { APIS, REST } from "../support/apis.js";
import { startBoth, type Running } from "../support/running.js";

const SEND = "SendEmailVerificationForMessageContact";

let running: Running;

afterEach(() => running.stop());

interface FieldResult {
  readonly sentAt?: string | null;
  readonly remainingToday?: number | null;
  readonly contact?: { id: string } | null;
  readonly errors: readonly { code: string }[];
}

interface GraphqlAnswer {
  readonly data: Record<string, FieldResult | null> | null;
  readonly errors?: { extensions: { code: string; advice: string } }[];
}

async function mutate(
  fields: readonly string[],
  key: string,
): Promise<GraphqlAnswer> {
  const response = await fetch(`${running.gateway.url}/graphql`, {
    method: "POST",
    headers: { "content-type": "application/json", "idempotency-key": key },
    body: JSON.stringify({ query: `mutation { ${fields.join(" ")} }` }),
  });
  return (await response.json()) as GraphqlAnswer;
}

const sendOf = (alias: string, contactId: string, address: string): string =>
  `${alias}: sendEmailVerificationForMessageContact(input: { contactId: "${contactId}", emailAddress: "${address}" }) { sentAt remainingToday errors { code } }`;

const updateOf = (alias: string, contactId: string, title: string): string =>
  `${alias}: updateMessageContact(input: { contactId: "${contactId}", title: ${title} }) { contact { id } errors { code } }`;

const calls = (action: string): number =>
  running.emulator.control.calls().filter((call) => call.action === action)
    .length;

describe.each(APIS)("an idempotency key over $name", (api) => {
  const headers = { "idempotency-key": "two" };

  it("is rejected for another operation", async () => {
    running = await startBoth();
    const { url } = running.gateway;
    const update = { contactId: TOM, title: "OTHER" };
    const bind = { contactId: TOM, targetIds: ["fd-Qm81rWc5Xe"] };
    expect(
      (await api.call(url, "updateMessageContact", update, headers)).code,
    ).toBe("OK");
    const other = await api.call(url, "associateMembers", bind, headers);
    expect(other.code).toBe("IDEMPOTENCY_KEY_REUSED");
    if (api.name === "rest") expect(other.status).toBe(422);
    expect(calls("AssociateMembers")).toBe(0);
  });
});

describe("a bulk change under a key", () => {
  const headers = {
    "content-type": "application/json",
    "idempotency-key": "bulk",
  };
  const update = (inputs: readonly object[]): Promise<Response> =>
    fetch(`${running.gateway.url}/v1/message-contacts/batch-update`, {
      method: "POST",
      headers,
      body: JSON.stringify({ inputs }),
    });
  const items = [
    { contactId: TOM, title: "OTHER" },
    { contactId: MARTA, title: "CEO" },
  ];

  it("is replayed as a whole and rejected when one item differs", async () => {
    running = await startBoth();
    expect((await update(items)).status).toBe(200);
    const again = await update(items);
    expect(again.status).toBe(200);
    expect(again.headers.get("idempotent-replayed")).toBe("true");
    const [first] = items;
    const other = await update([
      first ?? {},
      { contactId: MARTA, title: "OTHER" },
    ]);
    expect(other.status).toBe(422);
    expect(await other.json()).toMatchObject({
      code: "IDEMPOTENCY_KEY_REUSED",
    });
    expect(calls("UpdateMessageContact")).toBe(2);
  });
});

describe("several mutations of one request under one key", () => {
  it("send one message when they all have the same target", async () => {
    running = await startBoth({}, { GRAPHQL_MUTATIONS_PER_OPERATION: "20" });
    const fields = Array.from({ length: 20 }, (_, n) =>
      sendOf(`send${n}`, BEN, "ben@example.com"),
    );
    const codes = async (): Promise<(string | undefined)[]> => {
      const { data } = await mutate(fields, "aliases");
      return Object.values(data ?? {}).map((one) => one?.errors[0]?.code);
    };
    const expected = [
      undefined,
      ...Array.from({ length: 19 }, () => "VERIFICATION_LIMIT"),
    ];
    expect(await codes()).toEqual(expected);
    expect(await codes()).toEqual(expected);
    expect(running.emulator.control.outbox()).toHaveLength(1);
  });

  it("count each message to a different target", async () => {
    running = await startBoth({}, { GRAPHQL_MUTATIONS_PER_OPERATION: "20" });
    const fields = [
      sendOf("ben", BEN, "ben@example.com"),
      sendOf("marta", MARTA, "marta.new@example.com"),
    ];
    const first = await mutate(fields, "targets");
    expect(first.data?.["ben"]?.remainingToday).toBe(99);
    expect(first.data?.["marta"]?.remainingToday).toBe(98);
    const again = await mutate(fields, "targets");
    expect(again.data?.["ben"]?.sentAt).toBe(first.data?.["ben"]?.sentAt);
    expect(again.data?.["marta"]?.sentAt).toBe(first.data?.["marta"]?.sentAt);
    expect(running.emulator.control.outbox()).toHaveLength(2);
  });

  it("keep their records when an earlier field runs fewer writes than before", async () => {
    running = await startBoth({}, { GRAPHQL_MUTATIONS_PER_OPERATION: "20" });
    const { control } = running.emulator;
    // The first run of the bulk change stops at its first item; the second is complete.
    control.addFault({
      operation: "UpdateMessageContact",
      effect: "error",
      code: "NoPermission",
    });
    const bulk = `bulk: updateMessageContacts(inputs: [{ contactId: "${TOM}", title: OTHER }, { contactId: "${MARTA}", title: CEO }]) { isComplete errors { code } }`;
    const fields = [bulk, sendOf("ben", BEN, "ben@example.com")];
    await mutate(fields, "order");
    expect(calls(SEND)).toBe(1);
    const again = await mutate(fields, "order");
    expect(again.data?.["bulk"]).toMatchObject({ isComplete: true });
    expect(again.data?.["ben"]?.errors).toEqual([]);
    expect(calls(SEND)).toBe(1);
    expect(calls("UpdateMessageContact")).toBe(3);
  });

  it("run each of several updates once", async () => {
    running = await startBoth({}, { GRAPHQL_MUTATIONS_PER_OPERATION: "20" });
    const fields = Array.from({ length: 5 }, (_, n) =>
      updateOf(`u${n}`, TOM, n % 2 === 0 ? "OTHER" : "CEO"),
    );
    await mutate(fields, "updates");
    await mutate(fields, "updates");
    expect(calls("UpdateMessageContact")).toBe(5);
  });
});

describe("the advice after an unknown outcome", () => {
  it("is to send the request again with the same key", async () => {
    running = await startBoth();
    const { control } = running.emulator;
    control.addFault({
      operation: "UpdateMessageContact",
      effect: "cutBody",
      when: "after",
    });
    control.addFault({
      operation: "GetMessageContact",
      effect: "error",
      code: "NoPermission",
    });
    const answer = await REST.call(
      running.gateway.url,
      "updateMessageContact",
      { contactId: TOM, title: "OTHER" },
      { "idempotency-key": "unknown" },
    );
    expect(answer.code).toBe("OUTCOME_UNKNOWN");
    expect(answer.headers.get("retry-after")).toBe("1");
    expect((answer.body as { detail: string }).detail).toContain(
      "Repeat the request with the same Idempotency-Key",
    );
  });

  it("states that the change was carried out when only the read after it failed", async () => {
    running = await startBoth();
    running.emulator.control.addFault({
      operation: "GetMessageContact",
      effect: "error",
      code: "NoPermission",
    });
    const { data, errors } = await mutate(
      [
        `u: updateMessageContact(input: { contactId: "${TOM}", title: OTHER }) { contact { name } errors { code } }`,
      ],
      "read",
    );
    expect(data?.["u"]).toMatchObject({ contact: null, errors: [] });
    expect(errors?.[0]?.extensions.advice).toContain("The change was made");
  });
});
