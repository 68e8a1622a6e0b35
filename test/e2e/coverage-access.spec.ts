import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { FEATURES } from "../../src/access/rights/features.js";
import { SCOPES, type Scope } from "../../src/context/caller.js";
import { COVERAGE_APIS } from "../support/coverage-apis.js";
import { startBoth, type Running } from "../support/running.js";
import {
  bearer,
  keysFor,
  newFolder,
  type KeyRow,
} from "../support/signed-in.js";

const NAMES = [
  "coverage",
  "recipients",
  "deletionPreview",
  "replaceMessageContact",
] as const;

/** Does not exist, so that the allowed replacement changes nothing. */
const CONTACT = "c-neverExistedHere0";
const ACCOUNT = "1997968394350002";

const scopesOf = (name: (typeof NAMES)[number]): readonly Scope[] =>
  FEATURES[name].scopes;

/** Callers that have one scope, all but one, none and all. */
const CALLERS: Readonly<Record<string, KeyRow>> = {
  nobody: { scopes: [] },
  everything: { scopes: SCOPES },
  ...Object.fromEntries(
    SCOPES.flatMap((scope) => [
      [`only.${scope.replace(":", ".")}`, { scopes: [scope] }],
      [
        `without.${scope.replace(":", ".")}`,
        { scopes: SCOPES.filter((other) => other !== scope) },
      ],
    ]),
  ),
  reader: { scopes: scopesOf("coverage") },
  replacer: { scopes: scopesOf("replaceMessageContact") },
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

/** Sends a request of one feature and resolves with `OK` or the error code. */
async function codeOf(
  name: (typeof NAMES)[number],
  apiName: string,
  headers: Readonly<Record<string, string>>,
): Promise<string> {
  const { url } = running.gateway;
  const api = COVERAGE_APIS.find((one) => one.name === apiName);
  if (api === undefined) throw new Error(apiName);
  switch (name) {
    case "coverage":
      return (await api.coverage(url, { pageSize: 1 }, headers)).code;
    case "recipients":
      return (await api.recipients(url, { accountId: ACCOUNT }, headers)).code;
    case "deletionPreview":
      return (await api.deletionPreview(url, { contactId: CONTACT }, headers))
        .code;
    case "replaceMessageContact":
      return replace(api.name, headers);
  }
}

async function replace(
  apiName: string,
  headers: Readonly<Record<string, string>>,
): Promise<string> {
  const body = { replacementId: "c-neverExistedHere1" };
  const [path, sent] =
    apiName === "REST"
      ? [`/v1/message-contacts/${CONTACT}/replace`, body]
      : [
          "/graphql",
          {
            query:
              "mutation ($input: ReplaceMessageContactInput!) { replaceMessageContact(input: $input) { errors { code } } }",
            variables: { input: { contactId: CONTACT, ...body } },
          },
        ];
  const response = await fetch(running.gateway.url + path, {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body: JSON.stringify(sent),
  });
  const answer = (await response.json()) as {
    code?: string;
    errors?: readonly { extensions?: { code: string } }[];
    data?: {
      replaceMessageContact: { errors: readonly { code: string }[] } | null;
    };
  };
  return (
    answer.code ??
    answer.errors?.[0]?.extensions?.code ??
    answer.data?.replaceMessageContact?.errors[0]?.code ??
    "OK"
  );
}

describe.each(COVERAGE_APIS.map(({ name }) => name))(
  "caller × coverage feature over %s",
  (api) => {
    describe.each(NAMES)("%s", (feature) => {
      it.each(Object.entries(CALLERS))(
        "requires all of its scopes from %s",
        async (caller, { scopes }) => {
          const { control } = running.emulator;
          control.clearCalls();
          const code = await codeOf(feature, api, bearer(keys[caller] ?? ""));
          if (scopesOf(feature).every((scope) => scopes.includes(scope))) {
            expect(["OK", "CONTACT_NOT_FOUND"]).toContain(code);
          } else {
            expect(code).toBe("FORBIDDEN");
            expect(control.calls()).toEqual([]);
          }
        },
      );

      it("is refused without a credential", async () => {
        const { control } = running.emulator;
        control.clearCalls();
        expect(await codeOf(feature, api, {})).toBe("UNAUTHENTICATED");
        expect(control.calls()).toEqual([]);
      });
    });
  },
);
