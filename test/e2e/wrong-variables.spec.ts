import {
  afterAll,
  beforeAll,
  beforeEach,
  describe,
  expect,
  it,
} from "@jest/globals";
import { startBoth, type Running } from "../support/running.js";
import { bearer, keysFor, newFolder } from "../support/signed-in.js";

const { file, keys } = keysFor({
  reader: { scopes: ["contacts:read"] },
  writer: { scopes: ["contacts:write"] },
});
const folder = newFolder();

const ADD =
  'mutation ($kinds: [MessageType!]!) { addMessageContact(input: { name: "Ada", emailAddress: "ada@example.com", title: CEO, messageTypes: $kinds }) { errors { code } } }';

interface Answer {
  readonly status: number;
  readonly codes: readonly string[];
  readonly body: Readonly<Record<string, unknown>>;
}

let running: Running;

beforeAll(async () => {
  running = await startBoth(
    {},
    { API_KEYS_FILE: folder.write("keys.json", file), AUDIT_LOG: "none" },
  );
});

afterAll(async () => {
  await running.stop();
  folder.remove();
});

beforeEach(() => running.emulator.control.clearCalls());

async function ask(key: string, kinds: readonly unknown[]): Promise<Answer> {
  const response = await fetch(`${running.gateway.url}/graphql`, {
    method: "POST",
    headers: { "content-type": "application/json", ...bearer(key) },
    body: JSON.stringify({ query: ADD, variables: { kinds } }),
  });
  const body = (await response.json()) as {
    errors?: { extensions: { code: string } }[];
  };
  const codes = (body.errors ?? []).map(({ extensions: { code } }) => code);
  return { status: response.status, codes, body: { ...body } };
}

const wrong = (count: number): string[] => new Array<string>(count).fill("NO");

describe("a request with a list of invalid items in its variables", () => {
  it("gets 403 and one error when the caller lacks the scope", async () => {
    // The document is new the first time and known the second time.
    for (let time = 0; time < 2; time++) {
      const { status, codes, body } = await ask(keys.reader, wrong(12_000));
      expect(status).toBe(403);
      expect(codes).toEqual(["FORBIDDEN"]);
      expect(body).not.toHaveProperty("data");
    }
    expect(running.emulator.control.calls()).toHaveLength(0);
  });

  it("gets 400 and one error with the first fifty violations", async () => {
    for (let time = 0; time < 2; time++) {
      const { status, codes, body } = await ask(keys.writer, wrong(12_000));
      expect(status).toBe(400);
      expect(codes).toEqual(["BAD_REQUEST"]);
      const { errors } = body as {
        errors: { extensions: { violations: object[] } }[];
      };
      expect(errors[0]?.extensions.violations).toHaveLength(50);
      expect(JSON.stringify(body).length).toBeLessThan(20_000);
    }
  });

  it("gets the same response as a valid request when the caller lacks the scope", async () => {
    const right = await ask(keys.reader, ["FAULT_MESSAGE"]);
    const bad = await ask(keys.reader, wrong(3));
    expect([right.status, right.codes]).toEqual([bad.status, bad.codes]);
  });
});
