import { BEN, MARTA, TOM } from "./emulator-fixture.js";

/** Upstream calls that a request makes. */
export interface CostRow {
  /** Description of the request. */
  readonly request: string;
  readonly api: "graphql" | "rest";
  /** A document, or method and path. */
  readonly ask: string;
  readonly variables?: Readonly<Record<string, unknown>>;
  readonly body?: object;
  readonly headers?: Readonly<Record<string, string>>;
  /** Vendor actions, sorted; the table in docs/clients.md states how many there are. */
  readonly calls: readonly string[];
  /** Maximum number of these that run in parallel. */
  readonly inParallel: number;
}

const times = (count: number, action: string): string[] =>
  new Array<string>(count).fill(action);

const GET = "GetMessageContact";
const LIST = "ListMessageContacts";
const PENDING = "ListMessageContactVerifications";
const DELETION = "GetMessageContactDeletionStatus";
const UPDATE = "UpdateMessageContact";

/** A report about 200 accounts and up to 100 contacts. */
const REPORT = ["GetResourceDirectory", ...times(2, "ListAccounts"), LIST];

/** The accounts of a directory are kept for a minute. */
const UNCACHED = { "cache-control": "no-cache" };

/** Bound to two accounts. */
const OLGA = "c-D7eLz1oV5kMpX0Gt";
const DIRECTORY = ["GetResourceDirectory", "ListAccounts", "ListAccounts"];

const ZOE = {
  name: "zoe",
  emailAddress: "zoe@example.com",
  title: "CEO",
  messageTypes: ["FAULT_MESSAGE"],
};

const CONTACT = "id name emailAddress status bindings { targetId kind }";
const UPDATE_TOM = { contactId: TOM, title: "CEO" };

/** Whether a request only reads, so that equal requests share its calls. */
export function isShared({ api, ask }: CostRow): boolean {
  return api === "rest" ? ask.startsWith("GET ") : !ask.startsWith("mutation");
}

/** Upstream calls of any number of equal requests within one lifetime of the cache. */
export function callsUnderLoad(row: CostRow): string {
  return `${row.calls.length} ${isShared(row) ? "for all" : "each"}`;
}

/** The rows of the cost table in docs/clients.md; a test counts the calls of each. */
export const COSTS: readonly CostRow[] = [
  {
    request: "A contact with its `bindings`",
    api: "graphql",
    ask: `{ messageContact(id: "${TOM}") { ${CONTACT} } }`,
    calls: [GET],
    inParallel: 1,
  },
  {
    request:
      "A contact page: contact, `bindings`, `pendingVerifications` and `deletion`",
    api: "graphql",
    ask: `{ messageContact(id: "${MARTA}") { ${CONTACT} pendingVerifications { target channel } deletion { state } } }`,
    calls: [GET, DELETION, PENDING],
    inParallel: 3,
  },
  {
    request: "The same contact page, as `node`",
    api: "graphql",
    ask: `{ node(id: "${MARTA}") { id ... on MessageContact { ${CONTACT} pendingVerifications { target channel } deletion { state } } } }`,
    calls: [GET, DELETION, PENDING],
    inParallel: 3,
  },
  {
    request:
      "The same contact and its `pendingVerifications` under ten aliases",
    api: "graphql",
    ask: `{ ${Array.from({ length: 10 }, (_, at) => `a${at}: messageContact(id: "${BEN}") { name pendingVerifications { target } }`).join(" ")} }`,
    calls: [GET, PENDING],
    inParallel: 2,
  },
  {
    request: "Three contacts under three aliases",
    api: "graphql",
    ask: `{ ${[TOM, MARTA, BEN].map((id, at) => `a${at}: messageContact(id: "${id}") { ${CONTACT} }`).join(" ")} }`,
    calls: [LIST],
    inParallel: 1,
  },
  {
    request: "A page of contacts with their `bindings`",
    api: "graphql",
    ask: `{ messageContacts { totalCount items { ${CONTACT} } } }`,
    calls: [LIST],
    inParallel: 1,
  },
  {
    request: "A page of ten contacts with `pendingVerifications`",
    api: "graphql",
    ask: `{ messageContacts(pageSize: 10) { items { name pendingVerifications { target } } } }`,
    calls: [LIST, ...times(10, PENDING)],
    inParallel: 8,
  },
  {
    request: "A page of contacts with `search`",
    api: "graphql",
    ask: `{ messageContacts(search: "tom") { totalCount items { ${CONTACT} } } }`,
    calls: [LIST],
    inParallel: 1,
  },
  {
    request: "The pending verifications of the whole directory",
    api: "graphql",
    ask: "{ pendingVerifications { totalCount items { target } } }",
    calls: [LIST, ...times(12, PENDING)],
    inParallel: 8,
  },
  {
    request: "The pending verifications of a contact",
    api: "graphql",
    ask: `{ messageContactVerifications(contactId: "${BEN}") { items { target } } }`,
    calls: [PENDING],
    inParallel: 1,
  },
  {
    request: "The state of a deletion",
    api: "graphql",
    ask: `{ messageContactDeletionStatus(contactId: "${TOM}") { state } }`,
    calls: [DELETION],
    inParallel: 1,
  },
  {
    request:
      "`bindingTargets` of a kind, with names, in a directory of 200 accounts",
    api: "graphql",
    ask: "{ bindingTargets(kind: MEMBER_ACCOUNT) { items { id name status tags { key value } } } }",
    calls: DIRECTORY,
    inParallel: 2,
  },
  {
    request:
      "A page of contacts with the status and the number of accounts of each target, in the same directory",
    api: "graphql",
    ask: `{ messageContacts { items { ${CONTACT} bindings { target { status accountCount } } } } }`,
    calls: [LIST, ...DIRECTORY],
    inParallel: 2,
  },
  {
    request: "A mutation that selects only the `id` of its contact",
    api: "graphql",
    ask: `mutation ($input: UpdateMessageContactInput!) { updateMessageContact(input: $input) { contact { id __typename } errors { code } } }`,
    variables: { input: UPDATE_TOM },
    calls: [UPDATE],
    inParallel: 1,
  },
  {
    request: "A mutation that selects more of its contact",
    api: "graphql",
    ask: `mutation ($input: UpdateMessageContactInput!) { updateMessageContact(input: $input) { contact { id name bindings { kind } } errors { code } } }`,
    variables: { input: UPDATE_TOM },
    calls: [UPDATE, GET],
    inParallel: 1,
  },
  {
    request: "A mutation that selects the whole contact page",
    api: "graphql",
    ask: `mutation ($input: UpdateMessageContactInput!) { updateMessageContact(input: $input) { contact { name pendingVerifications { target } deletion { state } } errors { code } } }`,
    variables: { input: UPDATE_TOM },
    calls: [UPDATE, GET, DELETION, PENDING],
    inParallel: 3,
  },
  {
    request: "`addMessageContact` that selects `id` and `createdAt`",
    api: "graphql",
    ask: `mutation { addMessageContact(input: { name: "neo", emailAddress: "neo@example.com", title: CEO, messageTypes: [FAULT_MESSAGE] }) { contact { id createdAt } errors { code } } }`,
    calls: ["AddMessageContact"],
    inParallel: 1,
  },
  {
    request: "`updateMessageContacts` with three items",
    api: "graphql",
    ask: `mutation ($inputs: [UpdateMessageContactInput!]!) { updateMessageContacts(inputs: $inputs) { results { status contact { id } } } }`,
    variables: {
      inputs: [TOM, MARTA, BEN].map((contactId) => ({
        contactId,
        title: "CEO",
      })),
    },
    calls: times(3, UPDATE),
    inParallel: 1,
  },
  {
    request: "`associateMembers` with seven targets",
    api: "graphql",
    ask: `mutation ($input: AssociateMembersInput!) { associateMembers(input: $input) { results { status } } }`,
    variables: {
      input: {
        contactId: BEN,
        targetIds: [
          "rd-3gqx5n",
          "r-Zj29gL",
          "fd-Qm81rWc5Xe",
          "fd-H3vLk9Bz2s",
          "1997968394350001",
          "1997968394350002",
          "1997968394350003",
        ],
      },
    },
    calls: times(2, "AssociateMembers"),
    inParallel: 1,
  },
  {
    request: "`GET /v1/message-contacts/{id}`",
    api: "rest",
    ask: `GET /v1/message-contacts/${TOM}`,
    calls: [GET],
    inParallel: 1,
  },
  {
    request: "`GET /v1/message-contacts`",
    api: "rest",
    ask: "GET /v1/message-contacts",
    calls: [LIST],
    inParallel: 1,
  },
  {
    request: "`GET /v1/binding-targets?kind=MEMBER_ACCOUNT`",
    api: "rest",
    ask: "GET /v1/binding-targets?kind=MEMBER_ACCOUNT",
    calls: DIRECTORY,
    inParallel: 2,
  },
  {
    request: "`GET …/{id}/verifications`",
    api: "rest",
    ask: `GET /v1/message-contacts/${BEN}/verifications`,
    calls: [PENDING],
    inParallel: 1,
  },
  {
    request: "`GET …/{id}/deletion`",
    api: "rest",
    ask: `GET /v1/message-contacts/${TOM}/deletion`,
    calls: [DELETION],
    inParallel: 1,
  },
  {
    request: "`PATCH …/{id}`",
    api: "rest",
    ask: `PATCH /v1/message-contacts/${TOM}`,
    body: { title: "CEO" },
    calls: [UPDATE],
    inParallel: 1,
  },
  {
    request: "`PATCH …/{id}` with `Prefer: return=representation`",
    api: "rest",
    ask: `PATCH /v1/message-contacts/${TOM}`,
    body: { title: "CEO" },
    headers: { prefer: "return=representation" },
    calls: [UPDATE, GET],
    inParallel: 1,
  },
  {
    request: "`POST …/batch-update` with two items",
    api: "rest",
    ask: "POST /v1/message-contacts/batch-update",
    body: {
      inputs: [
        { contactId: TOM, title: "CEO" },
        { contactId: BEN, title: "CEO" },
      ],
    },
    calls: times(2, UPDATE),
    inParallel: 1,
  },
  {
    request:
      "`deleteMessageContact` that selects `id`, `status` and `deletion` of its contact",
    api: "graphql",
    ask: `mutation { deleteMessageContact(input: { contactId: "${BEN}", retainContactInMembers: false }) { contact { id status statusRaw deletion { state } } deletion { state } errors { code } } }`,
    calls: ["DeleteMessageContact"],
    inParallel: 1,
  },
  {
    request: "`sendVerifications` with two items of one contact",
    api: "graphql",
    ask: "mutation ($items: [SendVerificationInput!]!) { sendVerifications(items: $items) { results { status } } }",
    variables: {
      items: [
        { contactId: BEN, channel: "EMAIL" },
        { contactId: BEN, channel: "PHONE" },
      ],
    },
    calls: [
      ...times(2, PENDING),
      "SendEmailVerificationForMessageContact",
      "SendPhoneVerificationForMessageContact",
    ],
    inParallel: 1,
  },
  {
    request: "The coverage of 200 accounts, at most once a minute",
    api: "graphql",
    ask: "{ coverage { summary { accountsWithGaps } items { accountId } } }",
    headers: UNCACHED,
    calls: REPORT,
    inParallel: 3,
  },
  {
    request: "The recipients of an account, among 200 accounts",
    api: "rest",
    ask: "GET /v1/accounts/1997968394350002/recipients",
    headers: UNCACHED,
    calls: REPORT,
    inParallel: 3,
  },
  {
    request: "A preview of a deletion, among 200 accounts",
    api: "graphql",
    ask: `{ deletionPreview(contactId: "${TOM}") { isSafe } }`,
    headers: UNCACHED,
    calls: REPORT,
    inParallel: 3,
  },
  {
    request: "A replacement with `force`, of a contact with two targets",
    api: "graphql",
    ask: "mutation ($input: ReplaceMessageContactInput!) { replaceMessageContact(input: $input) { isComplete } }",
    variables: {
      input: { contactId: OLGA, replacementId: MARTA, force: true },
    },
    calls: ["AssociateMembers", "DeleteMessageContact", GET, LIST],
    inParallel: 1,
  },
  {
    request: "`POST /v1/plan` for a new contact without targets",
    api: "rest",
    ask: "POST /v1/plan",
    body: { contacts: [ZOE] },
    calls: [LIST],
    inParallel: 1,
  },
  {
    request:
      "`POST /v1/plan` for a new address and a new target, among 200 accounts",
    api: "rest",
    ask: "POST /v1/plan",
    body: {
      contacts: [
        {
          id: TOM,
          name: "tom",
          emailAddress: "new@example.com",
          targets: ["1997968394350004"],
        },
      ],
    },
    headers: UNCACHED,
    calls: [...DIRECTORY, LIST, PENDING],
    inParallel: 3,
  },
  {
    request: "`POST /v1/apply` for a new contact without targets",
    api: "rest",
    ask: "POST /v1/apply",
    body: { contacts: [ZOE] },
    headers: { "if-match": "*" },
    calls: ["AddMessageContact", LIST],
    inParallel: 1,
  },
  {
    request: "`GET /v1/export`",
    api: "rest",
    ask: "GET /v1/export?format=csv",
    calls: [LIST],
    inParallel: 1,
  },
];
