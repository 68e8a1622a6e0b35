import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { CombinedGraphQLErrors, type ApolloClient } from "@apollo/client";
import { WebSocket } from "ws";
import * as documents from "./generated/graphql.js";
import {
  MARTA,
  startGateway,
  TOM,
  type Gateway,
  UNKNOWN_ID,
} from "./running.js";
import { newClient } from "./snippets/apollo-client.js";

// Node.js 20 has no WebSocket, which browsers have.
Object.assign(globalThis, { WebSocket });

describe("Apollo Client", () => {
  let gateway: Gateway;
  let client: ApolloClient;

  before(async () => {
    gateway = await startGateway();
    client = await newClient(gateway.url);
  });

  after(async () => {
    client.stop();
    await gateway.stop();
  });

  it("reads a contact page", async () => {
    const { data } = await client.query({
      query: documents.ContactPageDocument,
      variables: { id: MARTA },
    });
    assert.equal(data?.messageContact?.name, "Marta");
    assert.deepEqual(
      data?.messageContact?.pendingVerifications?.map(({ target }) => target),
      ["marta.new@example.com"],
    );
  });

  it("gets a payload error with the fields of its type", async () => {
    const { data } = await client.mutate({
      mutation: documents.RenameContactDocument,
      variables: { input: { contactId: TOM, name: "Marta" } },
    });
    const [error] = data?.updateMessageContact?.errors ?? [];
    assert.equal(error?.code, "NAME_TAKEN");
    assert.equal(error?.__typename, "NameTakenError");
    assert.equal(
      error?.__typename === "NameTakenError" ? error.name : null,
      "Marta",
    );
  });

  it("throws a top-level error with its code", async () => {
    await assert.rejects(
      client.query({
        query: documents.ContactPageDocument,
        variables: { id: "nonsense" },
        fetchPolicy: "network-only",
      }),
      (error) => {
        assert.ok(CombinedGraphQLErrors.is(error));
        assert.equal(error.errors[0]?.extensions?.["code"], "INVALID_INPUT");
        return true;
      },
    );
  });

  it("reads the contacts of each account, and the targets by name", async () => {
    const { data: report } = await client.query({
      query: documents.CoverageDocument,
      variables: { under: null },
    });
    assert.equal(report?.coverage?.totalCount, 200);
    assert.equal(report?.coverage?.items.length, 5);
    const { data: found } = await client.query({
      query: documents.BindingTargetsDocument,
      variables: { search: "shop" },
    });
    const paths = found?.bindingTargets?.items.map(({ path }) => path) ?? [];
    assert.ok(paths.some((path) => path?.at(-1) === "shop"));
  });

  it("follows the status of a contact over WebSocket until it is active", async () => {
    const states: (string | null | undefined)[] = [];
    await new Promise<void>((resolve, reject) => {
      client
        .subscribe({
          query: documents.WatchStatusDocument,
          variables: { id: TOM },
        })
        .subscribe({
          next: ({ data }) => states.push(data?.messageContactStatus.status),
          error: reject,
          complete: resolve,
        });
    });
    assert.deepEqual(states, ["ACTIVE"]);
  });

  it("follows a deletion to its end over WebSocket", async () => {
    const states: (string | undefined)[] = [];
    await new Promise<void>((resolve, reject) => {
      client
        .subscribe({
          query: documents.WatchDeletionDocument,
          variables: { id: UNKNOWN_ID },
        })
        .subscribe({
          next: ({ data }) =>
            states.push(data?.messageContactDeletionStatus.state),
          error: reject,
          complete: resolve,
        });
    });
    assert.deepEqual(states, ["UNKNOWN"]);
  });
});
