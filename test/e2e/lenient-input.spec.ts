import {
  afterAll,
  beforeAll,
  beforeEach,
  describe,
  expect,
  it,
} from "@jest/globals";
import { TOM } from "../support/calls.js";
import { APIS } from "../support/apis.js";
import { graphql } from "../support/graphql.js";
import { send } from "../support/raw-http.js";
import { startBoth, type Running } from "../support/running.js";

let running: Running;

beforeAll(async () => {
  running = await startBoth();
});

beforeEach(() => {
  running.emulator.control.reset();
  running.emulator.control.clearCalls();
});

afterAll(() => running.stop());

const calls = () => running.emulator.control.calls();
const url = (path = ""): string =>
  `${running.gateway.url}/v1/message-contacts${path}`;
const JSON_TYPE = { "content-type": "application/json" };

async function bodyless(
  method: string,
  path: string,
  headers: Readonly<Record<string, string>>,
): Promise<{ status: number; code: unknown }> {
  const answer = await send(running.gateway.url, {
    name: "bodyless",
    method,
    path: `/v1/message-contacts${path}`,
    headers,
  });
  const { code } = JSON.parse(answer.text) as { code?: unknown };
  return { status: answer.status, code };
}

interface Problem {
  readonly code: string;
  readonly errors: readonly {
    readonly field: readonly string[] | null;
    readonly rule: string;
    readonly message: string;
  }[];
}

describe.each(APIS)("over $name", (api) => {
  const change = (input: object) =>
    api.call(running.gateway.url, "updateMessageContact", {
      contactId: TOM,
      ...input,
    });

  it.each([
    "ada@münchen.example",
    "adé@example.com",
    '"first last"@example.com',
    "ada@[192.0.2.7]",
  ])("the vendor decides about the address %s", async (emailAddress) => {
    const refused = await change({ emailAddress });
    expect(refused).toMatchObject({
      code: "INVALID_INPUT",
      errors: [{ field: ["emailAddress"] }],
    });
    expect(JSON.stringify(refused.body)).toContain(
      "InvalidParameter.EmailAddress",
    );
    running.emulator.control.changeSettings({ emailForm: "any" });
    expect((await change({ emailAddress })).code).toBe("OK");
    const pending = await api.call(
      running.gateway.url,
      "listMessageContactVerifications",
      { contactId: TOM },
    );
    expect(pending.data).toMatchObject({
      items: [{ channel: "EMAIL", target: emailAddress }],
    });
  });

  it("forwards a member account of ten digits to the vendor", async () => {
    const answer = await api.call(running.gateway.url, "associateMembers", {
      contactId: TOM,
      targetIds: ["1234567890"],
    });
    expect(answer.code).toBe("BINDING_TARGET_NOT_FOUND");
    expect(calls()).toHaveLength(1);
  });

  it("refuses an empty update without an upstream call", async () => {
    const answer = await change({});
    expect(answer).toMatchObject({
      code: "INVALID_INPUT",
      errors: [{ field: null, rule: "any-of" }],
    });
    expect(JSON.stringify(answer.body)).toContain(
      "name, emailAddress, phoneNumber, title, messageTypes",
    );
    expect(calls()).toEqual([]);
  });
});

describe("a batch with an empty update", () => {
  const items = [{ contactId: TOM, name: "tim" }, { contactId: "c-two" }];

  it("is refused over REST without an upstream call", async () => {
    const response = await fetch(url("/batch-update"), {
      method: "POST",
      headers: JSON_TYPE,
      body: JSON.stringify({ inputs: items }),
    });
    expect(response.status).toBe(422);
    const { errors } = (await response.json()) as Problem;
    expect(errors).toMatchObject([{ field: ["inputs", "1"], rule: "any-of" }]);
    expect(calls()).toEqual([]);
  });

  it("is refused over GraphQL without an upstream call", async () => {
    const answer = await graphql(
      running,
      `
        mutation ($inputs: [UpdateMessageContactInput!]!) {
          updateMessageContacts(inputs: $inputs) {
            errors {
              code
              field
            }
          }
        }
      `,
      { inputs: items },
    );
    expect(answer).toMatchObject({
      data: {
        updateMessageContacts: {
          errors: [{ code: "INVALID_INPUT", field: ["inputs", "1"] }],
        },
      },
    });
    expect(calls()).toEqual([]);
  });
});

describe("a request without a body", () => {
  const ABSENT = "/c-nobody?retainContactInMembers=true";
  const BINDINGS = "/c-nobody/bindings?targetId=fd-Qm81rWc5Xe";
  const HEADERS: readonly Readonly<Record<string, string>>[] = [
    {},
    JSON_TYPE,
    { ...JSON_TYPE, "content-length": "0" },
    { "content-length": "0" },
    { "content-type": "text/plain" },
    { "content-type": "nonsense" },
  ];

  it.each(
    [ABSENT, BINDINGS].flatMap((path) =>
      HEADERS.map((headers) => ({ path, headers })),
    ),
  )("DELETE $path is the same with $headers", async ({ path, headers }) => {
    const answer = await bodyless("DELETE", path, headers);
    expect(answer).toMatchObject({ status: 404, code: "CONTACT_NOT_FOUND" });
    expect(calls()).toHaveLength(1);
  });

  it.each(HEADERS)("GET gives the same response with %j", async (headers) => {
    const answer = await bodyless("GET", `/${TOM}`, headers);
    expect(answer.status).toBe(200);
  });

  it("DELETE with a body is refused as before", async () => {
    const response = await fetch(url(ABSENT), {
      method: "DELETE",
      headers: JSON_TYPE,
      body: "{}",
    });
    expect(response.status).toBe(400);
    expect(calls()).toEqual([]);
  });
});
