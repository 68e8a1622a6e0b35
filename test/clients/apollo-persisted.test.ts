import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { after, before, beforeEach, describe, it } from "node:test";
import {
  ApolloClient,
  CombinedGraphQLErrors,
  gql,
  HttpLink,
  InMemoryCache,
} from "@apollo/client";
import { PersistedQueryLink } from "@apollo/client/link/persisted-queries";
import { newCache } from "./snippets/apollo-cache.js";
import * as documents from "./generated/graphql.js";
import {
  MARTA,
  recordingFetch,
  startGateway,
  TOM,
  UNKNOWN_ID,
  type Gateway,
} from "./running.js";

const sha256 = (text: string): string =>
  createHash("sha256").update(text).digest("hex");

describe("Apollo Client", () => {
  let gateway: Gateway;

  before(async () => {
    gateway = await startGateway();
  });

  beforeEach(() => gateway.control("/reset", {}));

  after(() => gateway.stop());

  for (const useGETForHashedQueries of [false, true]) {
    it(`registers persisted queries (useGETForHashedQueries: ${useGETForHashedQueries})`, async () => {
      const { fetch, sent } = recordingFetch();
      const client = new ApolloClient({
        cache: new InMemoryCache(),
        link: new PersistedQueryLink({ sha256, useGETForHashedQueries }).concat(
          new HttpLink({ uri: `${gateway.url}/graphql`, fetch }),
        ),
      });
      // A document of its own, so that the gateway does not know it yet.
      const query = gql`query Persisted_${useGETForHashedQueries}($id: ID!) { messageContact(id: $id) { id name } }`;
      for (const count of [2, 3]) {
        const { data } = await client.query<{
          messageContact: { name: string };
        }>({
          query,
          variables: { id: MARTA },
          fetchPolicy: "network-only",
        });
        assert.equal(data?.messageContact.name, "Marta");
        assert.equal(sent.length, count);
      }
      // Only the second request has the text.
      assert.deepEqual(
        sent.map(
          ({ body, url }) => "query" in body || url.searchParams.has("query"),
        ),
        [false, true, false],
      );
      assert.equal(sent[2]?.method, useGETForHashedQueries ? "GET" : "POST");
      const { data } = await client.mutate({
        mutation: documents.RenameContactDocument,
        variables: { input: { contactId: TOM, name: "tim" } },
      });
      assert.deepEqual(data?.updateMessageContact?.errors, []);
      client.stop();
    });
  }

  it("sends full documents after the gateway has said that it accepts no others", async (test) => {
    const trusted = await startGateway({
      PERSISTED_DOCUMENTS: "only",
      PERSISTED_DOCUMENTS_FILE: new URL(
        "../relay/__persisted__/persisted-queries.json",
        import.meta.url,
      ).pathname,
    });
    test.after(() => trusted.stop());
    const { fetch, sent } = recordingFetch();
    const client = new ApolloClient({
      cache: new InMemoryCache(),
      link: new PersistedQueryLink({ sha256 }).concat(
        new HttpLink({ uri: `${trusted.url}/graphql`, fetch }),
      ),
    });
    await assert.rejects(
      client.query({
        query: documents.ContactPageDocument,
        variables: { id: MARTA },
      }),
      (error) =>
        CombinedGraphQLErrors.is(error) &&
        error.errors[0]?.extensions?.["code"] ===
          "PERSISTED_DOCUMENT_NOT_FOUND",
    );
    assert.equal(sent.length, 2);
    client.stop();
  });

  it("gets the code of an early refusal, also by GET", async () => {
    for (const useGETForQueries of [false, true]) {
      const client = new ApolloClient({
        cache: new InMemoryCache(),
        link: new HttpLink({
          uri: `${gateway.url}/graphql`,
          useGETForQueries,
          headers: { "x-resource-directory": "nowhere" },
        }),
      });
      await assert.rejects(
        client.query({
          query: documents.ContactPageDocument,
          variables: { id: MARTA },
        }),
        (error) => {
          assert.ok(CombinedGraphQLErrors.is(error));
          assert.equal(error.errors[0]?.extensions?.["code"], "FORBIDDEN");
          return true;
        },
      );
      client.stop();
    }
  });

  it("has one cache entry for each contact, and evicts a deleted one", async () => {
    const possibleTypes = (await (
      await fetch(`${gateway.url}/possibleTypes.json`)
    ).json()) as Record<string, string[]>;
    const recorder = recordingFetch();
    const cache = newCache(possibleTypes);
    const client = new ApolloClient({
      cache,
      link: new HttpLink({
        uri: `${gateway.url}/graphql`,
        fetch: recorder.fetch,
      }),
    });
    const list = {
      query: documents.ContactListDocument,
      variables: { pageNumber: 1 },
    };
    const before = await client.query(list);
    assert.equal(before.data?.messageContacts?.items.length, 10);
    const count = recorder.sent.length;
    const card = await client.query<{ node: { name: string } | null }>({
      query: gql`
        query ($id: ID!) {
          node(id: $id) {
            ... on MessageContact {
              id
              name
            }
          }
        }
      `,
      variables: { id: TOM },
    });
    assert.equal(card.data?.node?.name, "tom");
    assert.equal(recorder.sent.length, count);
    await client.mutate({
      mutation: documents.DeleteContactDocument,
      variables: { input: { contactId: TOM } },
      update: (store, { data }) => {
        const contact = data?.deleteMessageContact?.contact;
        assert.equal(contact?.status, "DELETED");
        store.evict({ id: store.identify({ ...contact }) });
      },
    });
    const after = cache.readQuery(list);
    assert.equal(after?.messageContacts?.items.length, 9);
    const { data } = await client.query({
      query: documents.ContactPageDocument,
      variables: { id: UNKNOWN_ID },
    });
    assert.equal(data?.messageContact, null);
    client.stop();
  });
});
