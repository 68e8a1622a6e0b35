import type { ContactOperation } from "../../src/upstream/operations.js";

/** Arguments of an operation in the gateway's vocabulary; the contact is `contactId`. */
export type Input = Readonly<Record<string, unknown>>;

/** One violation, in the form of both APIs. */
export interface ReportedError {
  readonly code: string;
  readonly field: readonly string[] | null;
  readonly rule?: string;
}

/** A response, in one form for both APIs. */
export interface ApiResponse {
  readonly status: number;
  /** `OK` or the error code. */
  readonly code: string;
  readonly errors: readonly ReportedError[];
  /** Result of the operation; null if there is none. */
  readonly data: unknown;
  readonly headers: Headers;
  /** The whole body, unchanged. */
  readonly body: unknown;
}

/** One of the two APIs of the gateway. */
export interface Api {
  readonly name: "graphql" | "rest";
  call(
    gatewayUrl: string,
    operation: ContactOperation,
    input: Input,
    headers?: Readonly<Record<string, string>>,
  ): Promise<ApiResponse>;
}

const CONTACT =
  "id name emailAddress phoneNumber title messageTypes status statusRaw createdAt bindings { targetId kind }";
const ERRORS =
  "errors { __typename code message field upstream { code httpStatus requestId } ... on InvalidInputError { rule min max } ... on QuotaError { limit retryAfterSeconds } ... on ConflictError { retryAfterSeconds } }";
const PAGE = "totalCount pageNumber pageSize hasNextPage";
const DELETION =
  "contactId state failures { accountId messageTypes } observedAt";

/** Field, arguments and selection of each operation in GraphQL. */
const FIELDS: Readonly<
  Record<ContactOperation, { name: string; args: string; selection: string }>
> = {
  addMessageContact: {
    name: "addMessageContact",
    args: "AddMessageContactInput!",
    selection: `contact { id createdAt } ${ERRORS}`,
  },
  getMessageContact: {
    name: "messageContact",
    args: "id: ID!",
    selection: CONTACT,
  },
  listMessageContacts: {
    name: "messageContacts",
    args: "boundTo: ID, pageNumber: Int, pageSize: Int",
    selection: `${PAGE} items { ${CONTACT} associatedAt }`,
  },
  updateMessageContact: {
    name: "updateMessageContact",
    args: "UpdateMessageContactInput!",
    selection: `contact { id } ${ERRORS}`,
  },
  cancelMessageContactUpdate: {
    name: "cancelMessageContactUpdate",
    args: "CancelMessageContactUpdateInput!",
    selection: `contact { id } ${ERRORS}`,
  },
  deleteMessageContact: {
    name: "deleteMessageContact",
    args: "DeleteMessageContactInput!",
    selection: `deletion { ${DELETION} } ${ERRORS}`,
  },
  getMessageContactDeletionStatus: {
    name: "messageContactDeletionStatus",
    args: "contactId: ID!",
    selection: DELETION,
  },
  sendEmailVerificationForMessageContact: {
    name: "sendEmailVerificationForMessageContact",
    args: "SendEmailVerificationForMessageContactInput!",
    selection: `sentAt contact { id } ${ERRORS}`,
  },
  sendPhoneVerificationForMessageContact: {
    name: "sendPhoneVerificationForMessageContact",
    args: "SendPhoneVerificationForMessageContactInput!",
    selection: `sentAt contact { id } ${ERRORS}`,
  },
  listMessageContactVerifications: {
    name: "messageContactVerifications",
    args: "contactId: ID!, pageNumber: Int, pageSize: Int",
    selection: `${PAGE} items { contactId channel target }`,
  },
  associateMembers: {
    name: "associateMembers",
    args: "AssociateMembersInput!",
    selection: `changes { contactId targetId kind changedAt } contact { id } ${ERRORS}`,
  },
  disassociateMembers: {
    name: "disassociateMembers",
    args: "DisassociateMembersInput!",
    selection: `changes { contactId targetId kind changedAt } contact { id } ${ERRORS}`,
  },
};

/** The GraphQL document of an operation. */
export function documentFor(operation: ContactOperation): string {
  const { name, args, selection } = FIELDS[operation];
  if (!args.includes(":")) {
    return `mutation ($input: ${args}) { ${name}(input: $input) { ${selection} } }`;
  }
  const names = args.split(", ").map((arg) => arg.split(":")[0] ?? "");
  return `query (${args.replace(/(\w+):/g, "$$$1:")}) { ${name}(${names
    .map((arg) => `${arg}: $${arg}`)
    .join(", ")}) { ${selection} } }`;
}

interface GraphqlBody {
  data?: Record<string, ({ errors?: ReportedError[] } & object) | null> | null;
  errors?: {
    message: string;
    extensions: {
      code: string;
      violations?: { field: string[] | null; rule: string }[];
    };
  }[];
}

export const GRAPHQL: Api = {
  name: "graphql",
  call: async (gatewayUrl, operation, input, headers = {}) => {
    const { name, args } = FIELDS[operation];
    const { contactId, ...rest } = input;
    const variables = !args.includes(":")
      ? { input }
      : args.startsWith("id:")
        ? { id: contactId, ...rest }
        : input;
    const response = await fetch(`${gatewayUrl}/graphql`, {
      method: "POST",
      headers: { "content-type": "application/json", ...headers },
      body: JSON.stringify({ query: documentFor(operation), variables }),
    });
    const body = (await response.json()) as GraphqlBody;
    const data = body.data?.[name] ?? null;
    const top = body.errors?.[0]?.extensions;
    const errors = [
      ...(data?.errors ?? []),
      ...(top?.violations ?? []).map((one) => ({
        ...one,
        code: top?.code ?? "",
      })),
    ];
    return {
      status: response.status,
      code: top?.code ?? data?.errors?.[0]?.code ?? "OK",
      errors,
      data,
      headers: response.headers,
      body,
    };
  },
};

type Route = (input: Record<string, unknown>) => {
  method: string;
  path: string;
  body?: unknown;
};

const ROOT = "/v1/message-contacts";

function query(values: Record<string, unknown>): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(values)) {
    for (const one of [value].flat()) search.append(name, String(one));
  }
  return search.size === 0 ? "" : `?${search.toString()}`;
}

const pathOf = (contactId: unknown): string =>
  `${ROOT}/${encodeURIComponent(String(contactId))}`;

const ROUTES: Readonly<Record<ContactOperation, Route>> = {
  addMessageContact: (body) => ({ method: "POST", path: ROOT, body }),
  getMessageContact: ({ contactId }) => ({
    method: "GET",
    path: pathOf(contactId),
  }),
  listMessageContacts: (input) => ({
    method: "GET",
    path: `${ROOT}${query(input)}`,
  }),
  updateMessageContact: ({ contactId, ...body }) => ({
    method: "PATCH",
    path: pathOf(contactId),
    body,
  }),
  cancelMessageContactUpdate: ({ contactId, ...body }) => ({
    method: "POST",
    path: `${pathOf(contactId)}/cancel-update`,
    body,
  }),
  deleteMessageContact: ({ contactId, ...rest }) => ({
    method: "DELETE",
    path: `${pathOf(contactId)}${query(rest)}`,
  }),
  getMessageContactDeletionStatus: ({ contactId }) => ({
    method: "GET",
    path: `${pathOf(contactId)}/deletion`,
  }),
  sendEmailVerificationForMessageContact: ({ contactId, ...body }) => ({
    method: "POST",
    path: `${pathOf(contactId)}/verifications/email`,
    body,
  }),
  sendPhoneVerificationForMessageContact: ({ contactId, ...body }) => ({
    method: "POST",
    path: `${pathOf(contactId)}/verifications/phone`,
    body,
  }),
  listMessageContactVerifications: ({ contactId, ...rest }) => ({
    method: "GET",
    path: `${pathOf(contactId)}/verifications${query(rest)}`,
  }),
  associateMembers: ({ contactId, ...body }) => ({
    method: "POST",
    path: `${pathOf(contactId)}/bindings`,
    body,
  }),
  disassociateMembers: ({ contactId, targetIds }) => ({
    method: "DELETE",
    path: `${pathOf(contactId)}/bindings${query(
      targetIds === undefined ? {} : { targetId: targetIds },
    )}`,
  }),
};

interface ProblemBody {
  code?: string;
  errors?: { field: string[] | null; rule: string }[];
}

/** A proxy that validates exchanges against the OpenAPI document (`npm run test:tools`). */
const REST_PROXY = process.env["REST_PROXY"];

export const REST: Api = {
  name: "rest",
  call: async (gatewayUrl, operation, input, headers = {}) => {
    const { method, path, body } = ROUTES[operation]({ ...input });
    const response = await fetch(`${REST_PROXY ?? gatewayUrl}${path}`, {
      method,
      headers: {
        ...(REST_PROXY === undefined ? {} : { "x-judged-gateway": gatewayUrl }),
        ...(body === undefined ? {} : { "content-type": "application/json" }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const answer = (await response.json()) as ProblemBody;
    const code = response.ok ? "OK" : (answer.code ?? "");
    return {
      status: response.status,
      code,
      errors: response.ok
        ? []
        : (answer.errors ?? []).map((one) => ({ ...one, code })),
      data: response.ok ? answer : null,
      headers: response.headers,
      body: answer,
    };
  },
};

export const APIS: readonly Api[] = [GRAPHQL, REST];
