import { rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  afterAll,
  afterEach,
  beforeAll,
  describe,
  expect,
  it,
} from "@jest/globals";
import { FEATURES } from "../../src/access/rights/features.js";
import { SCOPES, type Scope } from "../../src/context/caller.js";
import { contacts } from "../support/contacts-plan/contacts-command.js";
import { startBoth, type Running } from "../support/running.js";
import {
  bearer,
  keysFor,
  newFolder,
  type KeyRow,
} from "../support/signed-in.js";

type Name = "contactsPlan" | "applyContactsPlan" | "exportContacts";

/** A request of a feature. */
interface Ask {
  readonly label: string;
  readonly feature: Name;
  readonly path: string;
  readonly body?: object;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Empty, so that the allowed requests change nothing. */
const INPUT = { contacts: [] };

const ASKS: readonly Ask[] = [
  {
    label: "Query.contactsPlan",
    feature: "contactsPlan",
    path: "/graphql",
    body: {
      query:
        "query ($input: ContactsPlanInput!) { contactsPlan(input: $input) { isEmpty } }",
      variables: { input: INPUT },
    },
  },
  {
    label: "Mutation.applyContactsPlan",
    feature: "applyContactsPlan",
    path: "/graphql",
    body: {
      query:
        'mutation ($input: ContactsPlanInput!) { applyContactsPlan(input: $input, digest: "x") { isComplete errors { code } } }',
      variables: { input: INPUT },
    },
  },
  {
    label: "POST /v1/plan",
    feature: "contactsPlan",
    path: "/v1/plan",
    body: INPUT,
  },
  {
    label: "POST /v1/apply",
    feature: "applyContactsPlan",
    path: "/v1/apply",
    body: INPUT,
    headers: { "if-match": "*" },
  },
  {
    label: "POST /v1/import",
    feature: "applyContactsPlan",
    path: "/v1/import",
    body: INPUT,
  },
  { label: "GET /v1/export", feature: "exportContacts", path: "/v1/export" },
];

const scopesOf = (name: Name): readonly Scope[] => FEATURES[name].scopes;

const nameOf = (scope: Scope): string => scope.replace(":", ".");

/** Callers without one scope, with none, with all, and with just those of a feature. */
const CALLERS: Readonly<Record<string, KeyRow>> = {
  nobody: { scopes: [] },
  everything: { scopes: SCOPES },
  planner: { scopes: scopesOf("contactsPlan") },
  applier: { scopes: scopesOf("applyContactsPlan") },
  reader: { scopes: ["contacts:read"] },
  ...Object.fromEntries(
    SCOPES.map((scope) => [
      `without.${nameOf(scope)}`,
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
    { API_KEYS_FILE: folder.write("keys.json", file), AUDIT_LOG: "none" },
  );
});

afterAll(async () => {
  await running.stop();
  folder.remove();
});

/** Sends a request and resolves with the text of the response. */
async function send(
  { path, body, headers = {} }: Ask,
  credential: Readonly<Record<string, string>>,
): Promise<string> {
  const response = await fetch(running.gateway.url + path, {
    ...(body === undefined
      ? { method: "GET" }
      : { method: "POST", body: JSON.stringify(body) }),
    headers: {
      ...(body === undefined ? {} : { "content-type": "application/json" }),
      ...headers,
      ...credential,
    },
  });
  return response.text();
}

describe.each(ASKS)("$label", (ask) => {
  it.each(Object.entries(CALLERS))(
    "requires all of its scopes from %s",
    async (caller, { scopes }) => {
      const { control } = running.emulator;
      control.clearCalls();
      const answer = await send(ask, bearer(keys[caller] ?? ""));
      const isAllowed = scopesOf(ask.feature).every((one) =>
        scopes.includes(one),
      );
      expect(answer.includes('"FORBIDDEN"')).toBe(!isAllowed);
      expect(control.calls().length > 0).toBe(isAllowed);
    },
  );

  it("is refused without a credential", async () => {
    const { control } = running.emulator;
    control.clearCalls();
    expect(await send(ask, {})).toContain("UNAUTHENTICATED");
    expect(control.calls()).toEqual([]);
  });
});

describe("applying a plan that deletes", () => {
  const APPLYING = ASKS.filter(
    ({ feature }) => feature === "applyContactsPlan",
  );

  it.each(APPLYING)(
    "requires contacts:delete from $label, without an upstream call",
    async (ask) => {
      const { control } = running.emulator;
      control.clearCalls();
      const input = { ...INPUT, prune: true };
      const pruning = {
        ...ask,
        body:
          ask.path === "/graphql"
            ? { ...ask.body, variables: { input } }
            : input,
      };
      const caller = keys["without.contacts.delete"] ?? "";
      expect(await send(pruning, bearer(caller))).toContain('"FORBIDDEN"');
      expect(control.calls()).toEqual([]);
    },
  );
});

describe("contacts plan", () => {
  afterEach(() => {
    delete process.env["GATEWAY_URL"];
    delete process.env["GATEWAY_KEY"];
  });

  it("requires no scope for changes, and names the line of a problem", async () => {
    process.env["GATEWAY_URL"] = running.gateway.url;
    process.env["GATEWAY_KEY"] = keys["planner"] ?? "";
    const file = join(tmpdir(), `people-${process.pid}.csv`);
    await writeFile(file, "name,targets\ntom,nowhere\n");
    try {
      const { out, err } = await contacts("plan", file);
      expect(err).toBe("");
      expect(out).toContain("Problem, line 2: ");
    } finally {
      await rm(file);
    }
  });
});

describe("an export", () => {
  const EXPORT = "/v1/export?format=csv";

  it("has addresses and numbers only for a caller who may read them", async () => {
    const ask: Ask = { label: "", feature: "exportContacts", path: EXPORT };
    const everything = await send(ask, bearer(keys["everything"] ?? ""));
    expect(everything).toContain("@example.com");
    const reader = await send(ask, bearer(keys["reader"] ?? ""));
    expect(reader).not.toMatch(/@|13900000/);
    expect(reader).toContain("tom");
  });
});
