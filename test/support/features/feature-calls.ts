import type { Feature } from "../../../src/access/rights/features.js";
import {
  SAMPLE_SEED,
  type Seed,
} from "../../../src/emulator/contacts/seeds.js";
import { BEN, MARTA, TOM } from "../emulator-fixture.js";

/** Bound to the accounts …02 and …03. */
const OLGA = "c-D7eLz1oV5kMpX0Gt";

/** One request of a feature over one API. */
export interface FeatureCall {
  /** Root field, or method and path. */
  readonly label: string;
  readonly path: string;
  /** A read over GET when it is omitted. */
  readonly body?: object;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Result of one step or item of a write. */
export interface StepResult {
  readonly status: "DONE" | "FAILED" | "NOT_ATTEMPTED";
  readonly code: string | null;
}

/** A response, in one form for both APIs. */
export interface FeatureAnswer {
  /** `OK`, also with results that failed, or the error code of the whole request. */
  readonly code: string;
  readonly results: readonly StepResult[];
  /** What the feature returned. */
  readonly data: unknown;
}

const query = (
  feature: Feature,
  selection: string,
  args = "",
): FeatureCall => ({
  label: `Query.${feature}`,
  path: "/graphql",
  body: { query: `{ ${feature}${args} { ${selection} } }` },
});

const mutation = (
  feature: Feature,
  declared: string,
  passed: string,
  selection: string,
  variables: object,
): FeatureCall => ({
  label: `Mutation.${feature}`,
  path: "/graphql",
  body: {
    query: `mutation (${declared}) { ${feature}(${passed}) { isComplete results { status errors { code } ${selection} } errors { code } } }`,
    variables,
  },
});

const get = (path: string): FeatureCall => ({
  label: `GET ${path}`,
  path,
});

const post = (
  path: string,
  body: object,
  headers: Readonly<Record<string, string>> = {},
): FeatureCall => ({ label: `POST ${path}`, path, body, headers });

const UPDATES = [
  { contactId: TOM, title: "CEO" },
  { contactId: OLGA, title: "CEO" },
];

const ITEMS = [
  { contactId: BEN, channel: "EMAIL" },
  { contactId: BEN, channel: "PHONE" },
];

const REPLACEMENT = { replacementId: MARTA, force: true };

/** Adds anna, renames and rebinds Olga, and deletes Tom, with one call each. */
export const PLANNED = {
  prune: true,
  contacts: [
    {
      name: "anna",
      emailAddress: "anna@example.com",
      title: "CEO",
      messageTypes: ["SECURITY_MESSAGE"],
      targets: ["1997968394350001"],
    },
    { id: OLGA, name: "olga", targets: ["1997968394350002"] },
    { id: MARTA, name: "Marta" },
    { id: BEN, name: "Ben" },
  ],
};

/** The contacts of `FEATURE_CALLS`, in the sample directory. */
export const FEATURE_SEED: Seed = {
  ...SAMPLE_SEED,
  contacts: SAMPLE_SEED.contacts.filter(({ contactId }) =>
    [TOM, OLGA, MARTA, BEN].includes(contactId),
  ),
};

const PLAN = "digest isEmpty changes { kind name targetIds } problems { code }";
const APPLIED = "kind name contactId targetIds";

/** Requests of each feature over both APIs. Each vendor call of a write is one result. */
export const FEATURE_CALLS: Readonly<Record<Feature, readonly FeatureCall[]>> =
  {
    bindingTargets: [
      query("bindingTargets", "totalCount items { id name path }"),
      get("/v1/binding-targets"),
    ],
    updateMessageContacts: [
      mutation(
        "updateMessageContacts",
        "$inputs: [UpdateMessageContactInput!]!",
        "inputs: $inputs",
        "contactId",
        { inputs: UPDATES },
      ),
      post("/v1/message-contacts/batch-update", { inputs: UPDATES }),
    ],
    pendingVerifications: [
      query(
        "pendingVerifications",
        "totalCount items { contactId channel target unreceivedMessageTypes }",
      ),
      get("/v1/pending-verifications"),
    ],
    sendVerifications: [
      mutation(
        "sendVerifications",
        "$items: [SendVerificationInput!]!",
        "items: $items",
        "contactId channel",
        { items: ITEMS },
      ),
      post("/v1/pending-verifications/send", { items: ITEMS }),
    ],
    recipients: [
      query(
        "recipients",
        "accountName recipients { contact { name } bindings { targetId } }",
        '(accountId: "1997968394350002")',
      ),
      get("/v1/accounts/1997968394350002/recipients"),
    ],
    coverage: [
      query(
        "coverage",
        "summary { accounts accountsWithGaps } items { accountId messageTypes { messageType gap } }",
        "(minRecipients: 2)",
      ),
      get("/v1/coverage?minRecipients=2&onlyGaps=false"),
    ],
    deletionPreview: [
      query(
        "deletionPreview",
        "boundAccounts isSafe items { accountId }",
        `(contactId: "${TOM}")`,
      ),
      get(`/v1/message-contacts/${TOM}/deletion-preview`),
    ],
    replaceMessageContact: [
      mutation(
        "replaceMessageContact",
        "$input: ReplaceMessageContactInput!",
        "input: $input",
        "kind targetIds",
        { input: { contactId: OLGA, ...REPLACEMENT } },
      ),
      post(`/v1/message-contacts/${OLGA}/replace`, REPLACEMENT),
    ],
    contactsPlan: [
      {
        label: "Query.contactsPlan",
        path: "/graphql",
        body: {
          query: `query ($input: ContactsPlanInput!) { contactsPlan(input: $input) { ${PLAN} } }`,
          variables: { input: PLANNED },
        },
      },
      post("/v1/plan", PLANNED),
      post("/v1/import?dryRun=true&prune=true", { contacts: PLANNED.contacts }),
    ],
    applyContactsPlan: [
      mutation(
        "applyContactsPlan",
        "$input: ContactsPlanInput!, $digest: String!",
        "input: $input, digest: $digest",
        APPLIED,
        { input: PLANNED, digest: "of another plan" },
      ),
      post("/v1/apply", PLANNED, { "if-match": "*" }),
      post("/v1/import?prune=true", { contacts: PLANNED.contacts }),
    ],
    exportContacts: [
      get("/v1/export?format=json"),
      get("/v1/export?format=csv"),
    ],
  };

type Body = Readonly<Record<string, unknown>>;

/** Sends a request of a feature. */
export async function askFeature(
  gatewayUrl: string,
  { path, body, headers = {} }: FeatureCall,
  more: Readonly<Record<string, string>> = {},
): Promise<FeatureAnswer> {
  const response = await fetch(gatewayUrl + path, {
    ...(body === undefined
      ? {}
      : { method: "POST", body: JSON.stringify(body) }),
    headers: {
      ...(body === undefined ? {} : { "content-type": "application/json" }),
      ...headers,
      ...more,
    },
  });
  const text = await response.text();
  const isJson = response.headers.get("content-type")?.includes("json");
  if (isJson !== true) return { code: "OK", results: [], data: text };
  const parsed = JSON.parse(text, (key, value: unknown) =>
    // The time of a read, which differs from run to run.
    key === "firstSeenAt" ? undefined : value,
  ) as Body;
  return path === "/graphql" ? fromGraphql(parsed) : fromRest(parsed);
}

interface Coded {
  readonly code: string;
}

function fromGraphql(body: Body): FeatureAnswer {
  const [top] = (body["errors"] ?? []) as { extensions: Coded }[];
  const [value] = Object.values(
    (body["data"] ?? {}) as Body,
  ) as (Body | null)[];
  const results = (value?.["results"] ?? []) as {
    status: StepResult["status"];
    errors: Coded[];
  }[];
  const [error] = (value?.["errors"] ?? []) as Coded[];
  return {
    code:
      top?.extensions.code ??
      (results.length > 0 ? "OK" : (error?.code ?? "OK")),
    results: results.map(({ status, errors }) => ({
      status,
      code: errors[0]?.code ?? null,
    })),
    data: value ?? null,
  };
}

function fromRest(body: Body): FeatureAnswer {
  const results = (body["results"] ?? []) as {
    status: StepResult["status"];
    problem: Coded | null;
  }[];
  return {
    code: typeof body["code"] === "string" ? body["code"] : "OK",
    results: results.map(({ status, problem }) => ({
      status,
      code: problem?.code ?? null,
    })),
    data: body,
  };
}
