import { nameOf, type BenchContact } from "./directory.js";

/** Kinds of request of the mix. The last three change something. */
export type Kind = "page" | "list" | "single" | "name" | "address" | "message";

/** Kinds of ten requests: 60 % pages, 20 % lists, 10 % single reads, 10 % changes. */
const TEN = [
  ...Array.from({ length: 6 }, () => "page" as const),
  ...Array.from({ length: 2 }, () => "list" as const),
  "single",
  "change",
] as const;

/** Kinds of ten changes: 50 % new names, 10 % new addresses, 40 % verification messages. */
const TEN_CHANGES: readonly Kind[] = [
  ...Array.from({ length: 5 }, () => "name" as const),
  "address",
  ...Array.from({ length: 4 }, () => "message" as const),
];

/** One request of the mix. */
export interface MixRequest {
  readonly kind: Kind;
  readonly method: "GET" | "POST";
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Value that the request sets; absent for reads and messages. */
  readonly change?: {
    readonly contactId: string;
    readonly field: "name" | "address";
    readonly value: string;
  };
}

/** What a server offers. */
export interface MixApi {
  /** Whether single reads are sent over REST; otherwise over GraphQL. */
  readonly hasRest: boolean;
  /** Whether errors of a change say when to retry. */
  readonly hasRetryAfter: boolean;
}

const RETRY_AFTER = ["CallFailedError", "ConflictError", "QuotaError"]
  .map((type) => `... on ${type} { retryAfterSeconds }`)
  .join(" ");

const FIELDS = "id name status emailAddress bindings { targetId }";
const PENDING = "pendingVerifications { target channel }";
const DOCUMENTS = {
  page: `query ($id: ID!) { messageContact(id: $id) { ${FIELDS} ${PENDING} } }`,
  single: `query ($id: ID!) { messageContact(id: $id) { ${FIELDS} } }`,
  list: `{ messageContacts(pageSize: 100) { totalCount items { ${FIELDS} } } }`,
  update: mutationOf("updateMessageContact"),
  message: mutationOf("sendPhoneVerificationForMessageContact"),
};

function mutationOf(field: string): (errorFields: string) => string {
  const type = `${field.charAt(0).toUpperCase()}${field.slice(1)}Input`;
  return (errorFields) =>
    `mutation ($input: ${type}!) { payload: ${field}(input: $input) { errors { code message ${errorFields} } } }`;
}

/**
 * The requests of the benchmark, in an order that is random but the same in each run. Each
 * ten have exactly the shares of the mix.
 */
export class Mix {
  private readonly kinds: (Kind | "change")[] = [];
  private readonly changes: Kind[] = [];
  private count = 0;

  /** @param run text that makes idempotency keys unique */
  constructor(
    private readonly contacts: readonly BenchContact[],
    private readonly api: MixApi,
    private readonly run: string,
    private readonly random: () => number = seededRandom(1),
  ) {}

  next(): MixRequest {
    let kind = takeFrom(this.kinds, TEN, this.random);
    if (kind === "change") {
      kind = takeFrom(this.changes, TEN_CHANGES, this.random);
    }
    this.count += 1;
    const at = Math.floor(this.random() * this.contacts.length);
    const contact = this.contacts[at];
    if (contact === undefined) throw new Error("there are no contacts");
    return this.requestOf(kind, contact);
  }

  private requestOf(kind: Kind, contact: BenchContact): MixRequest {
    const { contactId, phoneNumber } = contact;
    switch (kind) {
      case "page":
        return graphql(kind, DOCUMENTS.page, { id: contactId });
      case "list":
        return graphql(kind, DOCUMENTS.list, {});
      case "single":
        return this.api.hasRest
          ? {
              kind,
              method: "GET",
              path: `/v1/message-contacts/${contactId}`,
              headers: {},
            }
          : graphql(kind, DOCUMENTS.single, { id: contactId });
      case "name": {
        const name = nameOf(this.count);
        return {
          ...this.mutation(kind, DOCUMENTS.update, { contactId, name }),
          change: { contactId, field: "name", value: name },
        };
      }
      case "address": {
        const emailAddress = `new${this.count}@example.com`;
        const input = { contactId, emailAddress };
        return {
          ...this.mutation(kind, DOCUMENTS.update, input),
          change: { contactId, field: "address", value: emailAddress },
        };
      }
      case "message":
        return this.mutation(kind, DOCUMENTS.message, {
          contactId,
          phoneNumber,
        });
    }
  }

  private mutation(
    kind: Kind,
    document: (errorFields: string) => string,
    input: object,
  ): MixRequest {
    return graphql(
      kind,
      document(this.api.hasRetryAfter ? RETRY_AFTER : ""),
      { input },
      { "idempotency-key": `bench-${this.run}-${this.count}` },
    );
  }
}

function graphql(
  kind: Kind,
  query: string,
  variables: object,
  headers: Readonly<Record<string, string>> = {},
): MixRequest {
  return {
    kind,
    method: "POST",
    path: "/graphql",
    headers: { "content-type": "application/json", "x-cost": "1", ...headers },
    body: JSON.stringify({ query, variables }),
  };
}

/** Takes the last of the items, which are first filled and shuffled when empty. */
function takeFrom<T>(items: T[], from: readonly T[], random: () => number): T {
  if (items.length === 0) {
    for (const item of from) {
      items.splice(Math.floor(random() * (items.length + 1)), 0, item);
    }
  }
  const taken = items.pop();
  if (taken === undefined) throw new Error("nothing to take from");
  return taken;
}

/** Random numbers from 0 to 1 that are the same for the same seed (mulberry32). */
export function seededRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
