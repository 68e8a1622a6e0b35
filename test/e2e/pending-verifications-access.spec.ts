import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { FEATURES } from "../../src/access/rights/features.js";
import { SCOPES, type Scope } from "../../src/context/caller.js";
import type { FaultInput } from "../../src/emulator/faults/faults.js";
import { BEN, MARTA } from "../support/emulator-fixture.js";
import { startBoth, type Running } from "../support/running.js";
import {
  bearer,
  keysFor,
  newFolder,
  type KeyRow,
} from "../support/signed-in.js";

const FEATURE_NAMES = ["pendingVerifications", "sendVerifications"] as const;
type Name = (typeof FEATURE_NAMES)[number];

const scopesOf = (name: Name): readonly Scope[] => FEATURES[name].scopes;

/** Callers without one scope, with none, with all, and with just those of a feature. */
const CALLERS: Readonly<Record<string, KeyRow>> = {
  nobody: { scopes: [] },
  everything: { scopes: SCOPES },
  sender: { scopes: scopesOf("sendVerifications") },
  ...Object.fromEntries(
    SCOPES.map((scope) => [
      `without.${scope.replace(":", ".")}`,
      { scopes: SCOPES.filter((other) => other !== scope) },
    ]),
  ),
};

const { file, keys } = keysFor(CALLERS);
const folder = newFolder();
let running: Running;

beforeAll(async () => {
  running = await startBoth(
    { seed: "sample" },
    {
      API_KEYS_FILE: folder.write("keys.json", file),
      AUDIT_LOG: "none",
      VERIFICATION_COOLDOWN_SECONDS: "0",
    },
  );
});

afterAll(async () => {
  await running.stop();
  folder.remove();
});

const ITEMS = [{ contactId: BEN, channel: "EMAIL" }];

const queries = (items: object): Readonly<Record<Name, object>> => ({
  pendingVerifications: {
    query: "{ pendingVerifications { totalCount items { target } } }",
  },
  sendVerifications: {
    query:
      "mutation ($items: [SendVerificationInput!]!) { sendVerifications(items: $items) { results { errors { code message } } errors { code } } }",
    variables: { items },
  },
});

/** Sends a request of a feature over both APIs; resolves with the texts of the responses. */
async function ask(
  name: Name,
  headers: Readonly<Record<string, string>>,
  items = ITEMS,
): Promise<readonly [graphql: string, rest: string]> {
  const { url } = running.gateway;
  const post = async (path: string, body: object): Promise<string> => {
    const response = await fetch(url + path, {
      method: "POST",
      headers: { "content-type": "application/json", ...headers },
      body: JSON.stringify(body),
    });
    return response.text();
  };
  const rest =
    name === "sendVerifications"
      ? post("/v1/pending-verifications/send", { items })
      : fetch(`${url}/v1/pending-verifications`, { headers }).then((answer) =>
          answer.text(),
        );
  return [await post("/graphql", queries(items)[name]), await rest];
}

describe.each(FEATURE_NAMES)("%s", (name) => {
  it.each(Object.entries(CALLERS))(
    "requires all of its scopes from %s, over both APIs",
    async (caller, { scopes }) => {
      const { control } = running.emulator;
      control.clearCalls();
      const answers = await ask(name, bearer(keys[caller] ?? ""));
      const isAllowed = scopesOf(name).every((one) => scopes.includes(one));
      for (const answer of answers) {
        expect(answer.includes('"FORBIDDEN"')).toBe(!isAllowed);
      }
      if (!isAllowed) expect(control.calls()).toEqual([]);
    },
  );

  it("is refused without a credential", async () => {
    for (const answer of await ask(name, {})) {
      expect(answer).toContain("UNAUTHENTICATED");
    }
  });

  it("shows no address and no number to a caller who may not read them", async () => {
    const headers = bearer(keys["sender"] ?? "");
    running.emulator.control.addFault({
      operation: "SendEmailVerificationForMessageContact",
      effect: "error",
      code: "EntityNotExists.Contact.Verification",
      times: null,
    });
    // Marta: too many messages were sent to Ben.
    const answers = await ask(name, headers, [
      { contactId: MARTA, channel: "EMAIL" },
    ]);
    running.emulator.control.clearFaults();
    for (const answer of answers) {
      expect(answer).not.toMatch(/ben@example|marta\.new@|13900000005/);
    }
    expect(answers.join("")).toMatch(/\*\*\*|VERIFICATION_NOT_PENDING/);
  });
});

const FAULTS: readonly FaultInput[] = [
  { effect: "reset", when: "before" },
  { effect: "cutBody", when: "after" },
  { effect: "badJson", when: "after" },
  { effect: "emptyObject", when: "after" },
  { effect: "status503", when: "before" },
  { effect: "wrongShape" },
  { effect: "wrongId" },
  { effect: "error", code: "NoPermission" },
];

describe("the report under faults", () => {
  it.each(["ListMessageContacts", "ListMessageContactVerifications"])(
    "is complete or fails, whatever %s answers",
    async (operation) => {
      const { control } = running.emulator;
      const headers = {
        ...bearer(keys["everything"] ?? ""),
        "cache-control": "no-cache",
      };
      const report = async (): Promise<unknown> => {
        const response = await fetch(
          `${running.gateway.url}/v1/pending-verifications`,
          { headers },
        );
        return response.status === 200
          ? response.json()
          : ((await response.json()) as { code: string }).code;
      };
      const expected = await report();
      expect(expected).toMatchObject({
        items: expect.arrayContaining([
          expect.objectContaining({ contactId: MARTA }),
        ]) as unknown,
      });
      for (const fault of FAULTS) {
        for (const times of [1, null]) {
          control.clearFaults();
          control.addFault({ ...fault, operation, skip: 0, times });
          const outcome = await report();
          const isFailure =
            typeof outcome === "string" && outcome.startsWith("UPSTREAM_");
          expect({ fault, times, outcome }).toEqual({
            fault,
            times,
            outcome: isFailure ? outcome : expected,
          });
        }
      }
      control.clearFaults();
    },
    60_000,
  );
});
