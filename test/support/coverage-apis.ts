/** A response of one API, in one form for both. */
export interface Reported<R> {
  readonly status: number;
  /** `OK` or the error code. */
  readonly code: string;
  /** The result; null for an error, and in GraphQL for an unknown id. */
  readonly data: R | null;
  readonly headers: Headers;
}

export interface CoveredAccount {
  readonly accountId: string;
  readonly accountName: string;
  readonly folderId: string;
  readonly hasGap: boolean;
  readonly messageTypes: readonly {
    readonly messageType: string;
    readonly boundActive: number;
    readonly boundVerifying: number;
    readonly gap: string | null;
  }[];
}

export interface AccountPage {
  readonly items: readonly CoveredAccount[];
  readonly totalCount: number;
  readonly pageNumber: number;
  readonly pageSize: number;
  readonly hasNextPage: boolean;
}

export interface Coverage extends AccountPage {
  readonly summary: {
    readonly accounts: number;
    readonly accountsWithGaps: number;
    readonly messageTypes: readonly Readonly<Record<string, string | number>>[];
  };
}

export interface Recipients {
  readonly accountId: string;
  readonly accountName: string;
  readonly path: readonly string[];
  readonly recipients: readonly {
    readonly contact: {
      readonly id: string;
      readonly name: string;
      readonly emailAddress: string | null;
    };
    readonly bindings: readonly { readonly targetId: string }[];
  }[];
}

export interface Preview extends AccountPage {
  readonly contactId: string;
  readonly boundAccounts: number;
  readonly isSafe: boolean;
}

type Arguments = Readonly<Record<string, unknown>>;
type Headings = Readonly<Record<string, string>>;

/** The reports over one API. */
export interface CoverageApi {
  readonly name: string;
  readonly coverage: (
    url: string,
    args?: Arguments,
    headers?: Headings,
  ) => Promise<Reported<Coverage>>;
  readonly recipients: (
    url: string,
    args: Arguments,
    headers?: Headings,
  ) => Promise<Reported<Recipients>>;
  readonly deletionPreview: (
    url: string,
    args: Arguments,
    headers?: Headings,
  ) => Promise<Reported<Preview>>;
}

const ACCOUNTS =
  "items { accountId accountName folderId hasGap messageTypes { messageType boundActive boundVerifying gap } } totalCount pageNumber pageSize hasNextPage";

async function overGraphql<R>(
  url: string,
  field: string,
  types: Arguments,
  selection: string,
  args: Arguments,
  headers: Headings = {},
): Promise<Reported<R>> {
  const names = Object.keys(args);
  const declared = names.map((name) => `$${name}: ${String(types[name])}`);
  const passed = names.map((name) => `${name}: $${name}`);
  const listOf = (parts: readonly string[]): string =>
    parts.length === 0 ? "" : `(${parts.join(", ")})`;
  const response = await fetch(`${url}/graphql`, {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body: JSON.stringify({
      query: `query ${listOf(declared)} { ${field}${listOf(passed)} { ${selection} } }`,
      variables: args,
    }),
  });
  const { data, errors } = (await response.json()) as {
    data?: Readonly<Record<string, R | null>> | null;
    errors?: readonly { extensions: { code: string } }[];
  };
  return {
    status: response.status,
    code: errors?.[0]?.extensions.code ?? "OK",
    data: data?.[field] ?? null,
    headers: response.headers,
  };
}

async function overRest<R>(
  url: string,
  path: string,
  args: Arguments,
  headers: Headings = {},
): Promise<Reported<R>> {
  const query = new URLSearchParams(
    Object.entries(args).flatMap(([name, value]) =>
      [value].flat().map((one): [string, string] => [name, String(one)]),
    ),
  );
  const response = await fetch(`${url}/v1/${path}?${query.toString()}`, {
    headers,
  });
  const body = (await response.json()) as R & { code?: string };
  return {
    status: response.status,
    code: body.code ?? "OK",
    data: response.ok ? body : null,
    headers: response.headers,
  };
}

export const COVERAGE_APIS: readonly CoverageApi[] = [
  {
    name: "GraphQL",
    coverage: (url, args = {}, headers) =>
      overGraphql(
        url,
        "coverage",
        {
          requiredTypes: "[MessageType!]",
          minRecipients: "Int",
          under: "ID",
          onlyGaps: "Boolean",
          pageNumber: "Int",
          pageSize: "Int",
        },
        `summary { accounts accountsWithGaps messageTypes { messageType coveredAccounts nobodyAccounts onlyUnverifiedAccounts tooFewAccounts } } ${ACCOUNTS}`,
        args,
        headers,
      ),
    recipients: (url, args, headers) =>
      overGraphql(
        url,
        "recipients",
        { accountId: "ID!", messageType: "MessageType" },
        "accountId accountName path recipients { contact { id name emailAddress } bindings { targetId } }",
        args,
        headers,
      ),
    deletionPreview: (url, args, headers) =>
      overGraphql(
        url,
        "deletionPreview",
        { contactId: "ID!", pageNumber: "Int", pageSize: "Int" },
        `contactId boundAccounts isSafe ${ACCOUNTS}`,
        args,
        headers,
      ),
  },
  {
    name: "REST",
    coverage: (url, args = {}, headers) =>
      overRest(url, "coverage", args, headers),
    recipients: (url, { accountId, ...args }, headers) =>
      overRest(url, `accounts/${String(accountId)}/recipients`, args, headers),
    deletionPreview: (url, { contactId, ...args }, headers) =>
      overRest(
        url,
        `message-contacts/${String(contactId)}/deletion-preview`,
        args,
        headers,
      ),
  },
];
