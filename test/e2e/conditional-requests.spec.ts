import {
  afterAll,
  beforeAll,
  beforeEach,
  describe,
  expect,
  it,
} from "@jest/globals";
import { BEN, TOM } from "../support/emulator-fixture.js";
import { startBoth, type Running } from "../support/running.js";

const ROOT = "/v1/message-contacts";

interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Record<string, unknown>;
}

let running: Running;

beforeAll(async () => {
  running = await startBoth();
});
beforeEach(() => running.emulator.control.reset());
afterAll(() => running.stop());

async function rest(
  path: string,
  method = "GET",
  headers: Record<string, string> = {},
  body?: object,
): Promise<Answer> {
  const response = await fetch(`${running.gateway.url}${ROOT}${path}`, {
    method,
    headers: {
      ...(body === undefined ? {} : { "content-type": "application/json" }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  return {
    status: response.status,
    headers: response.headers,
    body: (text === "" ? {} : JSON.parse(text)) as Answer["body"],
  };
}

async function graphql(
  query: string,
  variables: object = {},
): Promise<Record<string, Record<string, unknown>>> {
  const response = await fetch(`${running.gateway.url}/graphql`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ query, variables }),
  });
  const { data } = (await response.json()) as {
    data: Record<string, Record<string, unknown>>;
  };
  return data;
}

const etagOf = async (id = TOM): Promise<string> =>
  (await rest(`/${id}`)).headers.get("etag") ?? "";

describe("a conditional read over REST", () => {
  it.each([
    `/${TOM}`,
    "",
    "?pageSize=3",
    `/${BEN}/verifications`,
    `/${TOM}/deletion`,
  ])("returns 304 without a body while %s is unchanged", async (path) => {
    const first = await rest(path);
    const etag = first.headers.get("etag") ?? "";
    expect(first.status).toBe(200);
    expect(etag).toMatch(/^"[\w.-]{16,}"$/);
    for (const known of [etag, `W/${etag}`, `"other", ${etag}`, "*"]) {
      const again = await rest(path, "GET", { "if-none-match": known });
      expect(again.status).toBe(304);
      expect(again.headers.get("etag")).toBe(etag);
      expect(again.body).toEqual({});
    }
    const other = await rest(path, "GET", { "if-none-match": '"other"' });
    expect(other.status).toBe(200);
    expect(other.body).toEqual(first.body);
  });

  it("returns the contact once it has changed", async () => {
    const etag = await etagOf();
    await rest(`/${TOM}`, "PATCH", {}, { title: "CEO" });
    const again = await rest(`/${TOM}`, "GET", { "if-none-match": etag });
    expect(again.status).toBe(200);
    expect(again.headers.get("etag")).not.toBe(etag);
  });

  it("gives no ETag to an error or to the response of a change", async () => {
    const missing = await rest("/c-none");
    expect(missing.status).toBe(404);
    expect(missing.headers.get("etag")).toBeNull();
    const changed = await rest(`/${TOM}`, "PATCH", {}, { title: "CEO" });
    expect(changed.headers.get("etag")).toBeNull();
  });
});

const WRITES: readonly [
  name: string,
  path: string,
  method: string,
  body?: object,
][] = [
  ["PATCH", `/${TOM}`, "PATCH", { title: "CEO" }],
  ["DELETE", `/${TOM}`, "DELETE"],
  [
    "POST bindings",
    `/${TOM}/bindings`,
    "POST",
    { targetIds: ["fd-Qm81rWc5Xe"] },
  ],
];

describe.each(WRITES)("%s with If-Match", (_name, path, method, body) => {
  const send = (ifMatch: string): Promise<Answer> =>
    rest(path, method, { "if-match": ifMatch }, body);

  it("makes the change while the contact is unchanged", async () => {
    expect((await send(await etagOf())).status).toBe(200);
  });

  it("accepts the contact's etag from the body of a read, or *", async () => {
    const { body: contact } = await rest(`/${TOM}`);
    const { status } = await send(`"x", "${String(contact["etag"])}"`);
    expect(status).toBe(200);
    running.emulator.control.reset();
    expect((await send("*")).status).toBe(200);
  });

  it("returns 412 and changes nothing when the contact was changed meanwhile", async () => {
    const etag = await etagOf();
    await rest(`/${TOM}`, "PATCH", {}, { name: "Tomas" });
    const before = await etagOf();
    const { status, body: problem } = await send(etag);
    expect(status).toBe(412);
    expect(problem).toMatchObject({ code: "CHANGED_MEANWHILE" });
    expect(await etagOf()).toBe(before);
  });

  it.each(["", '"other"', "other", "W/"])(
    "returns 412 for the condition %j",
    async (condition) => {
      const etag = await etagOf();
      const { status } = await send(
        condition === "W/" ? `W/${etag}` : condition || '""',
      );
      expect(status).toBe(412);
      expect(await etagOf()).toBe(etag);
    },
  );
});

describe("a change with If-Match", () => {
  it("of a missing contact returns 404", async () => {
    const { status } = await rest(
      "/c-0000000000000000",
      "PATCH",
      { "if-match": "*" },
      { title: "CEO" },
    );
    expect(status).toBe(404);
  });

  it("loses no update when many people change one contact at the same time", async () => {
    const etag = await etagOf();
    const names = ["anna", "bert", "carl", "dora", "emil"];
    const answers = await Promise.all(
      names.map((name) =>
        rest(`/${TOM}`, "PATCH", { "if-match": etag }, { name }),
      ),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([
      200, 412, 412, 412, 412,
    ]);
    const winner = names[answers.findIndex(({ status }) => status === 200)];
    expect((await rest(`/${TOM}`)).body["name"]).toBe(winner);
  });

  it("is evaluated again when it is repeated with the same idempotency key", async () => {
    const etag = await etagOf();
    const headers = { "if-match": etag, "idempotency-key": "once" };
    const first = await rest(`/${TOM}`, "PATCH", headers, { name: "Tomas" });
    expect(first.status).toBe(200);
    const again = await rest(`/${TOM}`, "PATCH", headers, { name: "Tomas" });
    expect(again.status).toBe(200);
    expect(again.headers.get("idempotent-replayed")).toBe("true");
    const other = await rest(
      `/${TOM}`,
      "PATCH",
      { ...headers, "if-match": '"other"' },
      { name: "Tomas" },
    );
    expect(other.body).toMatchObject({ code: "IDEMPOTENCY_KEY_REUSED" });
  });

  it("accepts no condition in the body", async () => {
    const { status, body } = await rest(
      `/${TOM}`,
      "PATCH",
      {},
      { title: "CEO", ifMatch: "x" },
    );
    expect(status).toBe(422);
    expect(body).toMatchObject({
      errors: [{ field: ["ifMatch"], rule: "unknown-field" }],
    });
  });
});

describe("ifMatch in GraphQL", () => {
  const UPDATE = `mutation ($input: UpdateMessageContactInput!) { updateMessageContact(input: $input) { contact { name etag } errors { __typename code field ... on ChangedMeanwhileError { currentEtag } } } }`;

  it("makes the change while the contact has the etag that was read", async () => {
    const read = await graphql(`{ messageContact(id: "${TOM}") { etag } }`);
    const etag = read["messageContact"]?.["etag"];
    const input = { contactId: TOM, name: "Tomas", ifMatch: etag };
    const first = await graphql(UPDATE, { input });
    expect(first["updateMessageContact"]).toMatchObject({
      contact: { name: "Tomas" },
      errors: [],
    });
    const second = await graphql(UPDATE, { input });
    const contact = first["updateMessageContact"]?.["contact"] as {
      etag: string;
    };
    expect(contact.etag).not.toBe(etag);
    expect(second["updateMessageContact"]).toEqual({
      contact: null,
      errors: [
        {
          __typename: "ChangedMeanwhileError",
          code: "CHANGED_MEANWHILE",
          field: ["ifMatch"],
          currentEtag: contact.etag,
        },
      ],
    });
  });

  it("has the same etag in a list, in a single read and over REST", async () => {
    const { messageContacts, messageContact } = await graphql(
      `{ messageContacts(pageSize: 100) { items { id etag } } messageContact(id: "${TOM}") { etag } }`,
    );
    const items = messageContacts?.["items"] as { id: string; etag: string }[];
    const listed = items.find(({ id }) => id === TOM)?.etag;
    expect(listed).toBe(messageContact?.["etag"]);
    expect((await rest(`/${TOM}`)).body["etag"]).toBe(listed);
  });

  it("reports a changed item of a bulk change and makes the others", async () => {
    const query = `mutation ($inputs: [UpdateMessageContactInput!]!) { updateMessageContacts(inputs: $inputs) { results { status errors { code } } } }`;
    const data = await graphql(query, {
      inputs: [
        { contactId: TOM, title: "CEO", ifMatch: "other" },
        { contactId: BEN, title: "CEO" },
      ],
    });
    expect(data["updateMessageContacts"]).toEqual({
      results: [
        { status: "FAILED", errors: [{ code: "CHANGED_MEANWHILE" }] },
        { status: "DONE", errors: [] },
      ],
    });
  });
});
