import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { after, before, beforeEach, describe, it } from "node:test";
import { Client, fetchExchange, gql } from "@urql/core";
import { cacheExchange } from "@urql/exchange-graphcache";
import { persistedExchange } from "@urql/exchange-persisted";
import { minifyIntrospectionQuery } from "@urql/introspection";
import { buildSchema, introspectionFromSchema } from "graphql";
import * as documents from "./generated/graphql.js";
import { keys } from "./snippets/graphcache-keys.js";
import {
  MARTA,
  recordingFetch,
  startGateway,
  TOM,
  type Gateway,
} from "./running.js";

describe("urql", () => {
  let gateway: Gateway;

  before(async () => {
    gateway = await startGateway();
  });

  beforeEach(() => gateway.control("/reset", {}));

  after(() => gateway.stop());

  for (const preferGetForPersistedQueries of [true, false, "force"] as const) {
    it(`registers persisted queries (preferGetForPersistedQueries: ${preferGetForPersistedQueries})`, async () => {
      const { fetch, sent } = recordingFetch();
      const client = new Client({
        url: `${gateway.url}/graphql`,
        fetch,
        exchanges: [
          persistedExchange({
            preferGetForPersistedQueries,
            enableForMutation: true,
          }),
          fetchExchange,
        ],
      });
      // A document of its own, so that the gateway does not know it yet.
      const query = gql<{ messageContact: { name: string } }>(
        `query Persisted_${String(preferGetForPersistedQueries)}($id: ID!) { messageContact(id: $id) { name } }`,
      );
      for (const count of [2, 3]) {
        const { data, error } = await client.query(query, { id: MARTA });
        assert.equal(error, undefined);
        assert.equal(data?.messageContact.name, "Marta");
        assert.equal(sent.length, count);
      }
      const { error } = await client.mutation(documents.RenameContactDocument, {
        input: { contactId: TOM, name: "tim" },
      });
      assert.equal(error, undefined);
    });
  }

  it("keeps one cache entry for each contact with Graphcache", async () => {
    const { fetch, sent } = recordingFetch();
    const warnings: string[] = [];
    const schemaFile = new URL("../../../schema.graphql", import.meta.url);
    const schema = minifyIntrospectionQuery(
      introspectionFromSchema(buildSchema(await readFile(schemaFile, "utf8"))),
    );
    const client = new Client({
      url: `${gateway.url}/graphql`,
      fetch,
      exchanges: [
        cacheExchange({
          schema,
          keys,
          // Misses of the cache have the severity `debug`.
          logger: (severity, message) => {
            if (severity !== "debug") warnings.push(message);
          },
        }),
        fetchExchange,
      ],
    });
    const page = { id: TOM };
    await client.query(documents.ContactPageDocument, page);
    await client.query(documents.ContactListDocument, { pageNumber: 1 });
    await client.mutation(documents.RenameContactDocument, {
      input: { contactId: TOM, name: "tim" },
    });
    const count = sent.length;
    const { data } = await client.query(documents.ContactPageDocument, page);
    assert.equal(data?.messageContact?.name, "tim");
    assert.equal(sent.length, count);
    // A failed mutation has errors, and a deletion has a type without an id.
    await client.mutation(documents.RenameContactDocument, {
      input: { contactId: TOM, name: "Marta" },
    });
    await client.mutation(documents.DeleteContactDocument, {
      input: { contactId: TOM },
    });
    assert.deepEqual(warnings, []);
  });
});
