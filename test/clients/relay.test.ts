import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { after, before, beforeEach, describe, it } from "node:test";
import runtime, {
  type ConcreteRequest,
  type FetchFunction,
  type ReaderFragment,
} from "relay-runtime";
import generatedDelete from "./relay/__generated__/contactPageDeleteMutation.graphql.js";
import generatedFragment from "./relay/__generated__/contactPage_card.graphql.js";
import generatedQuery from "./relay/__generated__/contactPageQuery.graphql.js";
import generatedRefetch from "./relay/__generated__/contactPageRefetchQuery.graphql.js";
import persistedQuery from "./relay/__persisted__/contactPageQuery.graphql.js";
import persistedRefetch from "./relay/__persisted__/contactPageRefetchQuery.graphql.js";
import { startGateway, TOM, type Gateway } from "./running.js";

const {
  commitMutation,
  Environment,
  fetchQuery,
  getSingularSelector,
  Network,
  RecordSource,
  Store,
} = runtime;

interface Card {
  readonly id: string;
  readonly name: string;
  readonly status: string;
}

type Env = InstanceType<typeof Environment>;

/** An environment as Relay's documentation describes it. */
function environmentOf(
  gateway: Gateway,
  bodyOf: (params: Parameters<FetchFunction>[0]) => object,
): Env {
  return new Environment({
    store: new Store(new RecordSource()),
    network: Network.create(async (params, variables) => {
      const response = await fetch(`${gateway.url}/graphql`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ ...bodyOf(params), variables }),
      });
      return (await response.json()) as never;
    }),
  });
}

/** Fetches the page of tom, and returns the data of its fragment. */
async function load(
  environment: Env,
  query: ConcreteRequest,
  field: "messageContact" | "node",
): Promise<Card> {
  const data = (await fetchQuery(environment, query, {
    id: TOM,
  }).toPromise()) as Record<string, object> | undefined;
  return lookup(environment, data?.[field] ?? {});
}

function lookup(environment: Env, reference: object): Card {
  const fragment = generatedFragment.default as ReaderFragment;
  const selector = getSingularSelector(fragment, reference);
  assert.ok(selector);
  return environment.lookup(selector).data as unknown as Card;
}

describe("Relay", () => {
  let gateway: Gateway;

  before(async () => {
    gateway = await startGateway();
  });

  beforeEach(() => gateway.control("/reset", {}));

  after(() => gateway.stop());

  const rename = async (name: string): Promise<void> => {
    const response = await fetch(`${gateway.url}/v1/message-contacts/${TOM}`, {
      method: "PATCH",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ name }),
    });
    assert.equal(response.status, 200);
  };

  it("reads a contact page, and refetches its fragment through `node`", async () => {
    const environment = environmentOf(gateway, ({ text }) => ({ query: text }));
    const query = generatedQuery.default as ConcreteRequest;
    const refetch = generatedRefetch.default as ConcreteRequest;
    const first = await load(environment, query, "messageContact");
    assert.equal(first.name, "tom");
    await rename("tim");
    const second = await load(environment, refetch, "node");
    assert.equal(second.name, "tim");
    // Both fields have the same record, so the first query has the new name.
    assert.equal(second.id, first.id);
    const record = environment.getStore().getSource().get(TOM);
    assert.equal(record?.["name"], "tim");
  });

  it("updates the record of a deleted contact", async () => {
    const environment = environmentOf(gateway, ({ text }) => ({ query: text }));
    const query = generatedQuery.default as ConcreteRequest;
    await load(environment, query, "messageContact");
    await new Promise<void>((resolve, reject) => {
      commitMutation(environment, {
        mutation: generatedDelete.default as ConcreteRequest,
        variables: { input: { contactId: TOM, retainContactInMembers: false } },
        onCompleted: () => resolve(),
        onError: reject,
      });
    });
    const record = environment.getStore().getSource().get(TOM);
    assert.equal(record?.["status"], "DELETING");
  });

  for (const member of ["doc_id", "id", "documentId"]) {
    it(`runs persisted queries by MD5 as ${member}, where no others are allowed`, async (test) => {
      const trusted = await startGateway({
        PERSISTED_DOCUMENTS: "only",
        PERSISTED_DOCUMENTS_FILE: fileURLToPath(
          new URL(
            "../relay/__persisted__/persisted-queries.json",
            import.meta.url,
          ),
        ),
      });
      test.after(() => trusted.stop());
      const environment = environmentOf(trusted, ({ id }) => ({
        [member]: id,
      }));
      for (const [request, field] of [
        [persistedQuery.default, "messageContact"],
        [persistedRefetch.default, "node"],
      ] as const) {
        const card = await load(environment, request as ConcreteRequest, field);
        assert.equal(card.name, "tom");
      }
    });
  }
});
