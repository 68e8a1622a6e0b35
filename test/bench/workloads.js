/** Fields of a contact in a list; none needs a further upstream call. */
const CONTACT =
  "id name emailAddress phoneNumber title messageTypes status createdAt bindings { targetId kind }";

const GET_ONE = `query GetOne($id: ID!) { messageContact(id: $id) { ${CONTACT} } }`;

const LIST_TEN = `query ListTen($page: Int!) {
  messageContacts(pageNumber: $page, pageSize: 10) {
    totalCount hasNextPage items { ${CONTACT} }
  }
}`;

const UPDATE = `mutation Update($input: UpdateMessageContactInput!) {
  updateMessageContact(input: $input) { contact { id } errors { code message field } }
}`;

const CONTACT_PAGE = `query ContactPage($id: ID!) {
  messageContact(id: $id) {
    ${CONTACT}
    pendingVerifications { channel target }
    deletion { state }
  }
}`;

const TEN = Array.from({ length: 10 }, (_, index) => index);

const TEN_ALIASES = `query TenAliases(${TEN.map((i) => `$id${i}: ID!`).join(", ")}) {
  ${TEN.map((i) => `c${i}: messageContact(id: $id${i}) { ${CONTACT} }`).join("\n  ")}
}`;

const ONE_TEN_TIMES = `query OneTenTimes($id: ID!) {
  ${TEN.map((i) => `c${i}: messageContact(id: $id) { ${CONTACT} }`).join("\n  ")}
}`;

/**
 * The id of the n-th contact. Every request reads another contact, so that no
 * server can answer two requests with one upstream call.
 */
const idOf = (n) => `c-bench${n.toString(36).padStart(11, "0")}`;

/** The stub knows no contact whose id begins like this. */
export const UNKNOWN = "c-unknown";

/** Number of contacts that the stub lists; a real directory has about as many. */
const LISTED = 20;

/** The id of the n-th contact of the stub's list. */
const listedId = (n) => `c-listed${String(n % LISTED).padStart(11, "0")}`;

/** Ids of all contacts that the stub lists. */
export const LISTED_IDS = Array.from({ length: LISTED }, (_, n) => listedId(n));

const pageOf = (n) => 1 + (n % 1_000);

const inputOf = (n, contactId = idOf(n)) => ({
  contactId,
  name: "Anna",
  emailAddress: `anna.${n}@example.com`,
  phoneNumber: "86-13900001234",
  title: "TECHNICAL_DIRECTOR",
  messageTypes: ["ACCOUNT_EXPENSES", "SECURITY_MESSAGE"],
});

const post = (path, type, body) => ({
  method: "POST",
  path,
  type,
  body,
});

const graphql = (query, variables) =>
  post("/graphql", "application/json", JSON.stringify({ query, variables }));

/** For the pass-through with mapping: one JSON object names what is wanted. */
const mapped = (wanted) =>
  post("/", "application/json", JSON.stringify(wanted));

/** For the bare pass-through: vendor forms, one a line. */
const forms = (...lines) =>
  post("/", "application/x-www-form-urlencoded", lines.join("\n"));

const rest = (path) => ({ method: "GET", path });

const ids = (n) => TEN.map((i) => idOf(n * 10 + i));

const listedIds = (n) => TEN.map((i) => listedId(n + i));

const tenAliases = (all) =>
  graphql(TEN_ALIASES, Object.fromEntries(all.map((id, i) => [`id${i}`, id])));

const updateForm = (n, id = idOf(n)) =>
  `Action=UpdateMessageContact&ContactId=${id}&Name=Anna&EmailAddress=anna.${n}%40example.com&PhoneNumber=86-13900001234&Title=TechnicalDirector&MessageTypes.1=AccountExpenses&MessageTypes.2=SecurityMessage`;

const getForm = (id) => `Action=GetMessageContact&ContactId=${id}`;

const listForm = (n) =>
  `Action=ListMessageContacts&PageNumber=${pageOf(n)}&PageSize=10`;

const UPDATE_ONE = {
  title: "GraphQL update",
  share: 1,
  graphql: (n) => graphql(UPDATE, { input: inputOf(n) }),
  mapped: (n) => mapped({ update: inputOf(n) }),
  forms: (n) => forms(updateForm(n)),
};

/**
 * Workloads by name. Each has the n-th request for each API, and its share of
 * requests in a round, relative to the cheapest workload. A server without a REST
 * API gets the same request over GraphQL.
 *
 * `launch` names the settings of the gateway (see `LAUNCHES`), `connections` replaces
 * the number of connections, and `hasErrors` allows errors in the response.
 */
export const WORKLOADS = {
  "get-one": {
    title: "GraphQL get one",
    share: 1,
    graphql: (n) => graphql(GET_ONE, { id: idOf(n) }),
    mapped: (n) => mapped({ get: [idOf(n)] }),
    forms: (n) => forms(getForm(idOf(n))),
  },
  "list-ten": {
    title: "GraphQL list ten",
    share: 1,
    graphql: (n) => graphql(LIST_TEN, { page: pageOf(n) }),
    mapped: (n) => mapped({ list: pageOf(n) }),
    forms: (n) => forms(listForm(n)),
  },
  update: UPDATE_ONE,
  "update-single": {
    ...UPDATE_ONE,
    title: "GraphQL update, one connection",
    share: 0.5,
    connections: 1,
  },
  "update-unknown": {
    title: "GraphQL update with a payload error",
    share: 0.5,
    connections: 1,
    hasErrors: true,
    graphql: (n) => graphql(UPDATE, { input: inputOf(n, `${UNKNOWN}${n}`) }),
    mapped: (n) => mapped({ update: inputOf(n, `${UNKNOWN}${n}`) }),
    forms: (n) => forms(updateForm(n, `${UNKNOWN}${n}`)),
  },
  "ten-aliases": {
    title: "ten contacts of the list by alias",
    share: 0.2,
    launch: "listed",
    graphql: (n) => tenAliases(listedIds(n)),
    mapped: (n) => mapped({ get: listedIds(n) }),
    forms: (n) => forms(...listedIds(n).map(getForm)),
  },
  "ten-apart": {
    title: "ten contacts by alias, each its own call",
    share: 0.2,
    graphql: (n) => tenAliases(ids(n)),
    mapped: (n) => mapped({ get: ids(n) }),
    forms: (n) => forms(...ids(n).map(getForm)),
  },
  "one-ten-times": {
    title: "one contact ten times",
    share: 0.4,
    graphql: (n) => graphql(ONE_TEN_TIMES, { id: idOf(n) }),
    mapped: (n) => mapped({ get: TEN.map(() => idOf(n)) }),
    forms: (n) => forms(getForm(idOf(n))),
  },
  "contact-page": {
    title: "contact page, nested reads",
    share: 0.5,
    graphql: (n) => graphql(CONTACT_PAGE, { id: idOf(n) }),
    mapped: (n) => mapped({ page: idOf(n) }),
    forms: (n) =>
      forms(
        getForm(idOf(n)),
        `Action=ListMessageContactVerifications&ContactId=${idOf(n)}`,
        `Action=GetMessageContactDeletionStatus&ContactId=${idOf(n)}`,
      ),
  },
  "not-found": {
    title: "GraphQL not found",
    share: 1,
    graphql: (n) => graphql(GET_ONE, { id: `${UNKNOWN}${n}` }),
    mapped: (n) => mapped({ get: [`${UNKNOWN}${n}`] }),
    forms: (n) => forms(getForm(`${UNKNOWN}${n}`)),
  },
  "rest-get": {
    title: "REST get",
    share: 1,
    graphql: (n) => graphql(GET_ONE, { id: idOf(n) }),
    rest: (n) => rest(`/v1/message-contacts/${idOf(n)}`),
    forms: (n) => forms(getForm(idOf(n))),
  },
  "rest-list": {
    title: "REST list ten",
    share: 1,
    graphql: (n) => graphql(LIST_TEN, { page: pageOf(n) }),
    rest: (n) =>
      rest(`/v1/message-contacts?pageNumber=${pageOf(n)}&pageSize=10`),
    forms: (n) => forms(listForm(n)),
  },
  "get-one-cached": {
    title: "GraphQL get one, read cache",
    share: 1,
    launch: "cached",
    graphql: (n) => graphql(GET_ONE, { id: listedId(n) }),
    mapped: (n) => mapped({ get: [listedId(n)] }),
    forms: (n) => forms(getForm(listedId(n))),
  },
  "rest-get-cached": {
    title: "REST get, read cache",
    share: 1,
    launch: "cached",
    graphql: (n) => graphql(GET_ONE, { id: listedId(n) }),
    rest: (n) => rest(`/v1/message-contacts/${listedId(n)}`),
    forms: (n) => forms(getForm(listedId(n))),
  },
};

/** The n-th request of a workload, over the first API of the server that supports it. */
export function requestOf(workload, apis, n) {
  const api = apis.find((one) => WORKLOADS[workload][one] !== undefined);
  return WORKLOADS[workload][api](n);
}
